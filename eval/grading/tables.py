"""Markdown tables in an answer, written as lines of "item: value".

A table of one row is its first cell, with the others in brackets; any other has its first column for items. A column of
ranks gives ranks.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from rag.text.letters import KANA_BLOCK, KANJI

_RULE = re.compile(r"\s{0,9}\|?\s{0,9}:?-{1,80}:?\s{0,9}(?:\|\s{0,9}:?-{1,80}:?\s{0,9}){0,40}\|?\s{0,9}")
_RANK = re.compile(r"\W{0,9}(?:順位|ランク|ランキング|位|rank|ranking|place|position)\W{0,9}", re.IGNORECASE)
_ANSWER = re.compile(r"\W{0,9}(?:回答|答え|解答|answer|result)\W{0,9}", re.IGNORECASE)
_FIGURE = re.compile(r"\d{1,2}")
_JAPANESE = re.compile(f"[{KANA_BLOCK}{KANJI}]")


def without_tables(text: str) -> str:
    r"""Return `text` with the rows of its tables as lines.

    >>> without_tables("| Name | Age |\n|---|---|\n| Ann | 7 |\n| Bob | 9 |")
    'Ann: 7\nBob: 9'
    """
    if "|" not in text or "-" not in text:
        return text
    lines, written, at = text.split("\n"), [], 0
    while at < len(lines):
        if at + 1 < len(lines) and "|" in lines[at] and "|" in lines[at + 1] and _RULE.fullmatch(lines[at + 1]):
            rows = list(itertools.takewhile(lambda line: "|" in line, lines[at + 2 :]))
            written += _rows(_cells(lines[at]), [_cells(row) for row in rows]) or lines[at : at + 2]
            at += 2 + len(rows)
        else:
            written.append(lines[at])
            at += 1
    return "\n".join(written)


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def _rows(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    if len(rows) == 1:
        pairs = [f"{heading}: {cell}" for heading, cell in zip(headings, rows[0], strict=False) if cell]
        if any(_ANSWER.fullmatch(heading) for heading in headings):
            return pairs
        return [f"{rows[0][0]} ({', '.join(pairs[1:])})" if len(pairs) > 1 else rows[0][0]]
    ranked = _RANK.fullmatch(headings[0]) is not None
    lines = []
    for first, *others in rows:
        rank = ("位" if _JAPANESE.search(headings[0]) else "th") if ranked and _FIGURE.fullmatch(first) else ""
        lines.append(f"{first}{rank}: {', '.join(filter(None, others))}".rstrip(": "))
    return lines
