"""The sentences of a text, in Japanese and English."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass

_OPEN, _CLOSE = "「『（(【〈《“", "」』）)】〉》”"
_ENDS = "。！？!?．"
_AFTER_END = "」』）)】〉》”’\"'"
# Abbreviations that a full stop belongs to, lower-cased, without that stop.
_ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof st no vs etc e.g i.e cf fig figs vol pp approx ca c b d jan feb mar apr jun jul aug sep sept "
    "oct nov dec inc ltd co corp mt ft gen col lt capt sgt rev hon gov sen rep jr sr ph.d u.s u.k d.c a.d b.c a.m "
    "p.m".split()
)
_LAST_WORD = re.compile(r"[^\s(（「『\"“]*$")
_LIST_OR_HEADING = re.compile(r"[ \t]*(?:#{1,6}[ \t]|\|[ \t]|[-*+•][ \t]|・|\d{1,3}[.)．][ \t])")
_HEADING = re.compile(r"[ \t]*#{1,6}[ \t]")
_LONGEST_ASIDE = 400
"""In characters; a bracket that is open for longer was never closed and keeps sentences together no more."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text by character offsets, and its length in encoder tokens."""

    start: int
    end: int
    tokens: int = 0


def sentences(text: str, start: int = 0) -> list[Span]:
    """The sentences of a text from `start` on, without the blanks between them.

    A sentence ends after 。！？ and ! ? . with any closing brackets, unless a bracket opened in it is still open, the
    full stop belongs to a number or an abbreviation, or a small letter follows. Blank lines, list items and rows of
    tables end one too, whatever is open; so does the end of a line after 。 and the like, and a bracket that is open
    for `_LONGEST_ASIDE` characters counts no more. A heading stays with the sentence after it.
    """
    spans: list[Span] = []
    begin = start
    for end in _breaks(text, start):
        left = begin + len(text[begin:end]) - len(text[begin:end].lstrip())
        right = begin + len(text[begin:end].rstrip())
        begin = end
        if left >= right:
            continue
        if spans and _HEADING.match(text, spans[-1].start) and "\n" not in text[spans[-1].start : spans[-1].end]:
            spans[-1] = Span(spans[-1].start, right)
        else:
            spans.append(Span(left, right))
    return spans


def _breaks(text: str, start: int) -> list[int]:
    """Where sentences end, blanks after them not yet cut off; the end of the text is the last."""
    breaks: list[int] = []
    opened: deque[int] = deque()
    at = start
    while at < len(text):
        character = text[at]
        at += 1
        if character in _OPEN:
            opened.append(at)
        elif character in _CLOSE:
            if opened:
                opened.pop()
        elif character == "\n":
            if (
                text.startswith("\n", at)
                or _LIST_OR_HEADING.match(text, at)
                or _heading_line(text, at - 1)
                or (opened and _line_ends_sentence(text, at - 1))
            ):
                opened.clear()
                breaks.append(at)
        elif character in _ENDS or (character == "." and _full_stop(text, at)):
            while opened and at - opened[0] > _LONGEST_ASIDE:
                opened.popleft()
            if opened:
                continue
            while at < len(text) and text[at] in _ENDS + _AFTER_END + ".":
                at += 1
            breaks.append(at)
    return [*breaks, len(text)]


def _heading_line(text: str, newline: int) -> bool:
    return _HEADING.match(text, text.rfind("\n", 0, newline) + 1) is not None


def _line_ends_sentence(text: str, newline: int) -> bool:
    """Whether the last sign of a line, closing brackets and blanks aside, ends a sentence."""
    begin = max(0, newline - 24)
    line = text[begin:newline].rstrip(_AFTER_END + " \t\u3000")
    return line.endswith(tuple(_ENDS)) or (line.endswith(".") and _full_stop(text, begin + len(line)))


def _full_stop(text: str, after: int) -> bool:
    """Whether the "." just before `after` ends a sentence."""
    following = text[after : after + 3].lstrip("\"'”’)")
    if following and not following[0].isspace():
        return False
    word = _LAST_WORD.search(text[max(0, after - 24) : after - 1])
    last = word.group().casefold() if word else ""
    if last in _ABBREVIATIONS or (len(last) == 1 and last.isalpha()):
        return False
    rest = text[after : after + 8].lstrip("\"'”’) \t\n")
    return not (rest and rest[0].islower())
