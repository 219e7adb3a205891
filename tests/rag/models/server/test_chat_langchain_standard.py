"""LangChain's own standard tests, for chats with a model on a server, in its template and in ours.

What they leave out is what tests/test_rag_langchain_standard.py says.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_tests.integration_tests import ChatModelIntegrationTests
from langchain_tests.unit_tests import ChatModelUnitTests

from rag.models.server.address import ModelServer
from rag.models.server.chat import ServerChatModel
from rag.models.server.completions import ServerLLM, TemplatedChatModel
from tests.model_servers import MODEL, scripted_server
from tests.test_rag_langchain_standard import OurChatModel


class OnServerModel(OurChatModel):
    """Parameters of the suites; `url` is that of a scripted server if there is one."""

    url = "http://127.0.0.1:9"

    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return ServerChatModel

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {"model": MODEL, "server": ModelServer(self.url)}


class Templated(OnServerModel):
    """The same of chats sent as text."""

    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return TemplatedChatModel

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {"text_model": ServerLLM(model=MODEL, server=ModelServer(self.url), max_tokens=12)}

    @property
    def standard_chat_model_params(self) -> dict[str, Any]:
        return {}


class Listening:
    """A scripted server for the suite."""

    @pytest.fixture(autouse=True)
    def _listen(self, key: None) -> Iterator[None]:
        with scripted_server() as server:
            self.url = server.url
            yield


class TestChatUnit(OnServerModel, ChatModelUnitTests):
    """Without a server."""


class TestChat(Listening, OnServerModel, ChatModelIntegrationTests):
    """With a scripted server."""


class TestTemplated(Listening, Templated, ChatModelIntegrationTests):
    """With a scripted server, as text."""
