"""Questions that stored runs answered always, or never: neither shows a difference between conditions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from eval.dataset.conditions import Condition
from eval.dataset.items import Item
from eval.runs.graded import RunAnswer, ladder_answers
from eval.runs.run import StoredRun
from eval.set_check.findings import SetFault, SetFinding, finding
from rag.errors import RunError
from rag.records import Language


def find_uninformative(items: Sequence[Item], runs: Sequence[StoredRun]) -> Iterator[SetFinding]:
    """Yield the questions that every answer of these runs has right, or none.

    Questions count as the same by number, text and references. Raises RunError if a run shares none with the set.
    """
    asked: dict[tuple[str, Language], list[RunAnswer]] = defaultdict(list)
    for run in runs:
        answers = [answer for answer in ladder_answers(run) if answer.recorded is not None]
        shared = [answer for answer in answers if _same(answer, items)]
        if not shared:
            raise RunError(
                "This run has no answer to a question of the set", where=run.name,
                do="Name a run of this set: the same numbers, questions and references.",
            )  # fmt: skip
        for answer in shared:
            asked[answer.item.number, answer.language].append(answer)
    by_number = {item.number: item for item in items}
    for (number, language), answers in asked.items():
        right = sum(answer.verdict.correct for answer in answers)
        if len(answers) > 1 and right in (0, len(answers)):
            yield _uninformative(by_number[number], language, answers, right=right > 0)


def _same(answer: RunAnswer, items: Sequence[Item]) -> bool:
    return any(
        item.number == answer.item.number
        and item.questions.get(answer.language) == answer.question
        and item.references == answer.item.references
        for item in items
    )


def _uninformative(item: Item, language: Language, answers: Sequence[RunAnswer], *, right: bool) -> SetFinding:
    fault = SetFault.EVERYBODY if right else SetFault.NOBODY
    text, count = item.questions[language], len(answers)
    english = f"{'All' if right else 'None'} of {count} answers {'are' if right else 'is'} right: {text!r}"
    japanese = f"{count} 回答のうち{'すべてが正解' if right else '正解なし'}です：「{text}」"
    if not right and any(answer.condition is Condition.ORACLE for answer in answers):
        english += ", not even with the gold passage given"
        japanese += "（根拠文書を示しても不正解）"
    return finding(fault, [item], language, english, japanese)
