"""From a document to chunks: whole sentences, up to a number of encoder tokens."""

from __future__ import annotations

import math
import re
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ingest.load import LoadedDocument
from rag.errors import SettingsError
from rag.records import Chunk, chunk_id
from rag.settings import Chunking

Counter = Callable[[Sequence[str]], list[int]]

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
_WINDOW = 2000
"""How many characters are looked at for where to cut a sentence that is too long."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text by character offsets, and its length in encoder tokens."""

    start: int
    end: int
    tokens: int = 0


def split(document: LoadedDocument, chunking: Chunking, count: Counter, window: int) -> list[Chunk]:
    """The chunks of a document, in order, each at most `chunking.max_tokens` tokens long beside the title.

    `count` gives the encoder's token counts, `window` how many tokens one vector takes in; with the title in front no
    chunk exceeds it. A sentence longer than that is cut at commas or spaces, and where it has none, anywhere.
    Raises SettingsError where the title leaves no room.
    """
    room = min(chunking.max_tokens, window - count([f"{document.title}\n"])[0] - 1)
    if room < 16:
        raise SettingsError(
            f"A chunk of at most {chunking.max_tokens} tokens leaves no room beside the title {document.title!r}",
            where=document.source,
            do="Raise the chunk size or shorten the title.",
        )
    text = document.text
    spans = _measured(text, sentences(text, document.body), count)
    spans = [part for span in spans for part in _cut_long(text, span, room, count)]
    return [
        _chunk(document, group[0].start, group[-1].end, position)
        for position, group in enumerate(_pack(spans, room, chunking.overlap))
    ]


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


def _measured(text: str, spans: Sequence[Span], count: Counter) -> list[Span]:
    counts = count([text[span.start : span.end] for span in spans])
    return [Span(span.start, span.end, tokens) for span, tokens in zip(spans, counts, strict=True)]


def _cut_long(text: str, span: Span, room: int, count: Counter) -> list[Span]:
    """A span as parts of at most `room` tokens, cut behind 、，, ; or a blank where there is one in the second half."""
    if span.tokens <= room:
        return [span]
    parts = []
    rest = _ahead(text, span.start, span.end, room, count)
    while rest.tokens > room:
        length = rest.end - rest.start
        size = max(1, length * room // rest.tokens, length // 2 if length > _WINDOW else 0)
        while True:
            middle = rest.start + size
            cut = max(text.rfind(mark, rest.start + size // 2, middle) for mark in "、，,;； \n")
            at = cut + 1 if cut >= 0 else middle
            head = count([text[rest.start : at]])[0]
            if head <= room or size == 1:
                break
            size = max(1, size * 9 // 10)
        parts.append(Span(rest.start, at, head))
        rest = _ahead(text, at, span.end, room, count)
    return [*parts, rest]


def _ahead(text: str, start: int, end: int, room: int, count: Counter) -> Span:
    """The next `_WINDOW` characters, or as many times twice that as have more than `room` tokens, up to `end`.

    So the tokens of a long span are counted a few times and not once for every part that is cut off it.
    """
    length = _WINDOW
    while True:
        stop = min(end, start + length)
        tokens = count([text[start:stop]])[0]
        if tokens > room or stop == end:
            return Span(start, stop, tokens)
        length *= 2


def _pack(spans: Sequence[Span], room: int, overlap: int) -> list[list[Span]]:
    """Neighbouring spans in groups of at most `room` tokens, of about equal size, `overlap` spans repeated."""
    total = sum(span.tokens for span in spans)
    target = math.ceil(total / max(1, math.ceil(total / room)))
    groups: list[list[Span]] = []
    current: list[Span] = []
    size = 0
    for span in spans:
        if current and (size + span.tokens > room or size >= target):
            groups.append(current)
            kept = current[len(current) - overlap :] if overlap else []
            while kept and sum(one.tokens for one in kept) + span.tokens > room:
                kept = kept[1:]
            current, size = list(kept), sum(one.tokens for one in kept)
        current.append(span)
        size += span.tokens
    return [*groups, current] if current else groups


def _chunk(document: LoadedDocument, start: int, end: int, position: int) -> Chunk:
    text = document.text[start:end]
    stripped = text.strip()
    start += text.find(stripped)
    return Chunk(
        id=chunk_id(stripped, document.title, document.source, document.language, position),
        text=stripped,
        title=document.title,
        source=document.source,
        language=document.language,
        start=start,
        end=start + len(stripped),
        position=position,
    )
