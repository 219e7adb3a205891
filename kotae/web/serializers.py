"""Convert answers and passages to JSON fields for the page and for OpenAI clients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rag.generation.citation import citation
from rag.records import Answer, Hit, Language


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
        "support": support_fields(answer),
    }


def support_fields(answer: Answer) -> dict[str, Any] | None:
    """Return the rank of the passage that supports an answer, and the spans in no passage; None without passages."""
    support = answer.support
    if support is None:
        return None
    return {"groundedness": str(support.groundedness), "rank": support.rank, "missing": list(support.missing)}


def sources_list(answer: Answer) -> str:
    """List the passages as numbered lines, the one that supports the answer first; "" if there are none."""
    first = None if answer.support is None else answer.support.rank
    marks: Mapping[Language, str] = {"ja": "（回答の根拠）", "en": " (supports the answer)"}
    return "\n".join(citation(hit) + marks[answer.language] * (hit.rank == first) for hit in answer.cited)
