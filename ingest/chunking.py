"""Split a document into chunks of whole sentences, up to a number of encoder tokens."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from ingest.documents import LoadedDocument
from rag.errors import SettingsError
from rag.records import Chunk, chunk_id
from rag.settings import Chunking
from rag.text.sentences import Span, sentences

TokenCounter = Callable[[Sequence[str]], list[int]]
"""Count the encoder's tokens of each text."""
_STRETCH = 2000
"""Characters searched for a place to cut a long sentence."""


def split(document: LoadedDocument, chunking: Chunking, count: TokenCounter, window: int) -> list[Chunk]:
    """Return the chunks of a document, in order, each of at most `chunking.max_tokens` tokens, the title not counted.

    `window` is the number of tokens that one vector holds: no chunk with its title in front exceeds it. A longer
    sentence is cut at commas or spaces, or anywhere if it has none. Raises SettingsError if the title leaves no room.
    """
    room = min(chunking.max_tokens, window - count([f"{document.title}\n"])[0] - 1)
    if room < 16:
        raise SettingsError(
            f"A chunk of at most {chunking.max_tokens} tokens leaves no room for the title {document.title!r}",
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


def _measured(text: str, spans: Sequence[Span], count: TokenCounter) -> list[Span]:
    counts = count([text[span.start : span.end] for span in spans])
    return [Span(span.start, span.end, tokens) for span, tokens in zip(spans, counts, strict=True)]


def _cut_long(text: str, span: Span, room: int, count: TokenCounter) -> list[Span]:
    """Cut a span into parts of at most `room` tokens, if possible after a 、，, ; or blank in its second half."""
    if span.tokens <= room:
        return [span]
    parts = []
    stretch = _next_stretch(text, span.start, span.end, room, count)
    while stretch.tokens > room:
        length = stretch.end - stretch.start
        size = max(1, length * room // stretch.tokens, length // 2 if length > _STRETCH else 0)
        while True:
            middle = stretch.start + size
            cut = max(text.rfind(mark, stretch.start + size // 2, middle) for mark in "、，,;； \n")
            at = cut + 1 if cut >= 0 else middle
            head = count([text[stretch.start : at]])[0]
            if head <= room or size == 1:
                break
            size = max(1, size * 9 // 10)
        parts.append(Span(stretch.start, at, head))
        stretch = _next_stretch(text, at, span.end, room, count)
    return [*parts, stretch]


def _next_stretch(text: str, start: int, end: int, room: int, count: TokenCounter) -> Span:
    """Return the next `_STRETCH` characters, doubled until they have more than `room` tokens, up to `end`.

    So the tokens of a long span are counted a few times, not once for every part that is cut off.
    """
    length = _STRETCH
    while True:
        stop = min(end, start + length)
        tokens = count([text[start:stop]])[0]
        if tokens > room or stop == end:
            return Span(start, stop, tokens)
        length *= 2


def _pack(spans: Sequence[Span], room: int, overlap: int) -> list[list[Span]]:
    """Group neighbouring spans, at most `room` tokens and about the same size each, with `overlap` spans repeated."""
    total = _tokens(spans)
    target = math.ceil(total / max(1, math.ceil(total / room)))
    groups: list[list[Span]] = []
    current: list[Span] = []
    size = 0
    for span in spans:
        if current and (size + span.tokens > room or size >= target):
            groups.append(current)
            kept = current[len(current) - overlap :] if overlap else []
            while kept and _tokens(kept) + span.tokens > room:
                kept = kept[1:]
            current, size = list(kept), _tokens(kept)
        current.append(span)
        size += span.tokens
    return [*groups, current] if current else groups


def _tokens(spans: Sequence[Span]) -> int:
    return sum(span.tokens for span in spans)


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
