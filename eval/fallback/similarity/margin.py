"""Margins: how much nearer an answer is to a right reference than to a wrong one, in cosines."""

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
"""Texts to unit vectors, shape (len(texts), dimensions)."""


@dataclass(frozen=True, slots=True)
class Margin:
    """The cosine of an answer with its nearest right reference, and with the nearest of `compared` wrong ones."""

    right: Reference
    right_cosine: float
    wrong: str
    wrong_cosine: float
    compared: int

    @property
    def value(self) -> float:
        """Above 0 where the answer is nearer to a right reference; e5's lie within some hundredths of 0."""
        return self.right_cosine - self.wrong_cosine


def margins(places: Sequence[GradedAnswer], pool: QuestionPool, encode: Encode) -> list[Margin | None]:
    """The margin of each answer, references of both languages counting; None where there is none.

    There is none for classification and yes/no questions, which similarity must not decide (はい and いいえ are near
    each other whatever is asked), for an empty answer, and where the set has no other question.
    """
    wrong = [pool.wrong_references(place.question) if _suits(place) else () for place in places]
    texts = {text for found in wrong for text in found}
    texts |= {
        one.text for place, found in zip(places, wrong, strict=True) if found for one in place.question.references
    }
    texts |= {place.answer[:ANSWER_LIMIT] for place, found in zip(places, wrong, strict=True) if found}
    ordered = sorted(texts)
    vectors = dict(zip(ordered, encode(ordered), strict=True))
    return [_margin(vectors, place, found) if found else None for place, found in zip(places, wrong, strict=True)]


def _suits(place: GradedAnswer) -> bool:
    if place.question.kind == "classification" or not place.answer.strip():
        return False
    return all(YES_NO.named(reference.text) is None for reference in place.question.references)


def _margin(vectors: dict[str, NDArray[np.float32]], place: GradedAnswer, wrong: Sequence[str]) -> Margin:
    answer = vectors[place.answer[:ANSWER_LIMIT]]
    right_cosine, right = max(
        ((float(answer @ vectors[one.text]), one) for one in place.question.references), key=lambda scored: scored[0]
    )
    wrong_cosine, nearest = max(((float(answer @ vectors[text]), text) for text in wrong), key=lambda scored: scored[0])
    return Margin(right, right_cosine, nearest, wrong_cosine, len(wrong))
