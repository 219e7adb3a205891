"""The citation of a passage, wherever text names its source."""

from __future__ import annotations

from rag.messages import Message
from rag.records import Hit
from rag.text.terminal_text import one_line


def citation(hit: Hit) -> Message:
    """Return a line that cites a hit: number in the prompt, source, character offsets, and title, if there is one.

    >>> from rag.records import Chunk
    >>> citation(Hit(Chunk("id", "東京は首都。", "東京", "ja/tokyo.md", "ja", 12, 18, 0), 1, 0.5))
    '[1] ja/tokyo.md, characters 12-18: 東京'
    """
    chunk = hit.chunk
    place = Message(
        "[{rank}] {source}, characters {start}-{end}",
        rank=hit.rank,
        source=one_line(chunk.source),
        start=chunk.start,
        end=chunk.end,
    )
    return Message("{place}: {title}", place=place, title=one_line(chunk.title)) if chunk.title else place


def short_citation(hit: Hit) -> str:
    """Return the citation of a hit for a cell of a table, which other programs may read: "[1] ja/tokyo.md:12-18"."""
    return f"[{hit.rank}] {hit.chunk.source}:{hit.chunk.start}-{hit.chunk.end}"
