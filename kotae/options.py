"""The options that commands share; each can be set as KOTAE_... in the environment."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from rag.models.server.address import CONCURRENCY, SECONDS
from rag.records import PRESETS, Decoding
from rag.settings import COLLECTION, DEFAULT_CONTEXT, DEFAULT_INDEX, DEFAULT_MODEL, DEFAULT_TOP_K

Command = TypeVar("Command", bound=Callable[..., Any])
PATH = click.Path(path_type=Path)
_GREEDY = Decoding()


def options(*several: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Several options as one decorator, in the order given."""
    return lambda command: functools.reduce(lambda inner, one: one(inner), reversed(several), command)


def option(*names: str, **settings: Any) -> Callable[[Command], Command]:
    """An option that KOTAE_<ITS NAME> in the environment sets too."""
    long = next(name for name in names if name.startswith("--")).split("/")[0]
    return click.option(
        *names, envvar="KOTAE_" + long.removeprefix("--").replace("-", "_").upper(), show_default=True, **settings
    )


class Lines(click.types.StringParamType):
    """A text. Where an option takes several, its variable has one a line: a path may hold spaces and colons."""

    def split_envvar_value(self, rv: str) -> list[str]:
        """The lines that are not empty."""
        return [line.strip() for line in rv.splitlines() if line.strip()]


json_option = option("--json", "as_json", is_flag=True, help="Print one JSON object.")
index_option = option("--index", type=PATH, default=DEFAULT_INDEX, help="Folder of the index.")
encoder_option = option("--encoder", help="bundled, a folder or a hub id; by default the one the index remembers.")
reranker_option = option("--reranker", help="Cross-encoder, a folder or a hub id, that orders the best hits anew.")
server_options = options(
    option("--chroma-url", help="Chroma server that has the index, http://host:8000; then --index has no meaning."),
    option("--chroma-token", help="Token that the server wants; better given as KOTAE_CHROMA_TOKEN."),
    option("--chroma-collection", default=COLLECTION, help="Collection on the server."),
)
place_options = options(index_option, server_options)
index_options = options(
    place_options,
    encoder_option,
    option("--top-k", type=click.IntRange(1), default=DEFAULT_TOP_K, help="Passages a question gets."),
    reranker_option,
)
reading_options = options(
    option("--include", multiple=True, metavar="PATTERN", help="Read only files that match; as in .gitignore."),
    option("--exclude", multiple=True, metavar="PATTERN", help="Leave out files that match, beside .kotaeignore."),
    option("--columns", metavar="A,B", help="Columns of csv, xlsx and jsonl that make up a document."),
)
base_url_option = option("--base-url", help="Server of an openai: model, http://host:8000/v1. Key: KOTAE_API_KEY.")
model_server_options = options(
    base_url_option,
    option("--api", type=click.Choice(["chat", "completions"]), default="chat",
           help="Where the server has no chat template: completions, in Llama 2's."),
    option("--concurrency", type=click.IntRange(1), default=CONCURRENCY,
           help="Requests under way at a time to the server of an openai: model."),
    option("--timeout", type=click.FloatRange(0, min_open=True), default=SECONDS,
           help="Seconds that such a request may take."),
)  # fmt: skip
writing_options = options(
    option("--prompt", type=click.Choice(["default", "base", "seed"]), default="default", help="Style of the prompts."),
    option(
        "--context", type=click.IntRange(256), default=DEFAULT_CONTEXT, help="Tokens of prompt and answer together."
    ),
    option("--max-tokens", type=click.IntRange(1), default=_GREEDY.max_new_tokens, help="Tokens of an answer."),
    option("--temperature", type=click.FloatRange(0), default=_GREEDY.temperature, help="0 is greedy."),
    option("--seed", type=int, default=_GREEDY.seed, help="Seed of the sampling."),
    option("--preset", type=click.Choice(list(PRESETS)), help="How the model writes, where no option says otherwise."),
    option("--kernel", default="auto", help="Kernel for GPTQ weights: auto, marlin, exllama_v2, triton, torch."),
    option("--max-gpu-memory", help="Ceiling of a GPTQ model's GPU memory, such as 15GiB; by default what is free."),
    model_server_options,
)


model_options = options(
    option("--model", default=DEFAULT_MODEL, help="Model URI; see `kotae models`."), writing_options
)
several_models_options = options(
    option("--model", "models", type=Lines(), multiple=True, default=(DEFAULT_MODEL,),
           help="Model URI; see `kotae models`. Given more than once: each in turn, into a folder of its own in --out. "
           "In KOTAE_MODEL, one a line."),
    writing_options,
)  # fmt: skip
calibration_option = option(
    "--calibration", type=PATH, help="File of kotae eval calibrate: similarity decides what the ladder leaves open."
)
