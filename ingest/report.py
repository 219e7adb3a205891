"""The report of a sync."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rag.messages import Message, joined
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

    def text(self) -> Message:
        """Return a line of counts, then one for every file that failed or is of a kind that kotae does not read.

        Of parts that failed or were left out, and of files not read, the first few are named and the others counted.
        """
        counts = Message(
            "{found} files: {added} added, {changed} changed, {unchanged} unchanged, {failed} failed; "
            "{removed} removed; {parts} parts of files failed; {excluded} excluded; {chunks} chunks, "
            "{embedded} of them embedded now ({seconds:.1f} s)",
            found=self.found,
            added=len(self.added),
            changed=len(self.changed),
            unchanged=len(self.unchanged),
            failed=len(self.failed),
            removed=len(self.removed),
            parts=len(self.failed_parts),
            excluded=len(self.excluded),
            chunks=self.chunks,
            embedded=self.embedded,
            seconds=self.seconds,
        )
        ignored = [Message("not read (other kind of file): {source}", source=one_line(name)) for name in self.ignored]
        return joined(
            [
                counts,
                *_failed(self.failed),
                *_some(_failed(self.failed_parts), Message("parts of files failed")),
                *_some([_left_out(part) for part in self.left_out], Message("parts left out")),
                *_some(ignored, Message("files not read")),
            ],
            "\n",
        )


def _failed(failures: Sequence[Failure]) -> list[Message]:
    return [Message("failed: {message}", message=Message.of(failure.message)) for failure in failures]


def _left_out(part: Failure) -> Message:
    return Message("left out: {message}", message=Message.of(part.message))


def _some(lines: list[Message], what: Message) -> list[Message]:
    if len(lines) <= _LINES:
        return lines
    more = Message("... and {number} more {what}; --json names them all", number=len(lines) - _LINES, what=what)
    return [*lines[:_LINES], more]
