"""The optional rungs of one run: the calibration it is given or holds, and the judge whose record it holds."""

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
from rag.records import LANGUAGES, Language
from rag.settings import DEFAULT_ENCODER
from rag.storage.atomic import write_bytes


def fallback_graders(
    run: StoredRun, folder: Path, calibration: Path | None, encoder_name: str | None
) -> tuple[FallbackGrader, ...]:
    """Similarity where `calibration` is given or the folder has one, then a judge where the folder has its record.

    Raises CalibrationMismatch, JudgeNotMeasured and GradingError.
    """
    pool = QuestionPool(run_questions(run))
    rungs: list[FallbackGrader] = []
    own = folder / FILE
    path = own if calibration is None and own.exists() else calibration
    if path is not None:
        rungs.append(open_similarity(path, encoder_name, pool))
    record = measured_judge(folder)
    if record is not None:
        rungs.append(JudgeGrader(record, pool))
    return tuple(rungs)


def check_calibration(calibration: Path, encoder_name: str | None) -> None:
    """Raise GradingError where a calibration cannot be used with the encoder of that name."""
    load_calibration(calibration, open_encoder(encoder_name or DEFAULT_ENCODER).identity)


def keep_calibration(calibration: Path, folder: Path) -> None:
    """Copy a calibration into a run's folder, whose reports use it from then on."""
    write_bytes(folder / FILE, calibration.read_bytes())


def open_similarity(
    calibration: Path, encoder_name: str | None, pool: QuestionPool, answers: Path | None = None
) -> SimilarityGrader:
    """The rung of a calibration, for the questions of `pool`; its encoder is loaded once an answer needs it.

    It says so where the table `answers` is the one it was fitted on. Raises GradingError.
    """
    encoder = open_encoder(encoder_name or DEFAULT_ENCODER)
    loaded = load_calibration(calibration, encoder.identity)
    fitted_here = answers is not None and table_hash(answers) == loaded.labelled_sha256
    return SimilarityGrader(loaded, pool, encoder.encode_queries, fitted_here)


def question_of(item: Item, language: Language) -> SetQuestion:
    """A question of a verification set in one language."""
    return SetQuestion(item.number, item.kind, language, item.questions[language], item.references)


def graded_answer(one: RunAnswer) -> GradedAnswer:
    """An answer as the rungs below the ladder see it."""
    return GradedAnswer(question_of(one.item, one.language), one.answer, one.verdict)


def run_questions(run: StoredRun) -> Iterator[SetQuestion]:
    """Every question of the run's set in both languages, asked or not."""
    return (question_of(item, language) for item in run.dataset.items for language in LANGUAGES)
