"""The sentences of a report: on a run, on each of its cells, on two runs; an unfinished run has no verdict."""

from __future__ import annotations

from typing import Final

from eval.dataset.conditions import Condition
from eval.report.compare_runs import RunComparison
from eval.report.records import Contrast, RunReport
from eval.report.sentences import counts_sentence, missing_text, run_comparison_sentence, sentence
from eval.runs.imported import ImportedReport
from rag.records import Language

GOLD: Final[dict[Language, str]] = {"en": "giving the gold passage", "ja": "正解文書の提示"}
UNFINISHED = "unfinished"
_RUN_WORDS = {"helps": "better", "hurts": "worse"}


def effect_word(cell: Contrast | RunComparison) -> str:
    """Return the verdict in one word: helps or hurts (for two runs better or worse), undecided, unfinished."""
    if cell.missing:
        return UNFINISHED
    return (
        _RUN_WORDS.get(cell.effect.direction, "undecided") if isinstance(cell, RunComparison) else cell.effect.direction
    )


def contrast_text(cell: Contrast, language: Language) -> str:
    """Return the result of one cell of a run's comparison in words."""
    subject = None if cell.treatment is Condition.RAG else GOLD[language]
    return sentence(cell.effect, language, subject, missing=cell.missing)


def comparison_text(cell: RunComparison, language: Language) -> str:
    """Return which of two runs is better, in words."""
    return run_comparison_sentence(cell.effect, language, cell.old, cell.new, cell.condition, missing=cell.missing)


def headline(run: RunReport, language: Language) -> str:
    """Return the verdict on a whole run, or why there is none."""
    if run.headline is not None:
        return contrast_text(run.headline, language)
    lost = missing_text(run.missing, len(run.answers), language) if run.missing else ""
    if language == "ja":
        return "比較できません：検索なしと検索ありの両方の結果がそろっていません。" + (f"{lost}。" if lost else "")
    return "Nothing to compare: retrieval was not run both ways." + (f" {lost}." if lost else "")


def imported_headline(run: ImportedReport, language: Language) -> str:
    """Return the result of imported counts over all types in words."""
    return counts_sentence(run.cells[-1].counts, language)
