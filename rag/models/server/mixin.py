"""The base of models on a server: connection settings, token counts and concurrency."""

from __future__ import annotations

from typing import Any

from langchain_core.prompt_values import PromptValue, StringPromptValue
from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import get_config_list
from pydantic import BaseModel, Field, PrivateAttr, model_validator

from rag.models.engine import EngineOptions, usable_context
from rag.models.messages import turns_of
from rag.models.server.address import RETRIES, ModelServer, server_key
from rag.models.server.remote_model import ServerModel, http_client_of
from rag.models.server.token_estimate import tokens_of_chat, tokens_of_text
from rag.records import Decoding


class ServerMixin(BaseModel):
    """A model on `server`. `context_limit` (tokens of prompt and completion) must not be more than the server has."""

    server: ModelServer
    context_limit: int = Field(default=EngineOptions().context, gt=0)
    repetition_penalty: float = Field(default=Decoding().repetition_penalty, gt=0)
    _server_model: ServerModel | None = PrivateAttr(default=None)

    @model_validator(mode="before")
    @classmethod
    def _connection_settings(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Set where and how LangChain's classes send requests, from `server`."""
        server: ModelServer = values["server"]
        connection = {"base_url": server.base, "api_key": server_key() or "none", "timeout": server.seconds}
        return {**values, **connection, "http_client": http_client_of(server), "max_retries": RETRIES}

    @property
    def engine(self) -> ServerModel:
        """The model on the server; no request is sent before it is needed."""
        if self._server_model is None:
            name, client = str(getattr(self, "model_name")), getattr(self, "http_client")  # noqa: B009
            self._server_model = ServerModel(name, self.server, server_key(), client)
        return self._server_model

    @property
    def context_window(self) -> int:
        """Maximum tokens of prompt and completion together. Raises ModelUnavailable, SettingsError."""
        return usable_context(self.context_limit, self.engine.info.context)

    def tokens_at_most(self, prompt: PromptValue) -> int:
        """Return an upper bound on the tokens of a prompt, without asking the server."""
        return tokens_at_most(prompt)

    def get_num_tokens(self, text: str) -> int:
        """Count the tokens of a text for this model; an upper estimate if the server cannot count."""
        return self.engine.count_text(text)


def tokens_at_most(prompt: PromptValue) -> int:
    """Return an upper bound on the tokens of a prompt for any tokenizer."""
    if isinstance(prompt, StringPromptValue):
        return tokens_of_text(prompt.to_string())
    return tokens_of_chat(turns_of(prompt.to_messages()))


def with_concurrency(
    config: RunnableConfig | list[RunnableConfig] | None, size: int, concurrency: int
) -> list[RunnableConfig]:
    """Return the configs of a batch of `size`, with `concurrency` as the default of max_concurrency."""
    configs = get_config_list(config, size)
    return [each if each.get("max_concurrency") else {**each, "max_concurrency": concurrency} for each in configs]
