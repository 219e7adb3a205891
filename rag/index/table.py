"""What kotae needs of a vector store: a table of chunks for each language, whose rows have ids that kotae gives them.

`rag.index.store` says the rest in terms of it, for every store alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

from rag.records import Language

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Column = Literal["text", "metadata", "vector"]
Metadata = Mapping[str, str | int | None]


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a table; a column that was not asked for is empty. `vectors` has shape (rows, dimensions), float32."""

    ids: Sequence[str]
    texts: Sequence[str] = ()
    metadata: Sequence[Metadata] = ()
    vectors: NDArray[np.float32] = field(default=())  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Where:
    """A condition of rows: those of these files, those with a completion marker; by default all rows."""

    files: Sequence[str] | None = None
    completed: bool = False


ALL = Where()


class ChunkTable(Protocol):
    """The chunks of one language. Thread-safe. Raises IndexDamaged, CannotWrite and Server... errors."""

    def count(self) -> int:
        """Return the number of rows."""

    def upsert(self, rows: Rows) -> None:
        """Write rows with all their columns, in this order; those with the same id are replaced. A kill loses none."""

    def update(self, ids: Sequence[str], metadata: Sequence[Metadata]) -> None:
        """Set these keys of the metadata of rows that exist; None removes a key."""

    def delete(self, ids: Sequence[str]) -> None:
        """Delete rows that exist."""

    def rows(self, ids: Sequence[str], columns: Sequence[Column]) -> Iterator[Rows]:
        """Yield the rows that there are of these ids, so many at a time as memory bears."""

    def pages(self, columns: Sequence[Column], where: Where) -> Iterator[Rows]:
        """Yield all rows that meet the condition, so many at a time as memory bears."""

    def nearest(self, vectors: NDArray[np.float32], count: int) -> list[dict[str, float]]:
        """Return for each vector the ids of the `count` nearest rows with their cosines, nearest first."""

    def tidy(self) -> None:
        """Make reads quick after many writes, and free space; called at the end of an ingest."""


class TableConnection(Protocol):
    """An open store. `where` names it in messages."""

    @property
    def where(self) -> str:
        """The folder or the server."""

    def table(self, index: str, language: Language) -> ChunkTable:
        """Open or create the table of a language in the index of this name. Raises IndexMismatch if it is not ours."""

    def close(self) -> None:
        """Close files and connections."""


def table_name(index: str, language: Language) -> str:
    """Return the name of the table with the chunks of one language in the index of this name."""
    return f"{index}.{language}"
