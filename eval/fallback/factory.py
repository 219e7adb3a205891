"""Open the fallback graders of a run: a similarity calibration and a judge's record."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from eval.dataset.load import Item
from eval.fallback.interface import FallbackGrader, GradedAnswer, QuestionPool, SetQuestion
from eval.fallback.judge.record import JudgeGrader, measured_judge
from eval.fallback.similarity.calibration import FILE, SimilarityGrader, load_calibration, table_hash
from eval.runs.graded import RunAnswer
from eval.runs.run import StoredRun
from rag.encoders.embeddings import open_encoder
from rag.records import Language
from rag.settings import DEFAULT_ENCODER
from rag.storage.atomic import write_bytes


def fallback_graders(
    run: StoredRun, folder: Path, calibration: Path | None, encoder_name: str | None
) -> tuple[FallbackGrader, ...]:
    """Open the similarity grader and the judge of a run, those of the two that it has.

    Similarity needs a `calibration`, given or in the folder; the judge needs its record in the folder. Raises
    CalibrationMismatch, JudgeNotMeasured and GradingError.
    """
    pool = QuestionPool(run_questions(run))
    graders: list[FallbackGrader] = []
    stored = folder / FILE
    path = stored if calibration is None and stored.exists() else calibration
    if path is not None:
        graders.append(open_similarity(path, encoder_name, pool))
    record = measured_judge(folder)
    if record is not None:
        graders.append(JudgeGrader(record, pool))
    return tuple(graders)


def check_calibration(calibration: Path, encoder_name: str | None) -> None:
    """Raise GradingError if a calibration cannot be used with the encoder of that name."""
    load_calibration(calibration, open_encoder(encoder_name or DEFAULT_ENCODER).identity)


def keep_calibration(calibration: Path, folder: Path) -> None:
    """Copy a calibration into the folder of a run, so that its reports use it from now on."""
    write_bytes(folder / FILE, calibration.read_bytes())


def open_similarity(
    calibration: Path, encoder_name: str | None, pool: QuestionPool, answers: Path | None = None
) -> SimilarityGrader:
    """Open the similarity grader of a calibration for the questions of `pool`.

    The encoder is loaded when the first answer needs it. The grader says so if `answers` is the table that it was
    fitted on. Raises GradingError.
    """
    encoder = open_encoder(encoder_name or DEFAULT_ENCODER)
    loaded = load_calibration(calibration, encoder.identity)
    fitted_here = answers is not None and table_hash(answers) == loaded.labelled_sha256
    return SimilarityGrader(loaded, pool, encoder.encode_queries, fitted_here)


def question_of(item: Item, language: Language) -> SetQuestion:
    """Return a question of a verification set in one language."""
    return SetQuestion(item.number, item.grading, language, item.questions[language], item.references)


def graded_answer(answer: RunAnswer) -> GradedAnswer:
    """Return an answer as fallback graders see it."""
    return GradedAnswer(question_of(answer.item, answer.language), answer.answer, answer.verdict)


def run_questions(run: StoredRun) -> Iterator[SetQuestion]:
    """Yield every question of the run's set in its languages, whether it was asked or not."""
    return (question_of(item, language) for item in run.dataset.items for language in item.questions)
