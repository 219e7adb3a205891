"""The report as one HTML page that needs nothing beside itself: no network, no other file.

The page is `assets/page.html` with its style and script inlined. Every text from outside is escaped by Jinja, and the
page's own policy (CSP) lets nothing run or load but that style and that script, which it names by their hashes.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from eval import charts
from eval.dataset import KINDS
from eval.grade import Outcome
from eval.open_answers import rung_settings
from eval.report import ALL, Cell, Contrast, Graded, Report, RunReport
from eval.statistics import Rate
from eval.verdict_words import p_text, percent, points, rate_text, sentence
from rag.language import JAPANESE, detect
from rag.records import LANGUAGES, Hit

if TYPE_CHECKING:
    from jinja2 import Environment

NOT_CORRECT: Final = "not_correct"
FAILED: Final = "failed"
OTHER_LANGUAGE: Final = "other_language"
_NAMES: Final[Mapping[str, str]] = {
    "no_rag": "without retrieval",
    "rag": "with retrieval",
    "oracle": "gold passage given",
    "open_qa": "open question",
    "ja": "Japanese",
    "en": "English",
    NOT_CORRECT: "not correct (all of these)",
    FAILED: "no answer (failed or missing)",
    OTHER_LANGUAGE: "correct, in the other language",
    "fixed": "fixed by retrieval",
    "broken": "broken by retrieval",
}


@dataclass(frozen=True, slots=True)
class Panel:
    """One type and language: its bars, of every run and condition."""

    kind: str
    language: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """One cell and the run that it is of."""

    run: RunReport
    cell: Cell


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting, its value in every run, and whether they differ."""

    name: str
    values: tuple[str, ...]

    @property
    def differs(self) -> bool:
        """Whether not all runs have the same value."""
        return len(set(self.values)) > 1


def html_page(report: Report) -> str:
    """The report as the text of one HTML page, to be written as UTF-8."""
    style, script = _asset("page.css"), _asset("page.js")
    page = (
        _environment()
        .from_string(_asset("page.html"))
        .render(
            report=report,
            several=len(report.runs) > 1,
            same_set=len({run.identity.dataset_sha256 for run in report.runs}) <= 1,
            panels=_panels(report),
            settings=_settings(report),
            choices=_choices(report),
            style=style,
            script=script,
            policy=f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)}; img-src data:; "
            "base-uri 'none'; form-action 'none'",
        )
    )
    return page.encode("utf-8", "replace").decode("utf-8")


def _environment() -> Environment:
    from jinja2 import Environment, StrictUndefined

    made = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    filters: dict[str, Callable[..., Any]] = {
        "percent": percent, "points": points, "p_value": _p_value, "lang": _language_of, "named": _named,
        "place": _place, "hits": _hits, "marks": _marks, "sweeps": _sweeps, "missing": _missing, "spread": _spread,
        "whole": _whole,
    }  # fmt: skip
    made.filters.update(filters)
    made.globals.update(
        sentence=sentence, rate_text=rate_text, bar=charts.bar, sweep_chart=charts.sweep_chart, cuts=charts.CUTS
    )
    return made


def _asset(name: str) -> str:
    return (resources.files("eval") / "assets" / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _panels(report: Report) -> list[Panel]:
    """The cells of all runs by type and language, the sums last."""
    bars = [Bar(run, cell) for run in report.runs for cell in run.cells]
    return [
        Panel(kind, language, found)
        for kind in (*KINDS, ALL)
        for language in (*LANGUAGES, ALL)
        if (found := tuple(one for one in bars if (one.cell.kind, one.cell.language) == (kind, language)))
    ]


def _settings(report: Report) -> list[Setting]:
    columns = [_settings_of(run) for run in report.runs]
    return [Setting(name, tuple(column[name] for column in columns)) for name in (columns[0] if columns else ())]


def _settings_of(run: RunReport) -> dict[str, str]:
    identity = asdict(run.identity)
    decoding = ", ".join(f"{name} {value}" for name, value in identity.pop("decoding").items())
    return {
        **{name.replace("_", " "): "-" if value is None else str(value) for name, value in identity.items()},
        "decoding": decoding,
        "questions": f"{run.questions} of {run.of_questions}",
        "languages": ", ".join(run.languages),
        "conditions": ", ".join(run.conditions),
        "began": run.began,
        "ended": run.ended or "not finished",
        "seconds of answering": f"{run.seconds:.1f}",
        **rung_settings(run.uses),
        "versions": ", ".join(f"{name} {found}" for name, found in run.versions.items()),
    }


def _choices(report: Report) -> dict[str, list[str]]:
    """What each filter of the answers offers: what there is, in a fixed order."""
    answers = [one for run in report.runs for one in run.answers]
    outcomes = {one.verdict.content for one in answers}
    return {
        "type": [kind for kind in KINDS if any(one.item.kind == kind for one in answers)],
        "language": [language for language in LANGUAGES if any(one.language == language for one in answers)],
        "condition": list(dict.fromkeys(str(one.condition) for one in answers)),
        "outcome": [
            *(str(outcome) for outcome in Outcome if outcome in outcomes),
            NOT_CORRECT, FAILED, OTHER_LANGUAGE, "fixed", "broken",
        ],
    }  # fmt: skip


def _marks(run: RunReport) -> list[str]:
    """For each answer of a run the outcomes that it is found under, separated by blanks."""
    changed = {
        (without.item.number, without.language): word
        for word, fixed in (("fixed", True), ("broken", False))
        for without, _ in run.changed(fixed=fixed)
    }
    return [" ".join(_marks_of(one, changed.get((one.item.number, one.language)))) for one in run.answers]


def _marks_of(one: Graded, change: str | None) -> Iterable[str]:
    yield str(one.verdict.content)
    if not one.verdict.correct:
        yield NOT_CORRECT
    elif not one.verdict.language_correct:
        yield OTHER_LANGUAGE
    if one.error:
        yield FAILED
    if change:
        yield change


def _sweeps(run: RunReport) -> list[charts.Sweep]:
    """The sweep of each condition; none where the run has no historical scores."""
    if all(one.cosine is None for one in run.answers):
        return []
    return [
        charts.sweep(
            str(condition),
            [charts.Scored(one.cosine, one.verdict.correct) for one in run.answers if one.condition is condition],
        )
        for condition in run.conditions
    ]


def _missing(run: RunReport) -> int:
    """How many questions have not been asked yet."""
    return sum(one.recorded is None for one in run.answers)


def _whole(run: RunReport) -> list[Cell]:
    """The cells over all types and languages, one for each condition."""
    return [cell for cell in run.cells if (cell.kind, cell.language) == (ALL, ALL)]


def _hits(one: Graded) -> tuple[Hit, ...]:
    return () if one.recorded is None or one.recorded.answer is None else one.recorded.answer.hits


def _language_of(text: str) -> str:
    """The language to name in `lang`, for the choice of glyphs: Japanese from the first Japanese letter on."""
    return "ja" if JAPANESE.search(text) else detect(text)


def _named(value: str) -> str:
    """What a reader is told for a value; the value itself stands in the data and in the other outputs."""
    return _NAMES.get(value, value)


def _place(cell: Cell | Contrast | Panel) -> str:
    """A type and language in words."""
    kind = "all types" if cell.kind == ALL else cell.kind
    return f"{kind}, {'all languages' if cell.language == ALL else _named(cell.language)}"


def _p_value(p: float) -> str:
    return p_text(p).removeprefix("p ").removeprefix("= ")


def _spread(rate: Rate) -> str:
    """The interval of a rate in per cent: "27.3-45.8"."""
    return f"{percent(rate.interval.low)}-{percent(rate.interval.high)}"
