"""`kotae eval grade`: grade a table of answers."""

from __future__ import annotations

from pathlib import Path

import click

from kotae.options import PATH, calibration_option, encoder_option, json_option
from kotae.settings import as_json_text
from rag.settings import DEFAULT_ENCODER


@click.command("grade")
@click.argument("answers", type=PATH)
@calibration_option
@encoder_option
@json_option
def grade_command(answers: Path, calibration: Path | None, encoder: str | None, as_json: bool) -> None:
    """Grade the answers of a table; with a column `label` (1 or 0), say how far the verdicts agree with it."""
    from eval.fallback.agreement import grade_triples, load_triples
    from eval.fallback.interface import QuestionPool
    from eval.fallback.open import open_similarity
    from rag.encoders.embeddings import open_encoder

    triples = load_triples(answers)
    pool = QuestionPool(triple.asked for triple in triples)
    rungs = [] if calibration is None else [open_similarity(calibration, encoder, pool, answers)]
    report = grade_triples(triples, open_encoder(encoder or DEFAULT_ENCODER).encode_queries, rungs)
    click.echo(as_json_text(report) if as_json else report.text())
