"""`kotae eval calibrate`: fit the similarity threshold on labelled answers."""

from __future__ import annotations

from pathlib import Path

import click

from kotae.console import echo
from kotae.options import PATH, encoder_option, json_option, option
from kotae.settings import as_json_text
from rag.messages import joined
from rag.settings import DEFAULT_ENCODER, DEFAULT_MIN_TNR


@click.command("calibrate", short_help="Fit the similarity threshold.")
@click.argument("labelled", type=PATH)
@option("--out", type=PATH, required=True, help="Calibration file to write, such as calibration.json.")
@option("--min-tnr", former="--floor", type=click.FloatRange(0, 1, min_open=True, max_open=True),
        default=DEFAULT_MIN_TNR,
        help="Minimum true negative rate: its lower 95 % bound on held-out questions must reach this.")  # fmt: skip
@encoder_option
@json_option
def calibrate_command(labelled: Path, out: Path, min_tnr: float, encoder: str | None, as_json: bool) -> None:
    """Fit a similarity threshold on a table of labelled answers, or report that no threshold is good enough.

    \b
    Example:
      kotae eval calibrate labelled.csv --out calibration.json
    """
    from eval.fallback.similarity.calibration import calibrate, save_calibration
    from rag.encoders.embeddings import open_encoder
    from rag.tables.files import refuse_same

    refuse_same(labelled, out)
    calibration = calibrate(labelled, open_encoder(encoder or DEFAULT_ENCODER), min_tnr)
    save_calibration(calibration, out)
    echo(as_json_text(calibration) if as_json else joined([calibration.text, str(out)], "\n"))
