"""Clean the text of a PDF page: hyphens, line breaks and special forms of letters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from rag.text.letters import UNSPACED
from rag.text.width import display_width

_HYPHEN = re.compile("[\ufffe\x02\xad]\n?")  # PDFium's marks for a hyphen that divides a word at the end of a line
_DIVIDED = re.compile("(?<=[a-z])\u2010\n(?=[a-z])")  # as browsers divide words
_COMPATIBLE = re.compile("[\u2f00-\u2fdf\ufb00-\ufb06]")  # radicals and ligatures that fonts give for plain letters
_UNSPACED = re.compile(f"[{UNSPACED}]")
_BETWEEN_CELLS = re.compile(
    r"(?<![A-Za-z\s])[ \u3000]+(?![A-Za-z\s])"
)  # words in Latin letters have blanks around them
_SENTENCE_END = "。．！？!?.:：」』）)"
_FULL_LINE = 0.8


def clean(text: str) -> str:
    """Return a page's text as a person would type it: divided words and Japanese lines joined, plain letter forms.

    A line break between Japanese letters is removed after a full line, one at least four fifths as wide as the widest
    of the page; other lines are kept, and so are rows of a table, which have as many cells as the next.
    """
    text = _HYPHEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _DIVIDED.sub("", text)
    text = _COMPATIBLE.sub(lambda match: unicodedata.normalize("NFKC", match.group()), text)
    rows = [line.strip() for line in text.split("\n")]
    full = full_width(rows)
    joined: list[str] = []
    before = ""
    for row in rows:
        if joined and _runs_on(before, row) and display_width(before) >= full:
            joined[-1] += row
        else:
            joined.append(row)
        before = row
    return "\n".join(joined).strip()


def full_width(lines: Sequence[str]) -> float:
    """Return the fewest columns of a full line: four fifths of the widest."""
    return _FULL_LINE * max(map(display_width, lines), default=0)


def _runs_on(line: str, following: str) -> bool:
    return bool(
        line
        and following
        and not 0 < len(_BETWEEN_CELLS.findall(line)) == len(_BETWEEN_CELLS.findall(following))
        and line[-1] not in _SENTENCE_END
        and _UNSPACED.match(line[-1])
        and _UNSPACED.match(following[0])
    )
