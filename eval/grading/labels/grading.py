"""Grade an answer to a classification question by its label, or by the labels of its items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eval.grading.frames import without_retracted
from eval.grading.labels.assignments import read_assignment
from eval.grading.labels.echoes import without_echo
from eval.grading.labels.inferred import LabelTask, label_task
from eval.grading.labels.label_set import LabelSet
from eval.grading.labels.options import spelt
from eval.grading.labels.reading import read_label
from rag.messages import Message
from rag.text.canonical import canonical


@dataclass(frozen=True, slots=True)
class LabelGrade:
    """Whether the labels of an answer are right (None: unparsed), what was read, the matched reference, and why."""

    right: bool | None
    extracted: str
    matched: int | None
    reason: Message


def grade_labels(
    question: str, answer: str, references: Sequence[str], language: str, labels: LabelSet | None
) -> LabelGrade | None:
    """Grade `answer` by labels, or return None if the references are not labels and it is to be graded as text.

    >>> grade_labels("Is it positive or negative?", "ポジティブです。", ["positive"], "ja", None).right
    True
    """
    task = label_task(question, tuple(references), labels)
    if task is None:
        return None
    asked, text = canonical(spelt(question)), without_retracted(canonical(spelt(answer)))
    return _grade_items(asked, text, task) if task.items else _grade_one(asked, text, task, language)


def graded_as_text(question: str, references: Sequence[str], labels: LabelSet | None) -> bool:
    """Return whether a classification question has no labels, neither in a column nor in its text."""
    return label_task(question, tuple(references), labels) is None


def _grade_one(question: str, text: str, task: LabelTask, language: str) -> LabelGrade:
    reading = read_label(question, text, task.labels)
    if reading.label is None:
        return LabelGrade(None, reading.extracted, None, reading.reason)
    matched = task.wanted.get(reading.label)
    return LabelGrade(
        matched is not None,
        reading.extracted,
        matched,
        Message("{reason}: {label}", reason=reading.reason, label=reading.label.name(language)),
    )


def _grade_items(question: str, text: str, task: LabelTask) -> LabelGrade:
    items = task.items
    rest = without_echo(question, text, [name for item in items for name in item.names])
    pairs = list(zip(items, read_assignment(question, rest, items, task.labels), strict=True))
    extracted = "; ".join(
        f"{item.names[0]}: {' and '.join(label.name('en') for label in given) or '?'}" for item, given in pairs
    )
    wrong = [item.names[0] for item, given in pairs if len(given) == 1 and given[0] != item.label]
    if wrong:
        return LabelGrade(False, extracted, None, Message("wrong label for {items}", items=", ".join(wrong)))
    unlabelled = [item.names[0] for item, given in pairs if len(given) != 1]
    if unlabelled:
        return LabelGrade(None, extracted, None, Message("no single label for {items}", items=", ".join(unlabelled)))
    return LabelGrade(True, extracted, 0, Message("every item has its label"))
