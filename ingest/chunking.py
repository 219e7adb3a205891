"""From a document to chunks: whole sentences, up to a number of encoder tokens."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from ingest.documents import LoadedDocument
from rag.errors import SettingsError
from rag.records import Chunk, chunk_id
from rag.settings import Chunking
from rag.text.sentences import Span, sentences

Counter = Callable[[Sequence[str]], list[int]]
_WINDOW = 2000
"""How many characters are looked at for where to cut a sentence that is too long."""


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
