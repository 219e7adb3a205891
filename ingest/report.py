"""The report of a sync."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from rag.records import Failure
from rag.text.terminal_text import one_line

_LINES = 20


@dataclass(frozen=True, slots=True)
class SyncReport:
    """The result of a sync, by source of the file. added + changed + unchanged + failed = files found.

    `failed_parts` are documents (such as rows of a table) that could not be read in files with others that could, and
    `left_out` parts that no reader sees (hidden sheets); every sync names them. `ignored` are files of other kinds,
    `excluded` those that patterns exclude.
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]
    failed: tuple[Failure, ...]
    ignored: tuple[str, ...]
    chunks: int
    embedded: int
    seconds: float
    failed_parts: tuple[Failure, ...] = ()
    excluded: tuple[str, ...] = ()
    left_out: tuple[Failure, ...] = ()

    @property
    def found(self) -> int:
        """The number of files in the folder of a kind that kotae reads."""
        return len(self.added) + len(self.changed) + len(self.unchanged) + len(self.failed)

    @property
    def sound(self) -> bool:
        """True if every document of every file is in the index."""
        return not self.failed and not self.failed_parts

    def as_dict(self) -> dict[str, Any]:
        """Return the report for JSON."""
        return asdict(self) | {"found": self.found}

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Have IPython show the text."""
        printer.text(self.text())

    def text(self) -> str:
        """Return a line of counts, then one for every file that failed or is of a kind that kotae does not read.

        Of parts that failed or were left out, and of files not read, the first few are named and the others counted.
        """
        counts = (
            f"{self.found} files: {len(self.added)} added, {len(self.changed)} changed, "
            f"{len(self.unchanged)} unchanged, {len(self.failed)} failed; {len(self.removed)} removed; "
            f"{len(self.failed_parts)} parts of files failed; {len(self.excluded)} excluded; "
            f"{self.chunks} chunks, {self.embedded} of them embedded now ({self.seconds:.1f} s)"
        )
        return "\n".join(
            [
                counts,
                *(f"failed: {failure.message}" for failure in self.failed),
                *_some([f"failed: {failure.message}" for failure in self.failed_parts], "parts of files failed"),
                *_some([f"left out: {part.message}" for part in self.left_out], "parts left out"),
                *_some(
                    [one_line(f"not read (other kind of file): {source}") for source in self.ignored], "files not read"
                ),
            ]
        )


def _some(lines: list[str], what: str) -> list[str]:
    if len(lines) <= _LINES:
        return lines
    return [*lines[:_LINES], f"... and {len(lines) - _LINES} more {what}; --json names them all"]
