"""`kotae eval grade`: grade a table of answers."""

from __future__ import annotations

from pathlib import Path

import click

from kotae.console import echo
from kotae.options import PATH, answer_columns_option, calibration_option, encoder_option, json_option
from kotae.settings import as_json_text
from rag.settings import DEFAULT_ENCODER


@click.command("grade", short_help="Grade a table of answers.")
@click.argument("answers", type=PATH)
@answer_columns_option
@calibration_option
@encoder_option
@json_option
def grade_command(answers: Path, columns: str, calibration: Path | None, encoder: str | None, as_json: bool) -> None:
    """Grade the table ANSWERS, which has a question, its reference and an answer in each row.

    If a column `label` (1 or 0) has a person's verdicts, measure how well the grader agrees with them.

    \b
    Example:
      kotae eval grade answers.csv
    """
    from eval.fallback.agreement import grade_labelled_answers, load_labelled_answers
    from eval.fallback.factory import open_similarity
    from eval.fallback.interface import QuestionPool
    from rag.encoders.embeddings import open_encoder

    labelled_answers = load_labelled_answers(answers, columns)
    pool = QuestionPool(labelled.set_question for labelled in labelled_answers)
    graders = [] if calibration is None else [open_similarity(calibration, encoder, pool, answers)]
    report = grade_labelled_answers(labelled_answers, open_encoder(encoder or DEFAULT_ENCODER).encode_queries, graders)
    echo(as_json_text(report) if as_json else report.text())
