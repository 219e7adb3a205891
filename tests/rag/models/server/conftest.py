"""Servers of models, scripted and real."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rag.factory import ModelSettings, open_model
from rag.generation.prompt_file import load_prompt
from rag.models.server.address import ModelServer
from rag.records import Decoding
from tests.model_servers import KEY, MODEL, LlamaServer, ScriptedServer, llama_server, scripted_server

Open = Callable[..., Any]


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOTAE_API_KEY", KEY)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests are sent again once only, and at once."""
    monkeypatch.setattr("openai._base_client.INITIAL_RETRY_DELAY", 0.01)
    monkeypatch.setattr("rag.models.server.mixin.RETRIES", 1)
    monkeypatch.setattr("rag.models.server.remote_model.RETRIES", 1)


@pytest.fixture
def scripted() -> Iterator[ScriptedServer]:
    with scripted_server() as server:
        yield server


@pytest.fixture(scope="session")
def llama(tmp_path_factory: pytest.TempPathFactory, shallow_model: Path) -> Iterator[LlamaServer]:
    """llama.cpp's server with a real model that reads quickly; not to be killed."""
    with llama_server(shallow_model, tmp_path_factory.mktemp("llama")) as server:
        yield server


def open_on(
    url: str,
    name: str = MODEL,
    *,
    prompt: str = "default",
    decoding: Decoding | None = None,
    context: int = 4096,
    **server: Any,
) -> Any:
    """The model of a server, as the command line opens it."""
    decoding = decoding or Decoding(max_new_tokens=16)
    return open_model(
        ModelSettings(f"openai:{name}", decoding, context, load_prompt(prompt), server=ModelServer(url, **server))
    )
