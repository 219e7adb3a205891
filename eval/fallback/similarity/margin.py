"""Margins: by how much an answer is nearer to a right reference than to a wrong one, in cosines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eval.fallback.interface import GradedAnswer, QuestionPool
from eval.grading.labels.label_set import YES_NO
from eval.grading.ladder import ANSWER_LIMIT, Reference

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Encode = Callable[[Sequence[str]], "NDArray[np.float32]"]
"""A function from texts to unit vectors of shape (len(texts), dimensions)."""


@dataclass(frozen=True, slots=True)
class Margin:
    """The cosines of an answer with its nearest right reference and with the nearest of `compared` wrong ones."""

    right: Reference
    right_cosine: float
    wrong: str
    wrong_cosine: float
    compared: int

    @property
    def value(self) -> float:
        """The margin, above 0 if the answer is nearer to a right reference; for e5 within a few hundredths of 0."""
        return self.right_cosine - self.wrong_cosine


def margins(answers: Sequence[GradedAnswer], pool: QuestionPool, encode: Encode) -> list[Margin | None]:
    """Return the margin of each answer over the references of both languages, or None.

    None is returned for classification and yes/no questions, which similarity must not decide (はい and いいえ are
    close to each other whatever the question), for an empty answer, and if the set has no other question.
    """
    wrong = [pool.wrong_references(answer.question) if _suits(answer) else () for answer in answers]
    compared = [(answer, texts) for answer, texts in zip(answers, wrong, strict=True) if texts]
    distinct = {text for _, texts in compared for text in texts}
    distinct |= {reference.text for answer, _ in compared for reference in answer.question.references}
    distinct |= {answer.answer[:ANSWER_LIMIT] for answer, _ in compared}
    ordered = sorted(distinct)
    vectors = dict(zip(ordered, encode(ordered), strict=True))
    return [_margin(vectors, answer, texts) if texts else None for answer, texts in zip(answers, wrong, strict=True)]


def _suits(answer: GradedAnswer) -> bool:
    if answer.question.kind == "classification" or not answer.answer.strip():
        return False
    return all(YES_NO.named(reference.text) is None for reference in answer.question.references)


def _margin(vectors: dict[str, NDArray[np.float32]], answer: GradedAnswer, wrong: Sequence[str]) -> Margin:
    vector = vectors[answer.answer[:ANSWER_LIMIT]]
    right_cosine, right = max(
        ((float(vector @ vectors[reference.text]), reference) for reference in answer.question.references),
        key=lambda pair: pair[0],
    )
    wrong_cosine, nearest = max(((float(vector @ vectors[text]), text) for text in wrong), key=lambda pair: pair[0])
    return Margin(right, right_cosine, nearest, wrong_cosine, len(wrong))
