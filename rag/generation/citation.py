"""The citation of a passage, wherever text names its source."""

from __future__ import annotations

from rag.records import Hit


def citation(hit: Hit) -> str:
    """Return a line that cites a hit: number in the prompt, source, character offsets, and title, if there is one.

    >>> from rag.records import Chunk
    >>> citation(Hit(Chunk("id", "東京は首都。", "東京", "ja/tokyo.md", "ja", 12, 18, 0), 1, 0.5))
    '[1] ja/tokyo.md, characters 12-18: 東京'
    """
    chunk = hit.chunk
    return f"[{hit.rank}] {chunk.source}, characters {chunk.start}-{chunk.end}" + (
        f": {chunk.title}" * bool(chunk.title)
    )


def short_citation(hit: Hit) -> str:
    """Return the citation of a hit for a cell of a table, which other programs may read: "[1] ja/tokyo.md:12-18"."""
    return f"[{hit.rank}] {hit.chunk.source}:{hit.chunk.start}-{hit.chunk.end}"
