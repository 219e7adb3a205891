"""What the commands share: the group that names errors, the options, and the settings made of them."""

from __future__ import annotations

import atexit
import functools
import io
import json
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar

import click
from click.core import ParameterSource

from rag.errors import KotaeError
from rag.models.server.address import CONCURRENCY, SECONDS, ModelServer
from rag.records import PRESETS, Decoding
from rag.settings import COLLECTION, DEFAULT_INDEX, DEFAULT_MODEL, DEFAULT_TOP_K, keep_quiet

if TYPE_CHECKING:
    from ingest.find import Selection
    from ingest.formats import ReadOptions
    from rag.chroma import ChromaServer
    from rag.opening import IndexSettings, ModelSettings

Command = TypeVar("Command", bound=Callable[..., Any])
_GREEDY = Decoding()
_PATIENCE = 2.0
"""Seconds after which one who has ended a command is told what it still waits for."""


class ReadingSettings(TypedDict):
    """Which files are read, and how."""

    selection: Selection
    options: ReadOptions


PATH = click.Path(path_type=Path)


def _go_offline(context: click.Context, _: click.Parameter, offline: bool) -> None:
    """Before anything else is imported; what a group was told holds for its commands."""
    context.ensure_object(dict)
    context.obj["offline"] = offline or context.obj.get("offline", False)
    keep_quiet(offline=context.obj["offline"])


_OFFLINE = click.Option(
    ["--offline"],
    is_flag=True,
    is_eager=True,
    expose_value=False,
    envvar="KOTAE_OFFLINE",
    callback=_go_offline,
    help="Never ask the Hugging Face hub for anything; servers that you name are still used.",
)


class Kotae(click.Group):
    """A group whose commands end with exit code 1 and one line on stderr for every named error.

    Every command takes `--offline`, as the group itself does.
    """

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.params.append(_OFFLINE)

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        """Add a command, with the option."""
        if _OFFLINE not in cmd.params:
            cmd.params.append(_OFFLINE)
        super().add_command(cmd, name)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")  # file names need not be Unicode
        try:
            with _signals():
                return super().invoke(ctx)
        except KotaeError as error:
            click.echo(f"kotae: {error}", err=True)
            ctx.exit(1)
        except KeyboardInterrupt as end:
            signals = [one for one in end.args if isinstance(one, signal.Signals)]
            said = f"ended by {signals[0].name}" if signals else "interrupted"
            click.echo(f"kotae: {said}. What is finished is kept; the same command goes on from there.", err=True)
            ctx.exit(128 + (signals[0] if signals else signal.SIGINT))


@contextmanager
def _signals() -> Iterator[None]:
    """SIGINT and SIGTERM raise KeyboardInterrupt, once: a second one ends the process where it stands.

    Requests to a server, or a step of a model, are waited for; where that takes long it is said.
    """
    words = "kotae: waiting for what is under way. Again, and it ends at once."
    late = threading.Timer(_PATIENCE, click.echo, (words,), {"err": True})
    late.daemon = True

    def end(number: int, _: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        with suppress(RuntimeError):  # another signal has started it
            late.start()
        raise KeyboardInterrupt(signal.Signals(number))

    hook = sys.unraisablehook

    def again(lost: Any) -> None:
        """Python passes over what is raised where objects are taken apart: the signal is sent once more."""
        if not isinstance(lost.exc_value, KeyboardInterrupt) or not lost.exc_value.args:
            hook(lost)
            return
        (number,) = lost.exc_value.args
        signal.signal(number, end)
        threading.Timer(0.01, signal.pthread_kill, (threading.main_thread().ident, number)).start()

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    sys.unraisablehook = again
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, end) for number in numbers}
    try:
        yield
    finally:
        late.cancel()
        sys.unraisablehook = hook
        for number, handler in before.items():
            if signal.getsignal(number) is end:
                signal.signal(number, handler)
        # What is left when a command is done is the taking apart of the process, which needs no traceback.
        atexit.register(signal.signal, signal.SIGINT, signal.SIG_DFL)


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
    option("--context", type=click.IntRange(256), default=4096, help="Tokens for prompt and answer together."),
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


def model_settings(settings: dict[str, Any]) -> ModelSettings:
    """What the model options say."""
    from rag.models.sizes import parse_size
    from rag.opening import ModelSettings
    from rag.prompt import PromptStyle

    ceiling = settings["max_gpu_memory"]
    return ModelSettings(
        settings["model"],
        _decoding(settings),
        settings["context"],
        PromptStyle(settings["prompt"]),
        settings["kernel"],
        None if ceiling is None else parse_size(ceiling),
        model_server_of(settings),
    )


def model_server_of(settings: dict[str, Any]) -> ModelServer | None:
    """The model server that the options name, or None."""
    if settings["base_url"] is None:
        return None
    return ModelServer(settings["base_url"], settings["api"], settings["concurrency"], settings["timeout"])


def _decoding(settings: dict[str, Any]) -> Decoding:
    """The preset, or greedy, with what was said on the command line or in the environment put over it."""
    decoding = PRESETS[settings["preset"]] if settings["preset"] else _GREEDY
    context = click.get_current_context()
    said = {
        field: settings[name]
        for name, field in (("temperature", "temperature"), ("max_tokens", "max_new_tokens"), ("seed", "seed"))
        if context.get_parameter_source(name) is not ParameterSource.DEFAULT
    }
    return replace(decoding, **said)


def reading_settings(settings: dict[str, Any]) -> ReadingSettings:
    """What the options for reading say, as arguments of `sync`."""
    from ingest.find import Selection
    from ingest.formats import ReadOptions

    columns = (column.strip() for column in (settings["columns"] or "").split(","))
    return {
        "selection": Selection(settings["include"], settings["exclude"]),
        "options": ReadOptions(tuple(column for column in columns if column)),
    }


def index_settings(settings: dict[str, Any]) -> IndexSettings:
    """What the index options say."""
    from rag.opening import IndexSettings

    return IndexSettings(
        settings["index"], settings["encoder"], settings["top_k"], server_of(settings), settings["reranker"]
    )


def server_of(settings: dict[str, Any]) -> ChromaServer | None:
    """The server that the options name, or None."""
    from rag.chroma import ChromaServer

    if settings["chroma_url"] is None:
        return None
    return ChromaServer(settings["chroma_url"], settings["chroma_token"], settings["chroma_collection"])


def as_json_text(value: Any) -> str:
    """A result as one JSON object."""
    from rag.plain import plain

    return json.dumps(plain(value), ensure_ascii=False, indent=1)
