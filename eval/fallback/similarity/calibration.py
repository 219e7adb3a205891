"""A similarity calibration: fitted to labelled answers, stored as a file, and valid only for its own encoder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Literal

from pydantic import FiniteFloat

from eval.fallback.agreement import grade_by_ladder, load_labelled_answers
from eval.fallback.interface import GradedAnswer, QuestionPool
from eval.fallback.similarity.margin import Encode, Margin, margins
from eval.fallback.similarity.threshold import METHOD, Example, fit
from eval.grading.ladder import AnswerOutcome, GradingRule, Verdict
from eval.statistics.agreement import Agreement, agreement_text
from rag.encoders.embeddings import Encoder, EncoderIdentity
from rag.errors import CalibrationMismatch, GradingError
from rag.messages import Message, joined
from rag.serialize import from_json, to_jsonable
from rag.storage.atomic import write_text
from rag.storage.regular_files import read_stored
from rag.tables.files import read_bytes

FILE: Final = "calibration.json"
LEAST_SHARE: Final = 0.5
"""The smallest share of the calibration's wrong references that a set must have. The best of fewer cosines is lower, so
its margins are higher than those that the threshold was fitted to."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """A threshold on the margin, and the data it was fitted to.

    Of `answers` labelled answers, `open` were used; people label `right` of these right. They answer `questions`
    questions, each with at least `wrong_references` wrong references. `threshold` is None if the data support none, and
    `why` says why. `out_of_fold` measures the fitted rule on questions left out.
    """

    format: Literal[1] = field(default=1, kw_only=True)
    encoder: EncoderIdentity
    labelled: str
    labelled_sha256: str
    answers: int
    open: int
    right: int
    questions: int
    wrong_references: int
    floor: float
    threshold: FiniteFloat | None
    why: str
    out_of_fold: Agreement
    method: str = METHOD

    @property
    def text(self) -> Message:
        """One line for people."""
        unusable = Message("no usable threshold: {why}", why=self.why)
        usable = unusable if self.threshold is None else Message("threshold {value:.4f}", value=self.threshold)
        return Message(
            "{usable}; fitted on {open} open answers ({right} right) to {questions} questions of {labelled} "
            "({digest}), floor {floor:g}; out of fold {agreement}; encoder {encoder}",
            usable=usable,
            open=self.open,
            right=self.right,
            questions=self.questions,
            labelled=self.labelled,
            digest=self.labelled_sha256[:12],
            floor=self.floor,
            agreement=agreement_text(self.out_of_fold),
            encoder=self.encoder,
        )


def calibrate(labelled: Path, encoder: Encoder, floor: float) -> Calibration:
    """Fit a threshold on the labelled answers that the ladder leaves undecided. Raises DatasetError."""
    labelled_answers = load_labelled_answers(labelled)
    pool = QuestionPool(labelled.set_question for labelled in labelled_answers)
    graded = zip(labelled_answers, grade_by_ladder(labelled_answers), strict=True)
    pairs = [(labelled, answer) for labelled, answer in graded if answer.open and labelled.label is not None]
    measured = margins([answer for _, answer in pairs], pool, encoder.encode_queries)
    examples = [
        Example(labelled.group, margin.value, bool(labelled.label))
        for (labelled, _), margin in zip(pairs, measured, strict=True)
        if margin is not None
    ]
    fitted = fit(examples, floor)
    return Calibration(
        encoder=encoder.identity,
        labelled=labelled.name,
        labelled_sha256=table_hash(labelled),
        answers=sum(labelled.label is not None for labelled in labelled_answers),
        open=len(examples),
        right=sum(example.right for example in examples),
        questions=len({example.group for example in examples}),
        wrong_references=min((margin.compared for margin in measured if margin is not None), default=0),
        floor=floor,
        threshold=fitted.threshold,
        why=fitted.why,
        out_of_fold=fitted.out_of_fold,
    )


def table_hash(path: Path) -> str:
    """Return the SHA-256 of a table of answers. Raises DatasetError."""
    return hashlib.sha256(read_bytes(path, Message("table of answers"))).hexdigest()


def save_calibration(calibration: Calibration, path: Path) -> None:
    """Write the calibration atomically."""
    write_text(path, json.dumps(to_jsonable(calibration), ensure_ascii=False, indent=1) + "\n")


def load_calibration(path: Path, encoder: EncoderIdentity) -> Calibration:
    """Load a calibration for use with this encoder. Raises GradingError and CalibrationMismatch."""

    def unreadable(fault: str) -> GradingError:
        return GradingError(
            Message("This is not a similarity calibration: {fault}", fault=fault),
            where=str(path),
            do="Make one with: kotae eval calibrate",
        )

    try:
        calibration = from_json(Calibration, read_stored(path), error=unreadable)
    except OSError as error:
        raise unreadable(str(error.strerror)) from error
    if calibration.encoder != encoder:
        raise CalibrationMismatch(
            Message(
                "Similarity was calibrated with the encoder {encoder}, not with {encoder_2}",
                encoder=calibration.encoder,
                encoder_2=encoder,
            ),
            where=str(path),
            do="Use that --encoder, or calibrate again with: kotae eval calibrate",
        )
    return calibration


@dataclass(frozen=True, slots=True)
class SimilarityGrader:
    """A fallback grader that accepts an open answer if its margin reaches the threshold, and leaves it open if not."""

    calibration: Calibration
    pool: QuestionPool
    encode: Encode
    fitted_here: bool = False
    rule: GradingRule = GradingRule.SIMILARITY

    @property
    def about(self) -> Message:
        """The calibration in one line."""
        warning = Message("fitted on these very answers, so only the out-of-fold figures count")
        return joined([*([warning] if self.fitted_here else []), self.calibration.text])

    def decide(self, answers: Sequence[GradedAnswer]) -> list[Verdict]:
        """Return a verdict for each answer: correct, or unchanged with the margin added to its reason."""
        threshold = self.calibration.threshold
        if threshold is None or not answers:
            return [answer.verdict for answer in answers]
        least = LEAST_SHARE * self.calibration.wrong_references
        return [
            answer.verdict if margin is None else _verdict(answer.verdict, margin, threshold, least)
            for answer, margin in zip(answers, margins(answers, self.pool, self.encode), strict=True)
        ]


def _verdict(before: Verdict, margin: Margin, threshold: float, least: float) -> Verdict:
    if margin.compared < least:
        short = Message(
            "too few wrong references to measure similarity ({compared}, at least {least:g})",
            compared=margin.compared,
            least=least,
        )
        return replace(before, reason=joined([before.reason, short]))
    measured = Message(
        "similarity margin {value:.4f} (cosine {right_cosine:.4f} with {right!r}, {wrong_cosine:.4f} with {wrong!r})",
        value=margin.value,
        right_cosine=margin.right_cosine,
        right=margin.right.text,
        wrong_cosine=margin.wrong_cosine,
        wrong=margin.wrong,
    )
    if margin.value < threshold:
        return replace(
            before,
            reason=joined(
                [
                    before.reason,
                    Message("{measured} below the threshold {threshold:.4f}", measured=measured, threshold=threshold),
                ]
            ),
        )
    return replace(
        before,
        content=AnswerOutcome.CORRECT,
        rule=GradingRule.SIMILARITY,
        matched=margin.right,
        reason=Message("{measured} reaches the threshold {threshold:.4f}", measured=measured, threshold=threshold),
    )
