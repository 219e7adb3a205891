"""What a report says in sentences: of a run, of each of its cells, of two runs; an unfinished run has no verdict."""

from __future__ import annotations

from typing import Final

from eval.dataset.conditions import Condition
from eval.report.compare_runs import RunComparison
from eval.report.records import Contrast, RunReport
from eval.report.sentences import Language, counts_sentence, missing_text, run_comparison_sentence, sentence
from eval.runs.imported import ImportedReport

GOLD: Final[dict[Language, str]] = {"en": "giving the gold passage", "ja": "正解文書の提示"}
UNFINISHED = "unfinished"
_RUN_WORDS = {"helps": "better", "hurts": "worse"}


def effect_word(one: Contrast | RunComparison) -> str:
    """The verdict in one word: helps or hurts (of two runs better or worse), undecided, unfinished."""
    if one.missing:
        return UNFINISHED
    return _RUN_WORDS.get(one.effect.direction, "undecided") if isinstance(one, RunComparison) else one.effect.direction


def contrast_text(one: Contrast, language: Language) -> str:
    """What one cell of a run's comparison shows."""
    subject = None if one.treatment is Condition.RAG else GOLD[language]
    return sentence(one.effect, language, subject, missing=one.missing)


def comparison_text(one: RunComparison, language: Language) -> str:
    """Which of two runs is better."""
    return run_comparison_sentence(one.effect, language, one.old, one.new, one.condition, missing=one.missing)


def headline(run: RunReport, language: Language) -> str:
    """The verdict on a whole run, or why there is none."""
    if run.headline is not None:
        return contrast_text(run.headline, language)
    lost = missing_text(run.missing, len(run.answers), language) if run.missing else ""
    if language == "ja":
        return "比較できません：検索なしと検索ありの両方の結果がそろっていません。" + (f"{lost}。" if lost else "")
    return "Nothing to compare: retrieval was not run both ways." + (f" {lost}." if lost else "")


def imported_headline(run: ImportedReport, language: Language) -> str:
    """What imported counts show over all types."""
    return counts_sentence(run.cells[-1].counts, language)
