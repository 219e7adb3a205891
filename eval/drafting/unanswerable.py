"""Draft questions that the documents cannot answer: a kept question for a measure, put to a neighbouring document.

"How long is the Forth Bridge?" becomes "How long is the Kintai Bridge?" if no passage about the Kintai Bridge holds a
length: none of its document, none that a search for its title finds, in either language, and none with its title among
those that the question finds. A wrong "unanswerable" hurts more than a missing one, so that only measures are asked
for, whose kind can be told in either language, and most questions give none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from eval.dataset.unanswerable import NO_ANSWER
from eval.drafting.targets import DraftTarget
from rag.records import Chunk
from rag.retrieval.retriever import HybridRetriever
from rag.text.canonical import canonical_document
from rag.text.numbers.quantities import read_numbers

_NEIGHBOURS: Final = 60
"""Passages among whose documents another title is looked for."""
_SEARCHED: Final = 20
"""Passages that the new question finds; those with the title may hold no measure of the kind."""
_ABOUT: Final = 8
"""Passages that a search for the title finds, none of which may hold one."""


def unanswerable(question: str, target: DraftTarget, retriever: HybridRetriever) -> Iterator[tuple[str, DraftTarget]]:
    """Yield the question with titles of other documents, nearest first, that nothing could answer."""
    title, kind = target.chunk.title, measured(target.answer)
    if kind is None or not title or title not in question:
        return
    tried = {title}
    for hit in retriever.search(question, _NEIGHBOURS):
        other = hit.chunk
        alike = other.language == target.chunk.language and _head(other) == _head(target.chunk)
        if other.title in tried or not other.title or not alike:
            continue
        tried.add(other.title)
        asked = question.replace(title, other.title)
        if not any(kind in kinds(chunk.text) for chunk in _about(other, asked, retriever)):
            yield (
                asked,
                replace(
                    target,
                    chunk=other,
                    answer=NO_ANSWER[other.language],
                    excerpt=other.text,
                    start=other.start,
                    end=other.end,
                ),
            )


def _head(chunk: Chunk) -> str:
    """Return what a title says that it names, so that a bridge is asked of a bridge: its last word, or last letter."""
    return chunk.title[-1:] if chunk.language == "ja" else chunk.title.split(" ")[-1].casefold()


def measured(answer: str) -> str | None:
    """Return the kind of measure that an answer is: length, mass; None for anything else.

    >>> measured("521 metres"), measured("1882"), measured("73人")
    ('length', None, None)
    """
    values = kinds(answer)
    return next(iter(values)) if len(values) == 1 else None


def kinds(text: str) -> frozenset[str]:
    """Return the kinds of measure in a text."""
    quantities = read_numbers(canonical_document(text)).quantities
    return frozenset(quantity.unit.dimension for quantity in quantities if quantity.unit is not None)


def _about(other: Chunk, asked: str, retriever: HybridRetriever) -> Iterator[Chunk]:
    """Yield the passages that may tell something of the title of a chunk."""
    store = retriever.index.store
    yield from (hit.chunk for hit in retriever.search(other.title, _ABOUT))
    yield from (hit.chunk for hit in retriever.search(asked, _SEARCHED) if other.title in hit.chunk.text)
    ids = list(store.ids_of([other.source.split("#")[0]]))
    yield from (chunk for chunk in store.fetch(ids).values() if chunk.source == other.source)
