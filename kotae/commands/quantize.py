"""`kotae quantize`: the command that makes a GPTQ checkpoint."""

from __future__ import annotations

from pathlib import Path

import click

from kotae.options import PATH, json_option, option
from kotae.settings import as_json_text


@click.command()
@click.argument("model")
@option("--out", type=PATH, required=True, help="New folder for the quantised model.")
@option("--calibration", type=PATH, required=True, help="Text file or corpus folder, in the language of its use.")
@option("--bits", type=click.Choice(["2", "3", "4", "8"]), default="4", help="Bits of a weight.")
@option("--group-size", type=click.Choice(["32", "64", "128", "-1"]), default="128", help="Weights that share a scale.")
@option("--act-order", is_flag=True, help="Quantise the most active columns first: better, somewhat slower to run.")
@option("--samples", type=click.IntRange(1), default=128, help="Calibration samples.")
@json_option
def quantize(
    model: str, out: Path, calibration: Path, bits: str, group_size: str, act_order: bool, samples: int, as_json: bool
) -> None:
    """Quantise MODEL (a folder or a hub id) to GPTQ, for `--model gptq:OUT`.

    OUT appears when all is done. A stopped run of a Llama in a folder goes on, with the same command, at the layer it
    had come to (Ctrl-C waits for the end of a layer); any other run starts over.
    """
    from ingest.quantization_samples import calibration_texts
    from rag.models.gptq.quantize import Quantisation, quantise

    how = Quantisation(int(bits), int(group_size), act_order)
    made = quantise(model, out, how, calibration_texts(calibration, samples))
    click.echo(as_json_text(made) if as_json else f"{out}: {made}, {made.weight_bytes / 1e6:,.0f} MB")
