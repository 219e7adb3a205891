"""Every setting of every run side by side, and which of them differ."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from eval.fallback.interface import fallback_settings
from eval.report.names import display_name
from eval.report.records import Report, RunReport
from eval.runs.description import OMITTED
from eval.runs.imported import ImportedReport
from rag.safety.injection_filter import InjectionFilter

NOTHING = "-"
NOT_KNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting and its value in every run."""

    name: str
    values: tuple[str, ...]

    @property
    def differs(self) -> bool:
        """Whether the runs with a known value have different ones."""
        return len(set(self.values) - {NOT_KNOWN}) > 1


def settings(report: Report) -> list[Setting]:
    """Return the settings of all runs in the order of `report.names`; imported counts have only a few."""
    columns = [*map(_of_run, report.runs), *map(_of_imported, report.imported)]
    names = _in_order(name for column in columns for name in column)
    return [Setting(name, tuple(column.get(name, NOT_KNOWN) for column in columns)) for name in names]


def _of_run(run: RunReport) -> dict[str, str]:
    identity = asdict(run.identity)
    identity["prompt"] = run.identity.prompt_name
    identity["injection_filter"] = identity["injection_filter"] or InjectionFilter.DROP
    del identity["wording"]
    for name in OMITTED:
        if not identity.get(name, True):
            del identity[name]
    decoding = ", ".join(f"{name} {value}" for name, value in identity.pop("decoding").items())
    return {
        **{name.replace("_", " "): NOTHING if value is None else str(value) for name, value in identity.items()},
        "decoding": decoding,
        "questions": f"{run.questions} of {run.of_questions}",
        "languages": ", ".join(map(display_name, run.languages)),
        "conditions": ", ".join(map(display_name, run.conditions)),
        "began": run.began,
        "ended": run.ended or "not finished",
        "repeats": str(run.repeats),
        "seconds of answering": f"{run.seconds:.1f}",
        **fallback_settings(run.uses),
        "versions": ", ".join(f"{name} {number}" for name, number in run.versions.items()),
    }


def _of_imported(imported: ImportedReport) -> dict[str, str]:
    return {
        "questions": str(imported.cells[-1].counts.baseline.total),
        "languages": display_name(imported.run.language),
        "conditions": "without retrieval, with retrieval",
        "counts from": imported.run.source or NOTHING,
        "counts entered": imported.run.entered,
    }


def _in_order(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
