"""Spread passages over a corpus: each round takes another passage of every document, in a random order by seed."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

from rag.index.store import ChunkStore
from rag.records import LANGUAGES, Chunk, Language

_AT_ONCE: Final = 64
"""Passages that are read from the store together."""


class PassageSpread:
    """The passages of an index by language and document; only their ids are in memory."""

    def __init__(self, store: ChunkStore, seed: int = 0) -> None:
        self._store, self._seed = store, seed
        self._ids: dict[Language, dict[str, list[str]]] = {language: defaultdict(list) for language in LANGUAGES}
        for chunk in store.chunks():
            self._ids[chunk.language][chunk.source].append(chunk.id)

    def shares(self, count: int, languages: Sequence[Language]) -> Mapping[Language, int]:
        """Divide `count` questions among the languages in proportion to their passages, by largest remainder."""
        sizes = {language: sum(map(len, self._ids[language].values())) for language in languages}
        total = sum(sizes.values())
        exact = {language: count * size / total for language, size in sizes.items()} if total else {}
        seats = {language: int(share) for language, share in exact.items()}
        for language in sorted(exact, key=lambda name: seats[name] - exact[name])[: count - sum(seats.values())]:
            seats[language] += 1
        return {language: seat for language, seat in seats.items() if seat}

    def passages(self, language: Language) -> Iterator[Chunk]:
        """Yield every passage of a language once; the same seed gives the same order."""
        ordered = self._ordered(language)
        while ids := list(islice(ordered, _AT_ONCE)):
            chunks = self._store.fetch(ids)
            yield from (chunks[chunk_id] for chunk_id in ids if chunk_id in chunks)

    def _ordered(self, language: Language) -> Iterator[str]:
        generator = random.Random(f"{self._seed} {language}")  # noqa: S311
        documents = [sorted(ids) for _, ids in sorted(self._ids[language].items())]
        generator.shuffle(documents)
        for ids in documents:
            generator.shuffle(ids)
        for turn in range(max(map(len, documents), default=0)):
            yield from (ids[turn] for ids in documents if turn < len(ids))
