"""`kotae doctor`: describe this machine, and what kotae will use on it."""

from __future__ import annotations

import os
import sys

import click

from kotae.console import echo
from kotae.options import base_url_option, gpu_options, json_option, llama_server_option, option
from kotae.settings import as_json_text
from rag.messages import display_language
from rag.models.server.address import ModelServer
from rag.settings import DEFAULT_CONTEXT


@click.command(short_help="Describe this machine and what works on it.")
@base_url_option
# Its own variable: what KOTAE_MODEL names need not be a checkpoint, and screening takes minutes.
@click.option("--model", envvar="KOTAE_DOCTOR_MODEL", help="GPTQ checkpoint to check, such as gptq:models/llama2.")
@option("--context", type=click.IntRange(256), default=DEFAULT_CONTEXT, help="Context window of that model, in tokens.")
@llama_server_option
@gpu_options
@json_option
def doctor(
    base_urls: tuple[str, ...],
    model: str | None,
    context: int,
    llama_server: str | None,
    kernel: str,
    max_gpu_memory: str | None,
    as_json: bool,
) -> None:
    """Describe this machine and what kotae will use on it; with --base-url, list the models of that server.

    With --model, check a GPTQ checkpoint before a long run: whether it is sound, whether the kernel reads it correctly,
    how much memory it needs, and how fast it is. The exit status is 1 if it is not sound.

    Also lists every file in this folder that hides one of kotae's packages from Python.

    \b
    Example:
      kotae doctor --model gptq:models/llama2 --max-gpu-memory 15GiB
    """
    from kotae.shadowing import describe_imports
    from rag.doctor import examine, screen
    from rag.models.engine import EngineOptions
    from rag.models.memory_sizes import parse_size

    limit = None if max_gpu_memory is None else parse_size(max_gpu_memory)
    screening = None if model is None else screen(model, EngineOptions(context, 1, kernel, limit))
    servers = tuple(ModelServer(url) for url in base_urls)
    examination = examine(servers, describe_imports(os.getcwd()), screening, llama_server)
    echo(as_json_text(examination) if as_json else examination.text(display_language()))
    sys.exit(0 if screening is None or screening.sound else 1)
