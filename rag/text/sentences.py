"""The one sentence splitter, for Japanese and English, with the rules of each kind of text."""

from __future__ import annotations

import re
import unicodedata
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from rag.text.letters import JAPANESE_LETTER, LATIN

_OPEN, _CLOSE = "「『（(【〈《“", "」』）)】〉》”"
_ENDS = "。！？!?．"
_AFTER_END = "」』）)】〉》”’\"'"
_SIGN = re.compile(rf"[{re.escape(_OPEN + _CLOSE + _ENDS)}.\n|｜]")
# Abbreviations that a full stop belongs to, in lower case, without that stop.
_ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof st no vs etc e.g i.e cf fig figs vol pp approx ca c b d jan feb mar apr jun jul aug sep sept "
    "oct nov dec inc ltd co corp mt ft gen col lt capt sgt rev hon gov sen rep jr sr ver ph.d u.s u.k d.c a.d b.c a.m "
    "p.m".split()
)
_LAST_LATIN = re.compile(r"[A-Za-zＡ-Ｚａ-ｚ.．]+$")
_LIST_NUMBER = re.compile(r"(?:^|\n)[ \t\u3000]*\d{1,3}$")
_LAST_WORD = re.compile(r"[^\s(（「『\"“]*$")
_LIST_OR_HEADING = re.compile(r"[ \t]*(?:#{1,6}[ \t]|\|[ \t]|[-*+•][ \t]|・|\d{1,3}[.)．][ \t])")
_HEADING = re.compile(r"[ \t]*#{1,6}[ \t]")
_IN_ADDRESS = re.compile(rf"[!?.]{{0,24}}+[{_AFTER_END}]{{0,24}}+[!-~{LATIN}]")
_LONGEST_ASIDE = 400
"""In characters; a bracket that is open for longer was never closed and no longer keeps sentences together."""


@dataclass(frozen=True, slots=True)
class SentenceRules:
    """Rules for sentence ends in one kind of text; end marks and abbreviations are the same in all kinds.

    `lines`: every line end ends a sentence; otherwise lines may be wrapped, only blank lines, list items, rows of
    tables and headings end one, and a heading belongs to the sentence after it. `cells`: so does "|" in a table.
    `asides`: an open bracket keeps the sentences in it together. `small_letters`: a sentence may begin with a small
    letter; otherwise a full stop before one belongs to an abbreviation that is not in the list. `addresses`: "!" and
    "?" directly before Latin letters or signs belong to an address or to markup: https://a.example/?q=1, ![logo](...).
    """

    lines: bool
    cells: bool
    asides: bool
    small_letters: bool
    addresses: bool


DOCUMENT = SentenceRules(lines=False, cells=False, asides=True, small_letters=False, addresses=False)
"""For chunks: written by people, and a quotation should not be cut."""
ANSWER = SentenceRules(lines=True, cells=False, asides=False, small_letters=True, addresses=False)
"""For what a model wrote: one statement a line, and careless with capitals."""
UNTRUSTED = SentenceRules(lines=True, cells=True, asides=False, small_letters=True, addresses=True)
"""For finding instructions in passages: no bracket and no missing capital may hide a sentence in another one."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text by character offsets, and its length in encoder tokens."""

    start: int
    end: int
    tokens: int = 0


def sentences(text: str, start: int = 0, rules: SentenceRules = DOCUMENT) -> list[Span]:
    """Return the sentences of a text from `start` on, without the blanks between them.

    A sentence ends after 。！？ and ! ? . with any closing brackets, unless the full stop belongs to a number or an
    abbreviation, and where the rules of the text say so. A line that ends with 。 or the like ends a sentence even in
    an open bracket, and a bracket that is open for `_LONGEST_ASIDE` characters no longer counts.
    """
    return list(iter_sentences(text, start, rules))


def iter_sentences(text: str, start: int = 0, rules: SentenceRules = DOCUMENT) -> Iterator[Span]:
    """Yield what `sentences` returns, with one of them in memory."""
    before: Span | None = None
    begin = start
    for end in _ends(text, start, rules):
        first = begin + len(text[begin:end]) - len(text[begin:end].lstrip())
        last = begin + len(text[begin:end].rstrip())
        begin = end
        if first >= last:
            continue
        if before is not None and not rules.lines and _is_heading(text, before):
            before = Span(before.start, last)
            continue
        if before is not None:
            yield before
        before = Span(first, last)
    if before is not None:
        yield before


def sentence_parts(text: str, rules: SentenceRules) -> list[str]:
    """Cut a text behind each of its sentences; joined, the parts are the text.

    >>> sentence_parts("Dr. Smith was born in 1950. He died. ", ANSWER)
    ['Dr. Smith was born in 1950.', ' He died.', ' ']
    """
    ends = list(_ends(text, 0, rules))
    return [text[begin:end] for begin, end in zip([0, *ends], ends, strict=False) if begin < end]


def _ends(text: str, start: int, rules: SentenceRules) -> Iterator[int]:
    """Yield the offsets where sentences end, before the blanks that follow; the last is the end of the text."""
    opened: deque[int] = deque()
    at = start
    while (sign := _SIGN.search(text, at)) is not None:
        character = sign.group()
        at = sign.end()
        if character in _OPEN + _CLOSE:
            _follow_bracket(opened, character, at)
        elif character == "\n":
            if rules.lines or _line_ends(text, at, in_bracket=bool(opened)):
                opened.clear()
                yield at
        elif character in "|｜":
            if rules.cells:
                yield at
        elif _ends_sentence(character, text, at, rules):
            while opened and at - opened[0] > _LONGEST_ASIDE:
                opened.popleft()
            if opened and rules.asides:
                continue
            while at < len(text) and text[at] in _ENDS + _AFTER_END + ".":
                at += 1
            yield at
    yield len(text)


def _follow_bracket(opened: deque[int], bracket: str, at: int) -> None:
    if bracket in _OPEN:
        opened.append(at)
    elif opened:
        opened.pop()


def _is_heading(text: str, span: Span) -> bool:
    return _HEADING.match(text, span.start) is not None and "\n" not in text[span.start : span.end]


def _line_ends(text: str, after: int, *, in_bracket: bool) -> bool:
    """Return whether the line end just before `after` ends a sentence in a text with wrapped lines."""
    return (
        text.startswith("\n", after)
        or _LIST_OR_HEADING.match(text, after) is not None
        or _HEADING.match(text, text.rfind("\n", 0, after - 1) + 1) is not None
        or (in_bracket and _line_ends_sentence(text, after - 1))
    )


def _line_ends_sentence(text: str, newline: int) -> bool:
    """Return whether the last sign of a line, closing brackets and blanks aside, ends a sentence."""
    begin = max(0, newline - 24)
    line = text[begin:newline].rstrip(_AFTER_END + " \t\u3000")
    return line.endswith(tuple(_ENDS)) or (line.endswith(".") and _full_stop(text, begin + len(line), DOCUMENT))


def _ends_sentence(mark: str, text: str, after: int, rules: SentenceRules) -> bool:
    """Return whether the end mark just before `after` ends a sentence."""
    if mark == ".":
        return _full_stop(text, after, rules)
    if mark == "．":
        return _full_width_stop(text, after)
    return not (rules.addresses and mark in "!?" and _IN_ADDRESS.match(text, after))


def _full_stop(text: str, after: int, rules: SentenceRules) -> bool:
    """Return whether the "." just before `after` ends a sentence."""
    following = text[after : after + 3].lstrip("\"'”’)")
    if following and not following[0].isspace():
        return False
    next_word = text[after : after + 8].lstrip("\"'”’) \t\n")[:1]
    word = _LAST_WORD.search(text[max(0, after - 24) : after - 1])
    last = word.group() if word else ""
    if _is_abbreviation(last, next_word):
        return False
    return rules.small_letters or not next_word.islower()


def _full_width_stop(text: str, after: int) -> bool:
    """Return whether the "．" just before `after` ends a sentence: not in ３．５, Ｎｏ．５ or １．はじめに."""
    before, following = text[max(0, after - 24) : after - 1], text[after : after + 1]
    if before[-1:].isdigit() and (following.isdigit() or _LIST_NUMBER.search(before)):
        return False
    word = _LAST_LATIN.search(before)
    return word is None or not _is_abbreviation(
        unicodedata.normalize("NFKC", word.group()), unicodedata.normalize("NFKC", following)
    )


def _is_abbreviation(word: str, next_letter: str) -> bool:
    """Return whether a full stop after `word` belongs to it; "no" is one before a number only (No. 5)."""
    if len(word) == 1:
        return word.isalpha() and not JAPANESE_LETTER.match(word)
    folded = word.casefold()
    return folded in _ABBREVIATIONS and (folded != "no" or next_letter.isdigit())
