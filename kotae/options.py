"""The options that commands share; each can be set as KOTAE_... in the environment."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from kotae.renamed import RenamedChoice, RenamedOption
from rag.cluster import LOCAL, RaySettings
from rag.index.stores import STORES
from rag.models.server.address import CONCURRENCY, SECONDS
from rag.records import PRESETS, Decoding, Language
from rag.safety.injection_filter import DEFAULT_FILTER, InjectionFilter
from rag.settings import (
    COLLECTION,
    DEFAULT_CONTEXT,
    DEFAULT_INDEX,
    DEFAULT_MODEL,
    DEFAULT_TOP_K,
    PROMPT_SUFFIXES,
    PROMPTS,
)
from rag.storage.object_store import is_url

Command = TypeVar("Command", bound=Callable[..., Any])
PATH = click.Path(path_type=Path)
_GREEDY = Decoding()
_FORMER = {"seed": "h2ogpt"}  # `seed` is the random seed only


def options(*decorators: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Combine options into one decorator; help lists them in the order given."""
    return lambda command: functools.reduce(lambda inner, decorate: decorate(inner), reversed(decorators), command)


def option(*names: str, former: str | None = None, **settings: Any) -> Callable[[Command], Command]:
    """Declare an option that KOTAE_<ITS NAME> in the environment sets too; `former` is a name it had before."""
    if former is not None:
        settings |= {"cls": RenamedOption, "former": former, "former_variable": _variable(former)}
    long = next(name for name in names if name.startswith("--"))
    return click.option(*names, envvar=_variable(long), show_default=True, **settings)


def _variable(name: str) -> str:
    return "KOTAE_" + name.removeprefix("--").replace("-", "_").upper()


def languages_of(choice: str) -> tuple[Language, ...] | None:
    """Return the languages of --language; None for all that the set has."""
    return None if choice == "both" else ("ja",) if choice == "ja" else ("en",)


class TextPerLine(click.types.StringParamType):
    """A text whose environment variable holds several, one a line, as a path may hold spaces and colons."""

    def split_envvar_value(self, rv: str) -> list[str]:
        """Return the lines that are not empty."""
        return [line.strip() for line in rv.splitlines() if line.strip()]


class _PathOrUrl(click.Path):
    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return a path, or the text of a URL."""
        return value if is_url(value) else super().convert(value, param, ctx)


PATH_OR_URL = _PathOrUrl(path_type=Path)
json_option = option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
index_option = option("--index", type=PATH, default=DEFAULT_INDEX, help="Folder of the index.")
encoder_option = option(
    "--encoder", help="Encoder: bundled, a folder or a hub id; by default the one the index was built with."
)
reranker_option = option("--reranker", help="Cross-encoder (a folder or a hub id) that re-ranks the best hits.")
chroma_options = options(
    option("--chroma-url", help="Chroma server with the index, such as http://host:8000; --index is then ignored."),
    option("--chroma-token", help="Token for the Chroma server; safer in KOTAE_CHROMA_TOKEN than on the command line."),
    option("--chroma-collection", default=COLLECTION, help="Collection on the Chroma server."),
)
location_options = options(index_option, chroma_options)
index_options = options(
    location_options,
    encoder_option,
    option("--top-k", type=click.IntRange(1), default=DEFAULT_TOP_K, help="Passages to retrieve for each question."),
    reranker_option,
)
document_options = options(
    option("--include", multiple=True, metavar="PATTERN",
           help="Read only files that match this pattern (as in .gitignore); can be repeated."),
    option("--exclude", multiple=True, metavar="PATTERN",
           help="Skip files that match this pattern, in addition to .kotaeignore; can be repeated."),
    option("--columns", metavar="A,B", help="Columns of csv, xlsx and jsonl that make up a document."),
    option("--encoding", help="Encoding of text files that are not Unicode, such as cp932; by default it is guessed."),
)  # fmt: skip
store_option = option(
    "--store", type=click.Choice(STORES),
    help="Where the index keeps its chunks: chroma, or lancedb (extra lancedb), which answers from disk; by default "
    "where it keeps them already, and chroma for a new one.",
)  # fmt: skip
ray_options = options(
    option("--ray", is_flag=False, flag_value=LOCAL, metavar="[ADDRESS]",
           help="Ingest by the workers of a Ray cluster, which needs --chroma-url: its address, such as "
           "head:6379 or auto; without one Ray is started on this machine. Write CORPUS before it."),
    option("--ray-cores", type=click.IntRange(1), default=RaySettings().cores,
           help="Processors for each encoder of a Ray cluster that has no GPU."),
)  # fmt: skip
base_url_option = option(
    "--base-url", "base_urls", type=TextPerLine(), multiple=True, metavar="URL",
    help="Server of openai: models, such as http://host:8000/v1; repeat it to share the questions among several of the "
    "same model (in KOTAE_BASE_URL, one per line). The key is read from KOTAE_API_KEY.",
)  # fmt: skip
model_server_options = options(
    base_url_option,
    option("--api", type=click.Choice(["chat", "completions"]), default="chat",
           help="API of that server; if it has no chat template, use completions (with Llama 2's template)."),
    option("--concurrency", type=click.IntRange(1), default=CONCURRENCY,
           help="Requests sent to each server at the same time."),
    option("--timeout", type=click.FloatRange(0, min_open=True), default=SECONDS,
           help="Time limit for each request to that server, with its retries, in seconds."),
)  # fmt: skip
decline_option = option(
    "--decline", type=click.Choice(["allowed", "unmentioned"]), default="unmentioned",
    help="Whether the prompt lets the model say that it does not know.",
)  # fmt: skip
gpu_options = options(
    option("--kernel", default="auto", help="Kernel for GPTQ weights: auto, marlin, exllama_v2, triton or torch."),
    option("--max-gpu-memory", help="GPU memory limit of a GPTQ model, such as 15GiB; by default all that is free."),
)
llama_server_option = option(
    "--llama-server", metavar="PATH",
    help="Executable llama-server of your own that runs gguf: and bundled models in place of the built-in llama.cpp.",
)  # fmt: skip
injection_filter_option = option(
    "--injection-filter", type=click.Choice([mode.value for mode in InjectionFilter]),
    default=DEFAULT_FILTER.value,
    help="How to treat sentences of documents that look like instructions to the model: off (leave them as they are), "
    "mark (mark them in the prompt as not being instructions), or drop (leave them out of the prompt).",
)  # fmt: skip
generation_options = options(
    option("--prompt", type=RenamedChoice(PROMPTS, _FORMER, PROMPT_SUFFIXES), default=PROMPTS[0], metavar="NAME|FILE",
           help="Prompt: a name from `kotae prompt list`, or a file of your own; see `kotae prompt show`."),
    decline_option,
    injection_filter_option,
    option("--context", type=click.IntRange(256), default=DEFAULT_CONTEXT,
           help="Context window in tokens, for prompt and answer together."),
    option("--max-tokens", type=click.IntRange(1), default=_GREEDY.max_new_tokens, help="Maximum tokens per answer."),
    option("--temperature", type=click.FloatRange(0), default=_GREEDY.temperature, help="0 is greedy decoding."),
    option("--seed", type=int, default=_GREEDY.seed, help="Random seed for sampling."),
    option("--preset", type=RenamedChoice(list(PRESETS), _FORMER),
           help="Named sampling settings; options such as --temperature override them."),
    llama_server_option,
    gpu_options,
    option("--gpus", metavar="0,1", help="GPUs to spread the prompts over; each loads the whole model."),
    option("--batch-invariant/--no-batch-invariant", default=None,
           help="On a GPU, make an answer of a Llama model depend on its prompt alone, not on its batch; on by default "
           "in runs and batches."),
    model_server_options,
)  # fmt: skip
model_options = options(
    option("--model", default=DEFAULT_MODEL, help="Model URI; see `kotae models`."), generation_options
)
models_options = options(
    option("--model", "models", type=TextPerLine(), multiple=True, default=(DEFAULT_MODEL,),
           help="Model URI; see `kotae models`. Repeat it to run several in turn, each in its own folder of --out. "
           "In KOTAE_MODEL, one per line."),
    generation_options,
)  # fmt: skip
languages_option = option(
    "--language", type=click.Choice(["ja", "en", "both"]), default="both",
    help="Language of the questions to ask; both: every language that the set has.",
)  # fmt: skip
columns_option = option(
    "--columns", default="", metavar="KEY=NAME,...",
    help="Roles of columns that the header of the verification set does not make clear, such as "
    "question=NAME,reference=NAME; also type, labels, gold and others.",
)  # fmt: skip
answer_columns_option = option(
    "--columns", default="", metavar="KEY=NAME,...",
    help="Roles of columns that the header does not make clear: question=NAME,reference=NAME,answer=NAME.",
)  # fmt: skip
calibration_option = option(
    "--calibration",
    type=PATH,
    help="File from `kotae eval calibrate`; similarity then decides what the grader leaves undecided.",
)
