"""Faults of single questions: the answer is in the question, labels are missing, or nearly all are the same."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from eval.dataset.items import Item
from eval.grading.asked import ParsedQuestion
from eval.set_check.findings import SetFault, SetFinding, finding
from rag.records import Language
from rag.text.canonical import canonical
from rag.text.tokens import tokenise
from rag.text.word_match import folded, occurrences

MOSTLY: Final = 0.9
_FEWEST: Final = 10
"""Questions of a type below which the share of a label says nothing."""


def find_answers_in_questions(items: Sequence[Item], language: Language) -> Iterator[SetFinding]:
    """Yield open questions that hold their reference, as a word or a phrase, and offer no choice."""
    for item in items:
        text = item.questions.get(language)
        if text is None or item.grading == "classification" or not item.answerable or language not in item.responses:
            continue
        reference = item.responses[language]
        question, form = canonical(text), canonical(reference)
        if len(folded(form)) < 2 or ParsedQuestion(question, tokenise(question), ()).offers_choice:
            continue
        if any(_stands_alone(question, last) for _, last in occurrences(question, form)):
            yield finding(
                SetFault.ANSWER_IN_QUESTION, [item], language,
                f"The question holds its answer {reference!r}: {text!r}",
                f"答え「{reference}」が質問に書かれています：「{text}」",
            )  # fmt: skip


def _stands_alone(question: str, last: int) -> bool:
    """Return whether the words before token `last` are not part of a longer name, nor the last of several choices."""
    after = next((token for token in tokenise(question)[last:]), None)
    if after is None or not any(token.key for token in tokenise(question)[last:]):
        return False
    return not after.pos.startswith(("接尾辞", "名詞"))


def find_unlabelled(items: Sequence[Item]) -> Iterator[SetFinding]:
    """Yield classifications without labels, which are graded as text."""
    for item in items:
        if item.graded_as_text:
            reference = next(iter(item.responses.values()))
            yield finding(
                SetFault.GRADED_AS_TEXT, [item], "",
                f"A classification without labels; its reference is {reference!r}",
                f"分類ですがラベルがありません。正解例は「{reference}」です",
            )  # fmt: skip


def find_one_label(items: Sequence[Item]) -> Iterator[SetFinding]:
    """Yield types of classification nearly all of whose questions have the same reference."""
    kinds: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        if item.grading == "classification":
            kinds[item.kind].append(item)
    for kind, members in kinds.items():
        texts = Counter(canonical(next(iter(item.responses.values()))) for item in members)
        text, count = texts.most_common(1)[0]
        if len(members) >= _FEWEST and count >= MOSTLY * len(members):
            yield SetFinding(
                SetFault.ONE_LABEL, (), (), "",
                f"{count} of {len(members)} questions of the type {kind} have the reference {text!r}",
                f"種別 {kind} の {len(members)} 問中 {count} 問の正解例が「{text}」です",
            )  # fmt: skip
