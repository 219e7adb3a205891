"""Every setting of every run side by side, and which of them differ."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Final

from eval.dataset.conditions import Condition
from eval.fallback.interface import fallback_settings
from eval.report.names import display_name
from eval.report.records import Report, RunReport
from eval.runs.description import OMITTED
from eval.runs.imported import ImportedReport
from rag.messages import Message, in_context
from rag.records import Language
from rag.safety.injection_filter import InjectionFilter

NOTHING = "-"
NOT_KNOWN = Message("not known")
SETTINGS: Final = (
    "model", "model identity", "decoding", "context", "prompt", "dataset", "dataset sha256", "index", "encoder",
    "top k", "reranker", "build", "columns", "decline", "injection filter", "questions", "languages", "conditions",
    "began", "ended", "repeats", "seconds of answering", "fallback by similarity", "fallback by judge", "versions",
    "counts from", "counts entered",
)  # fmt: skip
"""The names that are translated, in the context "setting" of the catalogue; others stay themselves."""
_WORDS: Final = frozenset(map(display_name, ("ja", "en", *Condition)))


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting and its value in every run."""

    name: str
    values: tuple[str, ...]

    @property
    def differs(self) -> bool:
        """Whether the runs with a known value have different ones."""
        return len(set(self.values) - {NOT_KNOWN}) > 1


def setting_name(name: str, language: Language) -> str:
    """Return the reader's word for the name of a setting."""
    return in_context("setting", name, language) if name in SETTINGS else name


def setting_value(value: str, language: Language) -> str:
    """Return a value for the reader: languages and conditions in words, anything else as it is."""
    parts = value.split(", ")
    if language == "en" or not _WORDS.issuperset(parts):
        return value
    return "、".join(in_context("name", part, language) for part in parts)


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
        "questions": Message("{asked} of {total}", asked=run.questions, total=run.of_questions),
        "languages": ", ".join(map(display_name, run.languages)),
        "conditions": ", ".join(map(display_name, run.conditions)),
        "began": _moment(run.began),
        "ended": _moment(run.ended) if run.ended else Message("not finished"),
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
        "counts entered": _moment(imported.run.entered),
    }


def _moment(time: str) -> str:
    """Return a stored time with the name of its zone: 2026-12-01 03:17 UTC."""
    return f"{time[:10]} {time[11:16]} UTC" if time.endswith("+00:00") else time


def _in_order(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
