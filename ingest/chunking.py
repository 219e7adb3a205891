"""Split a document into chunks of whole sentences, up to a number of encoder tokens."""

from __future__ import annotations

import itertools
import math
import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence

from ingest.documents import LoadedDocument
from rag.errors import SettingsError
from rag.messages import Message
from rag.records import Chunk, chunk_id
from rag.settings import Chunking
from rag.text.sentences import Span, iter_sentences

TokenCounter = Callable[[Sequence[str]], list[int]]
"""Count the encoder's tokens of each text."""
_AT_ONCE = 256
"""Sentences whose tokens are counted together."""
_STRETCH, _LONGEST_STRETCH = 2000, 32_000
"""Characters searched for a place to cut a long sentence; blanks may make many of them few tokens."""
_PAUSES = (re.compile(r"[、，；]|[,;](?!\d)"), re.compile(r"\s"))


def split(document: LoadedDocument, chunking: Chunking, count: TokenCounter, window: int) -> list[Chunk]:
    """Return the chunks of a document, in order, each of at most `chunking.max_tokens` tokens, the title not counted.

    `window` is the number of tokens that one vector holds: no chunk with its title in front exceeds it. A longer
    sentence is cut at line ends; a longer line at commas, else blanks, or anywhere if it has none. Raises SettingsError
    if the title leaves no room.
    """
    room = min(chunking.max_tokens, window - count([f"{document.title}\n"])[0] - 1)
    if room < 16:
        raise SettingsError(
            Message(
                "A chunk of at most {max_tokens} tokens leaves no room for the title {title!r}",
                max_tokens=chunking.max_tokens,
                title=document.title,
            ),
            where=document.source,
            do="Raise the chunk size or shorten the title.",
        )
    text = document.text
    pieces = _Pieces()
    for span in _measured(text, iter_sentences(text, document.body), count):
        for piece in _cut_long(text, span, room, count):
            pieces.append(piece)
    return [
        _chunk(document, pieces.starts[first], pieces.ends[last], position)
        for position, (first, last) in enumerate(_pack(pieces.tokens, room, chunking.overlap))
    ]


class _Pieces:
    """Spans as arrays: a document may have millions."""

    def __init__(self) -> None:
        self.starts, self.ends, self.tokens = array("L"), array("L"), array("L")

    def append(self, span: Span) -> None:
        """Append a span."""
        self.starts.append(span.start)
        self.ends.append(span.end)
        self.tokens.append(span.tokens)


def _measured(text: str, spans: Iterable[Span], count: TokenCounter) -> Iterator[Span]:
    """Yield spans with their tokens; one that is too long to be counted at once has none yet."""
    spans = iter(spans)
    while batch := list(itertools.islice(spans, _AT_ONCE)):
        short = [span for span in batch if span.end - span.start <= _LONGEST_STRETCH]
        counts = iter(count([text[span.start : span.end] for span in short]))
        for span in batch:
            known = span.end - span.start <= _LONGEST_STRETCH
            yield Span(span.start, span.end, next(counts)) if known else span


def _cut_long(text: str, span: Span, room: int, count: TokenCounter) -> Iterator[Span]:
    """Yield parts of a span of at most `room` tokens each."""
    if 0 < span.tokens <= room:
        yield span
        return
    stretch = _next_stretch(text, span.start, span.end, room, count)
    while stretch.tokens > room:
        length = stretch.end - stretch.start
        size = max(1, length * room // stretch.tokens, length // 2 if length > _STRETCH else 0)
        while True:
            at = _pause(text, stretch.start, stretch.start + size)
            head = count([text[stretch.start : at]])[0]
            if head <= room or size == 1:
                break
            size = max(1, min(size, at - stretch.start) * 9 // 10)
        yield Span(stretch.start, at, head)
        stretch = _next_stretch(text, at, span.end, room, count)
    while stretch.end < span.end:
        yield stretch
        stretch = _next_stretch(text, stretch.end, span.end, room, count)
    yield stretch


def _pause(text: str, start: int, end: int) -> int:
    """Return where to cut a text before `end`: after its last line, else a 、 or the like, else a blank, else there.

    Commas and blanks count in the second half only.
    """
    newline = text.rfind("\n", start + 1, end)
    if newline >= 0 and text[start:newline].strip():
        return newline + 1
    for pause in _PAUSES:
        last = None
        for last in pause.finditer(text, start + (end - start) // 2, end):  # noqa: B007
            pass
        if last is not None:
            return last.end()
    return end


def _next_stretch(text: str, start: int, end: int, room: int, count: TokenCounter) -> Span:
    """Return the next `_STRETCH` characters, doubled until they have more than `room` tokens, up to `end`.

    So the tokens of a long span are counted a few times, not once for every part that is cut off.
    """
    length = _STRETCH
    while True:
        stop = min(end, start + length)
        tokens = count([text[start:stop]])[0]
        if tokens > room or stop == end or length >= _LONGEST_STRETCH:
            return Span(start, stop, tokens)
        length *= 2


def _pack(tokens: Sequence[int], room: int, overlap: int) -> Iterator[tuple[int, int]]:
    """Yield groups of neighbours, each by its first and last index.

    They have at most `room` tokens and about the same size each, with `overlap` spans repeated.
    """
    total = sum(tokens)
    target = math.ceil(total / max(1, math.ceil(total / room)))
    first, size = 0, 0
    for index, length in enumerate(tokens):
        if index > first and (size + length > room or size >= target):
            yield first, index - 1
            kept = max(first, index - overlap)
            while kept < index and sum(tokens[kept:index]) + length > room:
                kept += 1
            first, size = kept, sum(tokens[kept:index])
        size += length
    if tokens:
        yield first, len(tokens) - 1


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
