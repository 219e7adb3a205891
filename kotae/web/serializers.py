"""Convert answers and passages to JSON fields for the page and for OpenAI clients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rag.generation.citation import citation
from rag.records import Answer, Hit


def hit_fields(hit: Hit) -> dict[str, Any]:
    """Return a passage with its source, offsets and scores."""
    chunk = hit.chunk
    return {
        "rank": hit.rank,
        "id": chunk.id,
        "source": chunk.source,
        "title": chunk.title,
        "language": chunk.language,
        "start": chunk.start,
        "end": chunk.end,
        "text": chunk.text,
        "score": hit.score,
        "dense": hit.dense,
        "lexical": hit.lexical,
    }


def answer_fields(answer: Answer) -> dict[str, Any]:
    """Return an answer without its passages."""
    chosen = answer.chosen
    return {
        "text": answer.text,
        "language": answer.language,
        "language_ok": chosen.language_ok,
        "cut_off": answer.cut_off,
        "attempts": len(answer.attempts),
    }


def sources_list(hits: Sequence[Hit]) -> str:
    """List the passages as numbered lines; "" if there are none."""
    return "\n".join(map(citation, hits))
