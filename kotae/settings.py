"""Convert the values of options to the settings of models, indexes and document readers."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypedDict

import click
from click.core import ParameterSource

from rag.cluster import RaySettings
from rag.errors import SettingsError
from rag.messages import Message
from rag.models.server.address import ModelServer
from rag.records import PRESETS, Decoding

if TYPE_CHECKING:
    from ingest.files import FilePatterns
    from ingest.formats import ReadOptions
    from rag.factory import IndexSettings, ModelSettings
    from rag.index.chroma import ChromaServer


class DocumentSettings(TypedDict):
    """The arguments of `sync` that say which files are read, and how."""

    patterns: FilePatterns
    options: ReadOptions


def model_settings(settings: dict[str, Any], changed: Collection[str] = ()) -> ModelSettings:
    """Return the settings of a model from its options. Raises SettingsError for one that cannot be read.

    A preset gives way to what the command line, the environment, or `changed`, by name, sets.
    """
    from rag.factory import ModelSettings
    from rag.generation.prompt_file import load_prompt
    from rag.models.memory_sizes import parse_size

    limit = settings["max_gpu_memory"]
    return ModelSettings(
        settings["model"],
        _decoding(settings, changed),
        settings["context"],
        load_prompt(
            settings["prompt"],
            decline=settings["decline"] == "allowed",
            injection_filter=settings["injection_filter"],
        ),
        settings["kernel"],
        None if limit is None else parse_size(limit),
        model_server(settings),
        settings["batch_invariant"],
        _gpus(settings["gpus"]),
        settings["llama_server"],
    )


def _gpus(text: str | None) -> tuple[int, ...]:
    """Return the numbers of --gpus. Raises SettingsError."""
    try:
        numbers = tuple(int(part) for part in text.split(",")) if text else ()
    except ValueError:
        numbers = (-1,)
    if len(set(numbers)) < len(numbers) or any(number < 0 for number in numbers):
        raise SettingsError(
            Message("--gpus must be different numbers of GPUs, such as 0,1, and is {text!r}", text=text)
        )
    return numbers


def model_server(settings: dict[str, Any]) -> ModelServer | None:
    """Return the server of --base-url, with the others where there are several, or None."""
    if not settings["base_urls"]:
        return None
    first, *others = settings["base_urls"]
    return ModelServer(first, settings["api"], settings["concurrency"], settings["timeout"], tuple(others))


def _decoding(settings: dict[str, Any], changed: Collection[str]) -> Decoding:
    """Return the preset, or greedy decoding, overridden by what is set."""
    decoding = PRESETS[settings["preset"]] if settings["preset"] else Decoding()
    context = click.get_current_context()
    overrides = {
        field: settings[name]
        for name, field in (("temperature", "temperature"), ("max_tokens", "max_new_tokens"), ("seed", "seed"))
        if name in changed or context.get_parameter_source(name) is not ParameterSource.DEFAULT
    }
    return replace(decoding, **overrides)


def document_settings(settings: dict[str, Any]) -> DocumentSettings:
    """Return the arguments of `sync` from the options about documents."""
    from ingest.files import FilePatterns
    from ingest.formats import ReadOptions

    columns = (column.strip() for column in (settings["columns"] or "").split(","))
    return {
        "patterns": FilePatterns(settings["include"], settings["exclude"]),
        "options": ReadOptions(tuple(column for column in columns if column), settings["encoding"]),
    }


def index_settings(settings: dict[str, Any]) -> IndexSettings:
    """Return the settings of an index from its options."""
    from rag.factory import IndexSettings

    return IndexSettings(
        settings["index"], settings["encoder"], settings["top_k"], chroma_server(settings), settings["reranker"]
    )


def chroma_server(settings: dict[str, Any]) -> ChromaServer | None:
    """Return the server of --chroma-url, or None."""
    from rag.index.chroma import ChromaServer

    if settings["chroma_url"] is None:
        return None
    return ChromaServer(settings["chroma_url"], settings["chroma_token"], settings["chroma_collection"])


def ray_settings(settings: dict[str, Any]) -> RaySettings | None:
    """Return the cluster of --ray, or None."""
    return RaySettings(settings["ray"], settings["ray_cores"]) if settings["ray"] else None


def as_json_text(value: Any) -> str:
    """Return a result as one JSON object."""
    from rag.serialize import to_jsonable

    return json.dumps(to_jsonable(value), ensure_ascii=False, indent=1)
