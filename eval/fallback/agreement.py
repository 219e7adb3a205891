"""Grade a table of answers, and compare the verdicts with human labels if it has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from eval.dataset.groups import connected
from eval.fallback.interface import FallbackGrader, FallbackUse, GradedAnswer, SetQuestion, apply_fallbacks
from eval.fallback.similarity.margin import Encode
from eval.grading.labels.label_set import LabelSet
from eval.grading.ladder import Reference, Verdict, grade
from eval.runs.answer_table import RowWithAnswer, read_answers
from eval.statistics.agreement import Agreement, agreement, agreement_text
from rag.errors import DatasetError
from rag.messages import Message, joined
from rag.tables.files import read_bytes


@dataclass(frozen=True, slots=True)
class LabelledAnswer:
    """A question, an answer to it, and its references; `label` is the human verdict on the content.

    `group` identifies the question in both languages and for every answer to it; `collection` names its set.
    """

    row: int
    question: str
    answer: str
    references: tuple[Reference, ...]
    kind: str
    language: str
    labels: LabelSet | None
    label: bool | None
    group: str = ""
    collection: str = ""
    answerable: bool = True

    @property
    def set_question(self) -> SetQuestion:
        """The question without its answer."""
        return SetQuestion(self.group, self.kind, self.language, self.question, self.references, self.collection)


@dataclass(frozen=True, slots=True)
class LabelledVerdict:
    """A labelled answer, its verdict, and its highest cosine with a reference (the historical score)."""

    labelled: LabelledAnswer
    verdict: Verdict
    cosine: float | None


@dataclass(frozen=True, slots=True)
class GradeReport:
    """Every verdict; with labels also the agreement of the ladder, and of the cosine at the threshold best for it.

    `below` is the agreement of the ladder and the fallback graders together; None if there are none.
    """

    graded: tuple[LabelledVerdict, ...]
    ladder: Agreement | None
    cosine: Agreement | None
    threshold: float | None
    uses: tuple[FallbackUse, ...] = ()
    below: Agreement | None = None

    @property
    def disagreements(self) -> tuple[LabelledVerdict, ...]:
        """The answers on which verdict and label differ."""
        return tuple(row for row in self.graded if row.labelled.label not in (None, row.verdict.correct))

    def text(self) -> Message:
        """Format a summary of a few lines, then one line for each disagreement."""
        total, right = len(self.graded), sum(row.verdict.correct for row in self.graded)
        counts = "{total} answers: {right} right, {wrong} not right in content"
        lines = [Message(counts, total=total, right=right, wrong=total - right)]
        if self.ladder is not None:
            lines.append(Message("ladder against labels: {agreement}", agreement=agreement_text(self.ladder)))
        lines += [use.text for use in self.uses]
        if self.below is not None:
            with_fallback = "ladder and fallback graders against labels: {agreement}"
            lines.append(Message(with_fallback, agreement=agreement_text(self.below)))
        if self.cosine is not None:
            at_best = "cosine at its best threshold here, {threshold:.4f}: {agreement}"
            lines.append(Message(at_best, threshold=self.threshold, agreement=agreement_text(self.cosine)))
        lines += [_disagreement_text(row) for row in self.disagreements]
        return joined(lines, "\n")


def load_labelled_answers(path: Path, columns: str = "") -> tuple[LabelledAnswer, ...]:
    """Read a table of answers as `eval.runs.answer_table` does, with a column `label` (1 or 0) if it has one.

    A number identifies the question of a row and `set` its set; rows without a number belong together if they share
    the question's text or all references. Raises DatasetError with file, row and column.
    """
    table = read_answers(path, read_bytes(path, Message("table of answers")), columns)
    labelled_answers = [_labelled_answer(path, row) for row in table.rows if row.item is not None or row.answer]
    names = connected([_same_question(labelled) for labelled in labelled_answers])
    return tuple(replace(labelled, group=name) for labelled, name in zip(labelled_answers, names, strict=True))


def grade_by_ladder(labelled_answers: Sequence[LabelledAnswer]) -> list[GradedAnswer]:
    """Grade every answer by the ladder alone."""
    return [GradedAnswer(labelled.set_question, labelled.answer, _grade(labelled)) for labelled in labelled_answers]


def _grade(t: LabelledAnswer) -> Verdict:
    return grade(t.question, t.answer, t.references, t.kind, t.language, t.labels, answerable=t.answerable)


def grade_labelled_answers(
    labelled_answers: Sequence[LabelledAnswer], encode: Encode | None = None, graders: Sequence[FallbackGrader] = ()
) -> GradeReport:
    """Grade every answer by the ladder, then by `graders`; with `encode` compute the historical cosine too."""
    by_ladder = grade_by_ladder(labelled_answers)
    result = apply_fallbacks(by_ladder, graders)
    cosines: Sequence[float | None] = (
        [None] * len(labelled_answers) if encode is None else _cosines(labelled_answers, encode)
    )
    graded = tuple(map(LabelledVerdict, labelled_answers, result.verdicts, cosines))
    rows = [row for row in graded if row.labelled.label is not None]
    if not rows:
        return GradeReport(graded, None, None, None, result.uses)
    labels = [bool(row.labelled.label) for row in rows]
    kept = [a.verdict.correct for a, t in zip(by_ladder, labelled_answers, strict=True) if t.label is not None]
    ladder = agreement(kept, labels)
    below = agreement([row.verdict.correct for row in rows], labels) if graders else None
    if encode is None:
        return GradeReport(graded, ladder, None, None, result.uses, below)
    scores = [row.cosine or 0.0 for row in rows]
    threshold = max(
        sorted(set(scores)), key=lambda cut: sum((s >= cut) == label for s, label in zip(scores, labels, strict=True))
    )
    return GradeReport(
        graded, ladder, agreement([score >= threshold for score in scores], labels), threshold, result.uses, below
    )


def _labelled_answer(path: Path, row: RowWithAnswer) -> LabelledAnswer:
    item = row.item
    if item is None:
        raise DatasetError(
            "This row has an answer, but no question with a reference in Japanese or English",
            where=Message("{path}, {position}", path=path, position=row.row.position),
            do="Fill in what is missing, or delete the row.",
        )
    return LabelledAnswer(
        row=row.row.number,
        question=item.questions[row.language],
        answer=row.answer,
        references=item.references,
        kind=item.grading,
        language=row.language,
        labels=item.labels,
        label=row.label,
        group=row.number,
        collection=row.collection,
        answerable=item.answerable,
    )


def _same_question(labelled: LabelledAnswer) -> tuple[str, ...]:
    """Return the keys by which rows belong to the same question; one in common is enough."""
    if labelled.group:
        return (f"{labelled.collection}\n{labelled.group}",)
    texts = sorted(reference.text for reference in labelled.references)
    return (f"{labelled.collection}\n?{labelled.question}", "\n".join([labelled.collection, "=", *texts]))


def _cosines(labelled_answers: Sequence[LabelledAnswer], encode: Encode) -> list[float]:
    answers = encode([labelled.answer or " " for labelled in labelled_answers])
    texts = sorted({reference.text for labelled in labelled_answers for reference in labelled.references})
    vectors = dict(zip(texts, encode(texts), strict=True))
    return [
        max(float(answer @ vectors[reference.text]) for reference in labelled.references) if labelled.answer else 0.0
        for labelled, answer in zip(labelled_answers, answers, strict=True)
    ]


def _disagreement_text(row: LabelledVerdict) -> Message:
    labelled, verdict = row.labelled, row.verdict
    return Message(
        "row {row}: ladder {graded}, label {label} ({rule}: {reason}); {question} [{references}]: {answer}",
        row=labelled.row,
        graded=Message("right") if verdict.correct else Message("wrong"),
        label=Message("right") if labelled.label else Message("wrong"),
        rule=verdict.rule,
        reason=verdict.reason,
        question=labelled.question,
        references=" | ".join(reference.text for reference in labelled.references),
        answer=" ".join(labelled.answer.split()),
    )
