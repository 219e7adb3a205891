"""Passages for tests of groundedness."""

from __future__ import annotations

from rag.records import Chunk, Hit
from rag.text.language import detect


def made_hits(*texts: str, title: str = "") -> list[Hit]:
    """Return texts as hits, ranked in their order."""
    return [
        Hit(Chunk(str(rank), text, title, f"{rank}.md", detect(text), 0, len(text), 0), rank, 1.0)
        for rank, text in enumerate(texts, 1)
    ]
