"""What the models on a server share: how it is reached, token counts, and how many requests are sent at once."""

from __future__ import annotations

from typing import Any

from langchain_core.prompt_values import PromptValue, StringPromptValue
from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import get_config_list
from pydantic import BaseModel, Field, PrivateAttr, model_validator

from rag.models.engine import EngineOptions
from rag.models.messages import turns_of
from rag.models.server.address import RETRIES, ModelServer, server_key
from rag.models.server.remote_model import ServerModel, direct_client
from rag.models.server.token_estimate import tokens_of_chat, tokens_of_text
from rag.records import Decoding


class ServerMixin(BaseModel):
    """A model on `server`. `context_limit` (tokens, prompt and completion) holds where the server allows more."""

    server: ModelServer
    context_limit: int = Field(default=EngineOptions().context, gt=0)
    repetition_penalty: float = Field(default=Decoding().repetition_penalty, gt=0)
    _server_model: ServerModel | None = PrivateAttr(default=None)

    @model_validator(mode="before")
    @classmethod
    def _reach(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Where LangChain's classes send requests, from the one place that says so."""
        server: ModelServer = values["server"]
        reached = {"base_url": server.base, "api_key": server_key() or "none", "timeout": server.seconds}
        own = {"http_client": client} if (client := direct_client(server)) is not None else {}
        return {**values, **reached, **own, "max_retries": RETRIES}

    @property
    def engine(self) -> ServerModel:
        """The model as the server has it; nothing is asked before it is needed."""
        if self._server_model is None:
            self._server_model = ServerModel(str(getattr(self, "model_name")), self.server, server_key())  # noqa: B009
        return self._server_model

    @property
    def context_window(self) -> int:
        """Tokens that prompt and completion may have together. Raises ModelUnavailable."""
        return min(self.context_limit, self.engine.card.context or self.context_limit)

    def tokens_at_most(self, prompt: PromptValue) -> int:
        """A bound on the tokens of a prompt, without asking the server."""
        return tokens_at_most(prompt)

    def get_num_tokens(self, text: str) -> int:
        """How many tokens a text has for this model; an estimate from above where the server cannot count."""
        return self.engine.count_text(text)


def tokens_at_most(prompt: PromptValue) -> int:
    """A bound on the tokens of a prompt, whatever the tokenizer."""
    if isinstance(prompt, StringPromptValue):
        return tokens_of_text(prompt.to_string())
    return tokens_of_chat(turns_of(prompt.to_messages()))


def bounded(config: RunnableConfig | list[RunnableConfig] | None, size: int, most: int) -> list[RunnableConfig]:
    """The configs of a batch of `size`, with `most` requests at once where they say nothing of it."""
    configs = get_config_list(config, size)
    return [one if one.get("max_concurrency") else {**one, "max_concurrency": most} for one in configs]
