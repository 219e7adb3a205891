"""The measured error of the rules that give verdicts, and the verdicts that people should check first.

The figures are of `python -m tests.benchmarks.grading_agreement` and stand here alone; docs/measured.md repeats them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from eval.dataset.conditions import Condition
from eval.grading.ladder import AnswerOutcome, GradingRule
from eval.report.names import counted
from eval.report.records import RunReport
from eval.report.sentences import rate_text
from eval.runs.graded import RunAnswer
from eval.statistics.paired import rate
from rag.messages import Message
from rag.records import Language

AGREED, LABELLED = 296, 304
"""Verdicts that agreed with two readers, of labelled answers that no rule was tuned on: long and chatty ones."""
ERRORS: Final[Mapping[tuple[GradingRule, AnswerOutcome], tuple[int, int]]] = {
    (GradingRule.CONTAINED, AnswerOutcome.CORRECT): (3, 60),
    (GradingRule.LABEL, AnswerOutcome.CORRECT): (3, 95),
    (GradingRule.LABEL, AnswerOutcome.UNPARSED): (1, 63),
    (GradingRule.NONE, AnswerOutcome.WRONG): (3, 225),
    (GradingRule.LABEL, AnswerOutcome.WRONG): (0, 96),
    (GradingRule.CONFLICT, AnswerOutcome.WRONG): (0, 96),
    (GradingRule.EQUAL, AnswerOutcome.CORRECT): (0, 119),
    (GradingRule.HEDGE, AnswerOutcome.REFUSED): (0, 2),
}
"""Wrong verdicts of all labelled ones by deciding rule and outcome; a rule that is not named met no labelled answer."""
WORTH_A_LOOK: Final = 20


def grading_text(language: Language) -> str:
    """Say that verdicts come from rules, and how often these were wrong on which kind of answers."""
    agreed = rate_text(rate(AGREED, LABELLED), language)
    if language == "ja":
        return (
            "判定は人ではなく規則によるものです。規則の調整に使っていない、小型モデルの長い丁寧な回答では、"
            f"2 名の読み手（言語モデル）の判定と一致したのは {agreed}でした。"
            "ほかのモデルや話題では、誤りが増えることがあります。"
        )
    return (
        "Verdicts come from rules, not from people. On long, chatty answers of a small model, none of them used for "
        f"tuning, the rules agreed with two readers (language models) on {agreed}; on other models and subjects they "
        "may err more often."
    )


def unlabelled_text(run: RunReport, language: Language) -> str | None:
    """Say how many classification questions have no labels; None if all have some."""
    asked = {answer.item.number: answer.item for answer in run.answers}
    number = sum(item.graded_as_text for item in asked.values())
    if not number:
        return None
    if language == "ja":
        return f"分類の {number:,} 問にはラベルがないため、文章として採点しました。"
    has, was = ("has", "was") if number == 1 else ("have", "were")
    return f"{counted(number, 'classification question')} {has} no labels and {was} graded as text."


def error_text(answer: RunAnswer) -> Message:
    """Return how often verdicts like this one were wrong: "3 of 16", "never measured"."""
    errors = ERRORS.get((answer.verdict.rule, answer.verdict.content))
    if errors is None:
        return Message("never measured")
    return Message("{wrong} of {labelled}", wrong=errors[0], labelled=errors[1])


def worth_a_look(run: RunReport, condition: Condition) -> tuple[RunAnswer, ...]:
    """Return the answers whose verdicts people should check first, at most WORTH_A_LOOK.

    Verdicts of rules that erred most stand first, among equals those that retrieval changed; an answer that is empty,
    failed or missing has no verdict to check.
    """
    changed = {
        (answer.item.number, answer.language)
        for fixed in (True, False)
        for pair in run.changed(fixed=fixed)
        for answer in pair
    }
    answers = [
        answer
        for answer in run.answers
        if answer.condition is condition and answer.answer and answer.verdict.rule is not GradingRule.EMPTY
    ]
    return tuple(sorted(answers, key=lambda answer: (-_error(answer), _key(answer) not in changed)))[:WORTH_A_LOOK]


def _key(answer: RunAnswer) -> tuple[str, str]:
    return answer.item.number, answer.language


def _error(answer: RunAnswer) -> float:
    """Return the error to be expected of a verdict; half an error in one answer is added to what was measured."""
    errors, total = ERRORS.get((answer.verdict.rule, answer.verdict.content), (0, 0))
    return (errors + 0.5) / (total + 1)
