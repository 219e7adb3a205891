"""LangChain's own standard tests, for our chat model, embeddings and retriever.

What they leave out, and why:

| property | says | because |
| --- | --- | --- |
| has_tool_calling, has_tool_choice, has_structured_output | False | kotae reads text; it binds no tools |
| supports_json_mode | False | as above |
| supports_image_*, _pdf_*, _audio_*, _video_*, _anthropic_* | False | the model reads text alone (the defaults) |
| supports_model_override | False | a model is a loaded file; another one is another object |
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from langchain_core.retrievers import BaseRetriever
from langchain_tests.integration_tests import (
    ChatModelIntegrationTests,
    EmbeddingsIntegrationTests,
    RetrieversIntegrationTests,
)
from langchain_tests.unit_tests import ChatModelUnitTests, EmbeddingsUnitTests

from rag.encoders import bundled as bundled_encoder
from rag.encoders.embeddings import Encoder
from rag.hub import ModelFolder
from rag.index.reader import open_index
from rag.models.local import LocalChatModel
from rag.retrieval.retriever import HybridRetriever

TOKENS = 12


class OurChatModel:
    """What both suites are told of our chat model."""

    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return LocalChatModel

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {"model": "bundled"}

    @property
    def standard_chat_model_params(self) -> dict[str, Any]:
        return {"temperature": 0, "max_tokens": TOKENS, "timeout": 60, "stop": [], "max_retries": 2}

    @property
    def has_tool_calling(self) -> bool:
        return False

    @property
    def has_tool_choice(self) -> bool:
        return False

    @property
    def has_structured_output(self) -> bool:
        return False

    @property
    def supports_json_mode(self) -> bool:
        return False

    @property
    def supports_model_override(self) -> bool:
        return False


class TestChatModelUnit(OurChatModel, ChatModelUnitTests):
    """Without loading the model."""


@pytest.mark.model
class TestChatModelIntegration(OurChatModel, ChatModelIntegrationTests):
    """With the bundled model."""

    @pytest.fixture(autouse=True)
    def _assembled(self, cache: Path) -> None:
        """The cache is settled first."""


class OurEmbeddings:
    """What both suites are told of our encoder."""

    @property
    def embeddings_class(self) -> type[Embeddings]:
        return Encoder

    @property
    def embedding_model_params(self) -> dict[str, Any]:
        return {"folder": ModelFolder(bundled_encoder.NAME, bundled_encoder.REVISION, bundled_encoder.expand())}


class TestEmbeddingsUnit(OurEmbeddings, EmbeddingsUnitTests):
    """Without loading the encoder."""


@pytest.mark.usefixtures("encoder")
class TestEmbeddingsIntegration(OurEmbeddings, EmbeddingsIntegrationTests):
    """With the bundled encoder."""


class TestRetriever(RetrieversIntegrationTests):
    """With an index of the small corpus."""

    @pytest.fixture(autouse=True)
    def _index(self, small_index: Path) -> None:
        self.index = open_index(small_index)

    @property
    def retriever_constructor(self) -> type[BaseRetriever]:
        return HybridRetriever

    @property
    def retriever_constructor_params(self) -> dict[str, Any]:
        return {"index": self.index}

    @property
    def retriever_query_example(self) -> str:
        return "日本の首都はどこですか？"
