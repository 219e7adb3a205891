"""Break the figures of a report down: why retrieval did not help, and how much repeats differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from eval.dataset.conditions import Condition
from eval.grading.ladder import AnswerOutcome
from eval.report.names import display_name
from eval.runs.graded import RunAnswer
from rag.messages import translated
from rag.records import Language

Cause = Literal["failed", "missing", "retrieval", "model", "grading"]
_CAUSES: Final[dict[Language, tuple[str, ...]]] = {
    "en": (
        "where retrieval missed the evidence",
        "where the model missed it",
        "that grading could not read",
        "that failed",
        "not answered yet",
    ),
    "ja": ("検索の見落とし", "モデルの見落とし", "採点不能", "失敗", "未回答"),
}


@dataclass(frozen=True, slots=True)
class RetrievalSplit:
    """The causes of answers with retrieval that are not correct, over the questions that name their evidence.

    `retrieval_missed`: no passage of an evidence document was in the prompt. `model_missed`: one was, and the answer
    is wrong, empty or a refusal. `grading_refused`: one was, and no label could be read from the answer. `failed`:
    there is no answer; `missing`: not yet. `evidence_given` counts the questions, of `total`, with the evidence in the
    prompt.
    """

    kind: str
    language: str
    total: int
    evidence_given: int
    not_correct: int
    retrieval_missed: int
    model_missed: int
    grading_refused: int
    failed: int
    missing: int


@dataclass(frozen=True, slots=True)
class Spread:
    """The variation of repeats under one condition: the number correct in each, and how many verdicts changed."""

    condition: Condition
    correct: tuple[int, ...]
    total: int
    changed: int


def retrieval_split(kind: str, language: str, answers: Sequence[RunAnswer]) -> RetrievalSplit | None:
    """Return the split of the answers with retrieval; None if no question names its evidence."""
    with_retrieval = [answer for answer in answers if answer.condition is Condition.RAG and answer.item.evidence]
    if not with_retrieval:
        return None
    causes = [_cause(answer) for answer in with_retrieval]
    return RetrievalSplit(
        kind=kind,
        language=language,
        total=len(with_retrieval),
        evidence_given=sum(answer.evidence_given for answer in with_retrieval),
        not_correct=len(causes) - causes.count(None),
        retrieval_missed=causes.count("retrieval"),
        model_missed=causes.count("model"),
        grading_refused=causes.count("grading"),
        failed=causes.count("failed"),
        missing=causes.count("missing"),
    )


def spread(condition: Condition, times: Sequence[Sequence[RunAnswer]]) -> Spread:
    """Return the spread of one condition over `times`, each the answers to the same questions in the same order."""
    correct = [[answer.verdict.correct for answer in time if answer.condition is condition] for time in times]
    changed = sum(len(set(verdicts)) > 1 for verdicts in zip(*correct, strict=True))
    return Spread(condition, tuple(sum(verdicts) for verdicts in correct), len(correct[0]), changed)


def split_sentence(split: RetrievalSplit, language: Language = "en") -> str:
    """Return the causes in a sentence."""
    counts = (split.retrieval_missed, split.model_missed, split.grading_refused, split.failed, split.missing)
    named = [(count, words) for count, words in zip(counts, _CAUSES[language], strict=True) if count]
    if language == "ja":
        causes = f"（{'、'.join(f'{words} {count} 件' for count, words in named)}）" if named else ""
        return (
            f"根拠文書がプロンプトに入ったのは {split.total} 件中 {split.evidence_given} 件です。"
            f"正解でない回答は {split.not_correct} 件です{causes}。"
        )
    causes = f": {', '.join(f'{count} {words}' for count, words in named)}." if named else "."
    given = f"The evidence was in the prompt of {split.evidence_given} of {split.total}"
    return f"{given}; {split.not_correct} are not correct{causes}"


def spread_sentence(spread: Spread, language: Language = "en") -> str:
    """Return the variation of repeats in a sentence."""
    counts = ("、" if language == "ja" else ", ").join(str(count) for count in spread.correct)
    if language == "ja":
        return (
            f"{display_name(spread.condition, language)}で {len(spread.correct)} 回質問：{spread.total} 問中の正解は"
            f"順に {counts} 問、判定が変わったのは {spread.changed} 問です。"
        )
    return (
        f"{display_name(spread.condition)}, asked {len(spread.correct)} times: {counts} of {spread.total}; "
        f"{spread.changed} changed"
    )


def failures_sentence(answers: Sequence[RunAnswer], language: Language = "en") -> str | None:
    """Return the number of failures and the most frequent reason in a sentence; None if there are none."""
    failed = Counter(answer.error for answer in answers if answer.recorded is not None and answer.error)
    if not failed:
        return None
    ((most, count),) = failed.most_common(1)
    reason = translated(most, language)
    if language == "ja":
        return (
            f"{len(answers)} 件中 {failed.total()} 件で回答を得られませんでした。最も多い理由（{count} 件）：{reason}"
        )
    return f"No answer to {failed.total()} of {len(answers)}; the most frequent reason ({count}): {reason}"


def _cause(answer: RunAnswer) -> Cause | None:
    """Return why an answer with retrieval is not correct; None if it is."""
    if answer.verdict.correct:
        return None
    if answer.error:
        return "missing" if answer.recorded is None else "failed"
    if not answer.evidence_given:
        return "retrieval"
    return "grading" if answer.verdict.content is AnswerOutcome.UNPARSED else "model"
