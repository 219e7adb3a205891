"""Published counts as a run without answers: right without and with retrieval for each type of question, unpaired."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from eval.dataset.load import ALL, KINDS
from eval.runs.description import FILE, ImportedRun, KindCounts, read_description, write_description
from eval.statistics.unpaired_counts import Counts, UnpairedBounds, pooled
from rag.errors import RunError, SettingsError
from rag.messages import Message
from rag.records import Language


def parse_counts(text: str) -> KindCounts:
    """Read "open_qa:61:32:36": type, questions, right without retrieval, right with it. Raises SettingsError."""
    kinds = [kind for kind in KINDS if text.startswith(f"{kind}:")]
    try:
        (kind,) = kinds
        total, baseline, treatment = (int(part) for part in text.split(":")[1:])
        counts = Counts(total, baseline, treatment)
    except ValueError as error:
        reason = str(error) if "need 0" in str(error) else f"the type is {' or '.join(KINDS)}"
        raise SettingsError(
            Message("The counts {text!r} cannot be read: {reason}", text=text, reason=reason),
            do="Write TYPE:QUESTIONS:RIGHT WITHOUT RETRIEVAL:RIGHT WITH IT, such as open_qa:61:32:36.",
        ) from error
    if total == 0:
        raise SettingsError(Message("The counts {text!r} are for 0 questions", text=text), do="Omit this type.")
    return KindCounts(kind, counts)


def import_counts(folder: Path, name: str, counts: Sequence[KindCounts], language: Language, source: str = "") -> None:
    """Write the counts as a run, or replace counts entered before.

    Raises SettingsError if a type is given twice, RunError if the folder holds answers.
    """
    kinds = [counted.kind for counted in counts]
    doubled = next((kind for kind in kinds if kinds.count(kind) > 1), None)
    if doubled is not None:
        raise SettingsError(Message("The type {doubled} is given twice", doubled=doubled), do="Give each type once.")
    if (folder / FILE).exists() and not isinstance(read_description(folder), ImportedRun):
        raise RunError("This folder contains the answers of a run", where=str(folder), do="Choose another --out.")
    entered = datetime.now(UTC).isoformat(timespec="seconds")
    ordered = tuple(sorted(counts, key=lambda counted: KINDS.index(counted.kind)))
    write_description(folder, ImportedRun(name, source, language, entered, ordered))


@dataclass(frozen=True, slots=True)
class ImportedCell:
    """The counts of one type and language, without their answers."""

    kind: str
    language: str
    counts: UnpairedBounds


@dataclass(frozen=True, slots=True)
class ImportedReport:
    """Counts entered by hand as a report shows them; the last cell is the sum over all types."""

    name: str
    run: ImportedRun
    cells: tuple[ImportedCell, ...]


def imported_report(run: ImportedRun, taken: Sequence[str]) -> ImportedReport:
    """Return the bounds that the counts imply for each type and their sum, under a name that is not `taken`."""
    name = f"{run.name} (imported)"
    numbered = (name, *(f"{name} ({at})" for at in range(2, len(taken) + 3)))
    name = next(candidate for candidate in numbered if candidate not in taken)
    cells = [ImportedCell(counted.kind, run.language, pooled([counted.counts])) for counted in run.counts]
    if len(cells) > 1:
        cells.append(ImportedCell(ALL, run.language, pooled([counted.counts for counted in run.counts])))
    return ImportedReport(name, run, tuple(cells))
