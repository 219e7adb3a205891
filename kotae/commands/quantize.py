"""`kotae quantize`: make a GPTQ checkpoint."""

from __future__ import annotations

from pathlib import Path

import click

from kotae.console import echo
from kotae.options import PATH, json_option, option
from kotae.settings import as_json_text
from rag.messages import Message


@click.command(short_help="Quantise a model to GPTQ.")
@click.argument("model")
@option("--out", type=PATH, required=True, help="New folder for the quantised model.")
@option(
    "--calibration",
    type=PATH,
    required=True,
    help="Text file or folder of documents, in the language the model will be used in.",
)
@option("--bits", type=click.Choice(["2", "3", "4", "8"]), default="4", help="Bits per weight.")
@option(
    "--group-size",
    type=click.Choice(["32", "64", "128", "-1"]),
    default="128",
    help="Weights that share a scale; -1 is a whole row.",
)
@option(
    "--act-order", is_flag=True, help="Quantise the most active columns first: more accurate, somewhat slower to run."
)
@option("--samples", type=click.IntRange(1), default=128, help="Number of calibration samples.")
@json_option
def quantize(
    model: str, out: Path, calibration: Path, bits: str, group_size: str, act_order: bool, samples: int, as_json: bool
) -> None:
    """Quantise MODEL (a folder or a hub id) to GPTQ, for `--model gptq:OUT`.

    OUT is created only when everything is done. After an interruption the same command continues at the layer it had
    reached if the model is a Llama in a folder (Ctrl-C waits for the end of a layer), and starts over otherwise.

    \b
    Example:
      kotae quantize models/llama-2-7b --out models/llama-2-7b-gptq --calibration documents
    """
    from ingest.quantization_samples import calibration_texts
    from rag.models.gptq.quantize import Quantisation, quantise

    how = Quantisation(int(bits), int(group_size), act_order)
    made = quantise(model, out, how, calibration_texts(calibration, samples))
    row = Message("{out}: {made}, {size:,.0f} MB", out=out, made=made.text, size=made.weight_bytes / 1e6)
    echo(as_json_text(made) if as_json else row)
