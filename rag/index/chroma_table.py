"""A Chroma collection as a table of chunks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, cast

from rag.index.table import Column, Metadata, Rows, Where

if TYPE_CHECKING:
    import numpy as np
    from chromadb.api.models.Collection import Collection
    from chromadb.api.types import GetResult
    from numpy.typing import NDArray

    from rag.index.chroma import ChromaConnection

_PAGE_OF_IDS, _PAGE, _PAGE_OF_VECTORS = 250_000, 2000, 500
"""Rows per request, by their size in memory: Chroma turns a vector into a list of Python numbers.

It has no cursor, and counts from the start for each page: so pages of ids are large, and rows are read by their ids.
"""
_INCLUDE: Final = {"text": "documents", "metadata": "metadatas", "vector": "embeddings"}
_COMPLETED: Final = {"file_chunks": {"$gt": 0}}


class ChromaTable:
    """The chunks of one language, in a collection of their own."""

    def __init__(self, chroma: ChromaConnection, collection: Collection) -> None:
        self._chroma, self._collection = chroma, collection
        with chroma.errors():
            self._limit = int(chroma.client.get_max_batch_size())

    def count(self) -> int:
        with self._chroma.errors():
            return int(self._collection.count())

    def upsert(self, rows: Rows) -> None:
        for batch in self._batches(rows):
            with self._chroma.errors():
                self._collection.upsert(
                    ids=list(rows.ids[batch]),
                    embeddings=rows.vectors[batch],
                    documents=list(rows.texts[batch]),
                    metadatas=list(rows.metadata[batch]),
                )

    def update(self, ids: Sequence[str], metadata: Sequence[Metadata]) -> None:
        for start in range(0, len(ids), self._limit):
            batch = slice(start, start + self._limit)
            with self._chroma.errors():
                self._collection.update(ids=list(ids[batch]), metadatas=list(metadata[batch]))

    def delete(self, ids: Sequence[str]) -> None:
        for start in range(0, len(ids), self._limit):
            with self._chroma.errors():
                self._collection.delete(ids=list(ids[start : start + self._limit]))

    def rows(self, ids: Sequence[str], columns: Sequence[Column]) -> Iterator[Rows]:
        size = _PAGE_OF_VECTORS if "vector" in columns else _PAGE if columns else self._limit
        for start in range(0, len(ids), size):
            with self._chroma.errors():
                page = self._collection.get(
                    ids=list(ids[start : start + size]), include=cast("Any", [_INCLUDE[column] for column in columns])
                )
            yield _rows(page)

    def pages(self, columns: Sequence[Column], where: Where) -> Iterator[Rows]:
        offset = 0
        while True:
            with self._chroma.errors():
                ids = self._collection.get(limit=_PAGE_OF_IDS, offset=offset, include=[], where=_condition(where))[
                    "ids"
                ]
            if columns:
                yield from self.rows(ids, columns)
            elif ids:
                yield Rows(ids)
            if len(ids) < _PAGE_OF_IDS:
                return
            offset += _PAGE_OF_IDS

    def nearest(self, vectors: NDArray[np.float32], count: int) -> list[dict[str, float]]:
        with self._chroma.errors():
            result = self._collection.query(
                query_embeddings=cast("Any", list(vectors)), n_results=count, include=["distances"]
            )
        pairs = zip(result["ids"], result["distances"] or (), strict=True)
        return [
            {chunk_id: 1.0 - float(d) for chunk_id, d in zip(ids, distances, strict=True)} for ids, distances in pairs
        ]

    def tidy(self) -> None:
        pass

    def _batches(self, rows: Rows) -> Iterator[slice]:
        """Yield the rows in batches that one request can carry."""
        limit, start, size = self._chroma.request_bytes, 0, 0
        for end, text in enumerate(rows.texts):
            row_bytes = rows.vectors.shape[1] * 6 + 4 * len(text) + 1000
            if end - start == self._limit or (limit is not None and end > start and size + row_bytes > limit):
                yield slice(start, end)
                start, size = end, 0
            size += row_bytes
        if start < len(rows.ids):
            yield slice(start, len(rows.ids))


def _condition(where: Where) -> Any:
    conditions: list[Any] = [_COMPLETED] if where.completed else []
    if where.files is not None:
        conditions.append({"file": {"$in": list(where.files)} if len(where.files) > 1 else where.files[0]})
    return {"$and": conditions} if len(conditions) > 1 else conditions[0] if conditions else None


def _rows(page: GetResult) -> Rows:
    import numpy as np

    vectors = np.asarray(page["embeddings"] if page["embeddings"] is not None else (), np.float32)
    return Rows(page["ids"], page["documents"] or (), cast("Any", page["metadatas"] or ()), vectors)
