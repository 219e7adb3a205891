"""LanceDB, embedded, as a store of chunks: files that never change, and versions that appear at once."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rag.errors import IndexDamaged, SettingsError
from rag.index.chroma import REBUILD
from rag.index.metadata import KEYS
from rag.index.table import Column, Metadata, Rows, Where, table_name
from rag.messages import Message
from rag.records import Language
from rag.storage.disk_errors import classify_os_error

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_INSTALL: Final = 'pip install "lancedb>=0.40,<1"'
_PAGE: Final = 2000
_VERSIONS: Final = 16
"""Writes, each with a file that a question may have to look into, after which an ingest merges files at its end."""
_WRITES: Final = 64
"""Writes after which files are merged: each write makes one, and looks for its ids in all of them."""
_UNREAD: Final = datetime.timedelta(minutes=10)
"""Age of a version that no other thread of an ingest is still reading."""


@dataclass(frozen=True, slots=True)
class LanceConnection:
    """An open folder with a table for each language."""

    database: Any
    where: str

    def table(self, index: str, language: Language) -> LanceTable:
        return LanceTable(self.database, table_name(index, language), self.where)

    def close(self) -> None:
        pass


def open_lance(folder: Path) -> LanceConnection:
    """Open LanceDB in this process with its files in `folder`; what other processes write is seen after that.

    Raises SettingsError where LanceDB is not installed, IndexDamaged, CannotWrite.
    """
    lancedb = import_lancedb(folder)
    with _errors(str(folder)):
        return LanceConnection(lancedb.connect(folder.absolute()), str(folder))  # or it expands a leading "~"


def import_lancedb(folder: Path) -> Any:
    """Import LanceDB, for an index in `folder`. Raises SettingsError where it is not installed."""
    try:
        import lancedb
    except ImportError as error:
        raise SettingsError(
            "This index needs the package lancedb",
            where=str(folder),
            do=Message("Install it with: {install}", install=_INSTALL),
        ) from error
    return lancedb


class LanceTable:
    """The chunks of one language, in a table that the first of them makes."""

    def __init__(self, database: Any, name: str, where: str) -> None:
        self._database, self._name, self._where = database, name, where
        self._folder = Path(where, f"{name}.lance")
        self._lock, self._writes = threading.Lock(), 0
        with _errors(where):
            # A first write that was killed leaves a folder without a version, which is listed but not a table.
            self._table: Any = database.open_table(name) if self._versions() else None

    def count(self) -> int:
        with _errors(self._where):
            return 0 if self._table is None else int(self._table.count_rows())

    def upsert(self, rows: Rows) -> None:
        import pyarrow as pa

        if not len(rows.ids):
            return
        vectors = pa.FixedSizeListArray.from_arrays(pa.array(rows.vectors.reshape(-1)), rows.vectors.shape[1])
        columns = {key: pa.array([metadata.get(key) for metadata in rows.metadata], pa.type_for_alias(kind))
                   for key, kind in KEYS.items()}  # fmt: skip
        data = pa.table({"id": list(rows.ids), "vector": vectors, "text": list(rows.texts), **columns})
        with self._lock, _errors(self._where):
            if self._table is None:
                self._table = self._database.create_table(self._name, data, mode="overwrite")
            else:
                self._table.merge_insert("id").when_matched_update_all().when_not_matched_insert_all().execute(data)
            self._written()

    def update(self, ids: Sequence[str], metadata: Sequence[Metadata]) -> None:
        new = dict(zip(ids, metadata, strict=True))
        for page in self.rows(ids, ("text", "metadata", "vector")):
            merged = [{**old, **new[chunk_id]} for chunk_id, old in zip(page.ids, page.metadata, strict=True)]
            self.upsert(Rows(page.ids, page.texts, merged, page.vectors))

    def delete(self, ids: Sequence[str]) -> None:
        for start in range(0, len(ids), _PAGE):
            with self._lock, _errors(self._where):
                self._table.delete(_among("id", ids[start : start + _PAGE]))
                self._written()

    def rows(self, ids: Sequence[str], columns: Sequence[Column]) -> Iterator[Rows]:
        for start in range(0, len(ids), _PAGE):
            yield from self._read(_among("id", ids[start : start + _PAGE]), columns)

    def pages(self, columns: Sequence[Column], where: Where) -> Iterator[Rows]:
        conditions = ["file_chunks > 0"] if where.completed else []
        if where.files is not None:
            conditions.append(_among("file", where.files))
        yield from self._read(" AND ".join(conditions), columns)

    def nearest(self, vectors: NDArray[np.float32], count: int) -> list[dict[str, float]]:
        hits: list[list[tuple[float, str]]] = [[] for _ in vectors]
        if self._table is not None:
            with _errors(self._where):
                search = self._table.search(list(vectors), vector_column_name="vector").distance_type("cosine")
                result = search.limit(count).select(["id", "_distance"]).to_arrow().to_pydict()
            numbers = result.get("query_index", [0] * len(result["id"]))
            for number, chunk_id, distance in zip(numbers, result["id"], result["_distance"], strict=True):
                hits[number].append((distance, chunk_id))
        return [{chunk_id: 1.0 - distance for distance, chunk_id in sorted(found)} for found in hits]

    def tidy(self) -> None:
        """Merge the files of many writes, and let rows be found by their ids."""
        if self._table is None:
            return
        with self._lock, _errors(self._where):
            if not self._table.list_indices():
                self._merge()
                from lancedb.index import BTree

                self._table.create_index("id", config=BTree())
            elif self._versions() > _VERSIONS or self._mostly_deleted():
                self._merge()

    def _versions(self) -> int:
        return sum(1 for _ in self._folder.glob("_versions/*.manifest"))

    def _mostly_deleted(self) -> bool:
        """Return whether most of what is on disk are rows that have been deleted or replaced."""
        stats = self._table.stats()
        files = stats["fragment_stats"]
        rows = files["num_fragments"] * files["lengths"]["mean"]
        present: float = stats["total_bytes"] * stats["num_rows"] / max(1, rows)
        return sum(path.stat().st_size for path in self._folder.glob("data/*.lance")) > 2 * present

    def _written(self) -> None:
        self._writes += 1
        if self._writes % _WRITES == 0:
            self._merge(_UNREAD)

    def _merge(self, age: datetime.timedelta = datetime.timedelta(milliseconds=1)) -> None:
        """Merge files, add new rows to the indexes and remove versions of this age, which readers elsewhere notice."""
        self._table.optimize(cleanup_older_than=age, delete_unverified=True)

    def _read(self, condition: str, columns: Sequence[Column]) -> Iterator[Rows]:
        if self._table is None:
            return
        names = ["id", *(name for column in columns for name in (KEYS if column == "metadata" else [column]))]
        with _errors(self._where):
            query = self._table.search().select(names)
            batches = (query.where(condition) if condition else query).to_batches(_PAGE)
            for batch in batches:
                if len(batch):
                    yield _rows(batch, columns)


def _rows(batch: Any, columns: Sequence[Column]) -> Rows:
    texts = batch["text"].to_pylist() if "text" in columns else ()
    metadata: list[Metadata] = []
    if "metadata" in columns:
        values = zip(*(batch[key].to_pylist() for key in KEYS), strict=True)
        metadata = [_present(dict(zip(KEYS, row, strict=True))) for row in values]
    if "vector" not in columns:
        return Rows(batch["id"].to_pylist(), texts, metadata)
    vectors = batch["vector"].flatten().to_numpy().reshape(len(batch), -1)
    return Rows(batch["id"].to_pylist(), texts, metadata, vectors)


def _present(metadata: Mapping[str, Any]) -> Metadata:
    return {key: value for key, value in metadata.items() if value is not None}


def _among(column: str, values: Sequence[str]) -> str:
    """Return the condition, in SQL, that a column has one of these values."""
    quoted = ", ".join("'" + value.replace("'", "''") + "'" for value in values)
    return f"{column} IN ({quoted})"


@contextmanager
def _errors(where: str) -> Iterator[None]:
    """Translate errors of LanceDB to IndexDamaged or CannotWrite."""
    try:
        yield
    except (RuntimeError, ValueError, OSError) as error:
        if refused := classify_os_error(error, Path(where)):
            raise refused from error
        raise IndexDamaged(
            Message("LanceDB cannot use the index: {error}", error=error), where=where, do=REBUILD
        ) from error
