"""The command line: results go to stdout, progress and errors to stderr."""

from __future__ import annotations

import click

from kotae.commands.ask import ask
from kotae.commands.batch import batch
from kotae.commands.demo import demo
from kotae.commands.doctor import doctor
from kotae.commands.eval import evaluate
from kotae.commands.index import index_group
from kotae.commands.ingest import ingest
from kotae.commands.models import models
from kotae.commands.prompt import prompt_group
from kotae.commands.quantize import quantize
from kotae.commands.serve import serve_command
from kotae.group import KotaeGroup


@click.group(cls=KotaeGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="kotae")
def main() -> None:
    """Find out whether retrieval helps a quantised language model answer questions in Japanese and English.

    \b
    Example:
      kotae ingest documents
      kotae ask "日本の首都はどこですか？"
      kotae eval run verify.xlsx --out runs/first
    """


for command in (ingest, ask, batch, evaluate, quantize, serve_command, models, prompt_group, index_group, doctor, demo):
    main.add_command(command)
