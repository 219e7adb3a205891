"""From the values of options to the settings of a model, an index and a reader."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypedDict

import click
from click.core import ParameterSource

from rag.models.server.address import ModelServer
from rag.records import PRESETS, Decoding

if TYPE_CHECKING:
    from ingest.files import Selection
    from ingest.formats import ReadOptions
    from rag.factory import IndexSettings, ModelSettings
    from rag.index.chroma import ChromaServer


class ReadingSettings(TypedDict):
    """Which files are read, and how."""

    selection: Selection
    options: ReadOptions


def model_settings(settings: dict[str, Any]) -> ModelSettings:
    """What the model options say."""
    from rag.factory import ModelSettings
    from rag.generation.prompt import PromptStyle
    from rag.models.memory_sizes import parse_size

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
    decoding = PRESETS[settings["preset"]] if settings["preset"] else Decoding()
    context = click.get_current_context()
    said = {
        field: settings[name]
        for name, field in (("temperature", "temperature"), ("max_tokens", "max_new_tokens"), ("seed", "seed"))
        if context.get_parameter_source(name) is not ParameterSource.DEFAULT
    }
    return replace(decoding, **said)


def reading_settings(settings: dict[str, Any]) -> ReadingSettings:
    """What the options for reading say, as arguments of `sync`."""
    from ingest.files import Selection
    from ingest.formats import ReadOptions

    columns = (column.strip() for column in (settings["columns"] or "").split(","))
    return {
        "selection": Selection(settings["include"], settings["exclude"]),
        "options": ReadOptions(tuple(column for column in columns if column)),
    }


def index_settings(settings: dict[str, Any]) -> IndexSettings:
    """What the index options say."""
    from rag.factory import IndexSettings

    return IndexSettings(
        settings["index"], settings["encoder"], settings["top_k"], server_of(settings), settings["reranker"]
    )


def server_of(settings: dict[str, Any]) -> ChromaServer | None:
    """The server that the options name, or None."""
    from rag.index.chroma import ChromaServer

    if settings["chroma_url"] is None:
        return None
    return ChromaServer(settings["chroma_url"], settings["chroma_token"], settings["chroma_collection"])


def as_json_text(value: Any) -> str:
    """A result as one JSON object."""
    from rag.serialize import to_jsonable

    return json.dumps(to_jsonable(value), ensure_ascii=False, indent=1)
