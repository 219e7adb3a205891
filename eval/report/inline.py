"""The report, and the comparison of two runs, as a block in a notebook's output."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from markupsafe import Markup

from eval.report.gate import Gate
from eval.report.gate_text import gate_sentence, outlook
from eval.report.html import asset, panels, template
from eval.report.records import Report
from eval.report.terminal import OTHER_SETS
from rag.inline_html import inline
from rag.records import Language


def inline_report(report: Report, folders: Sequence[Path], language: Language = "en") -> str:
    """Render the verdict, the bars and what retrieval changed; `folders` are those of the runs."""
    drawn = panels(report)
    whole = next((panel for panel in reversed(drawn) if panel.bars), None)
    body = template("inline.html").render(
        report=report,
        language=language,
        several=len(report.names) > 1,
        whole=whole,
        parts=[panel for panel in drawn if panel is not whole],
        other_sets=OTHER_SETS,
        footing=_footing(report, folders, language),
    )
    return inline(Markup(body), language, asset("inline.css"))  # noqa: S704  # escaped by Jinja


def inline_gate(gate: Gate, language: Language = "en") -> str:
    """Render the outcome of a comparison, and the answers that differ."""
    body = template("inline_gate.html").render(
        gate=gate, language=language, sentence=gate_sentence(gate, language), outlook=outlook(gate, language)
    )
    return inline(Markup(body), language, asset("inline.css"))  # noqa: S704  # escaped by Jinja


def _footing(report: Report, folders: Sequence[Path], language: Language) -> str:
    """Return which models answered which sets, and where the runs are."""
    parts = list(dict.fromkeys(f"{run.identity.model_identity}, {run.identity.dataset}" for run in report.runs))
    separator, before = ("、", "実行フォルダー：") if language == "ja" else ("; ", "run: ")
    return separator.join([*parts, before + separator.join(map(str, folders))])
