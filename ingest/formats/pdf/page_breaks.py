"""Join sentences that continue on the next PDF page."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.formats.pdf.clean import clean, full_width
from rag.text.letters import HIRAGANA, UNSPACED
from rag.text.sentences import sentences
from rag.text.width import display_width

_LONGEST = 400
_LINES = 12
_DIVIDED = re.compile("[\ufffe\x02]")
_HYPHENS = "-\u2010\xad\ufffe\x02"
_OPEN_ENDED = frozenset("、，,;；・「『（(" + _HYPHENS)
_BRACKETS = frozenset("」』）)】〕］]”’")
_GOES_ON = re.compile(f"[{HIRAGANA}、。a-z]")
_UNSPACED = re.compile(f"[{UNSPACED}]")
_BEGINS = re.compile(
    r"[・●○◆◇■□※▲△▼•‣◦*#|①-⑳]|[-–—] |[（(]?(?:\d{1,3}|[一二三四五六七八九十]{1,3}|[ア-ンA-Za-z])[)）.．](?!\d)"
    r"|第[\d一二三四五六七八九十百 ]+[編章節条款項](?:[ \u3000（(]|$)|(?:図|表|Fig\.|Figure|Table) ?\d"
)
_ENDED = re.compile("[。．！？!?.:：][」』）)】〉》”’\"']*$")


def complete_last_sentence(lines: Sequence[str], following: Sequence[str]) -> str:
    """Return the text of a page with the rest of its last sentence, if that continues on the next page.

    Both are raw lines. A sentence is cut if the last line is as wide as the others and does not end it; up to 400
    characters of full lines are taken, to the first end of a sentence. Nothing is taken if there is none, or if the
    next page begins with a heading, a caption or an item of a list.
    """
    text = clean("\n".join(lines))
    lines, following = _rows(lines), _rows(following)
    if not (lines and following and _is_cut(lines[-1], following[0]) and display_width(lines[-1]) >= full_width(lines)):
        return text
    joined = _joined(text, lines[-1], clean("\n".join(_full(following))))
    page = len(text)
    for sentence in sentences(joined, max(0, page - _LONGEST)):
        if sentence.end > page:
            remainder = joined[page : sentence.end]
            whole = sentence.start < page and len(remainder) <= _LONGEST and _ENDED.search(remainder)
            return joined[: sentence.end] if whole else text
    return text


def _rows(lines: Sequence[str]) -> list[str]:
    """Return the rows with text as on the paper; PDFium joins two to one line if a hyphen divides a word."""
    rows = (row.strip() for line in lines for row in _DIVIDED.sub(r"\g<0>\n", line).split("\n"))
    return [row for row in rows if row]


def _is_cut(last: str, first: str) -> bool:
    """Tell whether the last line of a page and the first of the next may belong to one sentence."""
    if _BEGINS.match(first):
        return False
    return last[-1].isalnum() or last[-1] in _OPEN_ENDED or (last[-1] in _BRACKETS and bool(_GOES_ON.match(first)))


def _full(lines: Sequence[str]) -> list[str]:
    """Return the full lines at the beginning of a page, and the one after them."""
    full = full_width(lines)
    short = next((count for count, line in enumerate(lines[:_LINES], 1) if display_width(line) < full), _LINES)
    return list(lines[:short])


def _joined(text: str, last: str, remainder: str) -> str:
    """Append text to a page's text, which ends with the line `last`; a word that a hyphen divides becomes one."""
    if last[-1] in _HYPHENS and last[-2:-1].isalpha() and "a" <= remainder[:1] <= "z":
        return text.rstrip(_HYPHENS) + remainder
    if _UNSPACED.match(text[-1:]) and _UNSPACED.match(remainder[:1]):
        return text + remainder
    return f"{text}\n{remainder}"
