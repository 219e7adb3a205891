"""Figures of the past as a run without answers: two counts for each type of question, and nothing to pair.

The folder has a `run.json` like any run's, with `imported` in place of an identity.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from eval.dataset.load import ALL, KINDS, Kind
from eval.runs.run import FILE, read_description
from eval.statistics.unpaired_counts import Counts, UnpairedBounds, pooled
from rag.errors import RunError, SettingsError
from rag.records import LANGUAGES, Language
from rag.storage.atomic import write_text


@dataclass(frozen=True, slots=True)
class KindCounts:
    """The counts of one type of question: right without and with retrieval."""

    kind: Kind
    counts: Counts

    @classmethod
    def parse(cls, text: str) -> KindCounts:
        """Read "open_qa:61:32:36": type, questions, right without retrieval, right with it. Raises SettingsError."""
        found: list[Kind] = [kind for kind in KINDS if text.startswith(f"{kind}:")]
        try:
            (kind,) = found
            total, baseline, treatment = (int(part) for part in text.split(":")[1:])
            counts = Counts(total, baseline, treatment)
        except ValueError as error:
            reason = str(error) if "need 0" in str(error) else f"the type is {' or '.join(KINDS)}"
            raise SettingsError(
                f"The counts {text!r} cannot be read: {reason}",
                do="Write TYPE:QUESTIONS:RIGHT WITHOUT RETRIEVAL:RIGHT WITH IT, such as open_qa:61:32:36.",
            ) from error
        if total == 0:
            raise SettingsError(f"The counts {text!r} are of no question", do="Leave the type out.")
        return cls(kind, counts)


@dataclass(frozen=True, slots=True)
class ImportedRun:
    """Counts that someone published or wrote down; `source` says where they stand, `entered` when they were entered."""

    name: str
    source: str
    language: Language
    entered: str
    counts: tuple[KindCounts, ...]


def import_counts(folder: Path, name: str, counts: Sequence[KindCounts], language: Language, source: str = "") -> None:
    """Write the counts as a run of their own, or in place of counts entered before.

    Raises SettingsError where a type stands twice, RunError where the folder holds answers.
    """
    kinds = [one.kind for one in counts]
    doubled = next((kind for kind in kinds if kinds.count(kind) > 1), None)
    if doubled is not None:
        raise SettingsError(f"The type {doubled} has counts twice", do="Give each type once.")
    if (folder / FILE).exists() and load_imported(folder) is None:
        raise RunError("This folder holds the answers of a run", where=str(folder), do="Give another --out.")
    entered = datetime.now(UTC).isoformat(timespec="seconds")
    run = ImportedRun(name, source, language, entered, tuple(sorted(counts, key=lambda one: KINDS.index(one.kind))))
    write_text(folder / FILE, json.dumps({"format": 1, "imported": asdict(run)}, ensure_ascii=False, indent=1) + "\n")


def load_imported(folder: Path) -> ImportedRun | None:
    """The counts in a folder; None where it holds a run with answers. Raises RunError where it holds neither."""
    stored = read_description(folder).get("imported")
    if stored is None:
        return None
    try:
        counts = tuple(KindCounts(one["kind"], Counts(**one["counts"])) for one in stored["counts"])
        known = {one.kind for one in counts} <= set(KINDS) and stored["language"] in LANGUAGES and counts
        if not known:
            raise ValueError(stored)
        return ImportedRun(**{**stored, "counts": counts})
    except (KeyError, TypeError, ValueError) as error:
        raise RunError("The imported counts are damaged", where=str(folder / FILE)) from error


@dataclass(frozen=True, slots=True)
class ImportedCell:
    """Two counts of one type and language without their answers."""

    kind: str
    language: str
    counts: UnpairedBounds


@dataclass(frozen=True, slots=True)
class ImportedReport:
    """Counts entered by hand, as a report shows them; the last cell is the sum over the types."""

    name: str
    run: ImportedRun
    cells: tuple[ImportedCell, ...]


def imported_report(run: ImportedRun, taken: Sequence[str]) -> ImportedReport:
    """What two counts allow, for each type and their sum; the name is not one of those `taken`."""
    name = f"{run.name} (imported)"
    name = next(one for one in (name, *(f"{name} ({at})" for at in range(2, len(taken) + 3))) if one not in taken)
    cells = [ImportedCell(one.kind, run.language, pooled([one.counts])) for one in run.counts]
    if len(cells) > 1:
        cells.append(ImportedCell(ALL, run.language, pooled([one.counts for one in run.counts])))
    return ImportedReport(name, run, tuple(cells))
