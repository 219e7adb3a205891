"""A model on a server: its description by the server, and token counts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from rag.errors import SettingsError
from rag.messages import Message
from rag.models.engine import Turn
from rag.models.server.address import RETRIES, ModelServer
from rag.models.server.catalogue import ModelInfo, list_models
from rag.models.server.error_translation import no_such_model, translate_errors
from rag.models.server.parameters import ServerQuirks
from rag.models.server.token_estimate import tokens_of_chat, tokens_of_text

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    import openai

CONNECT_SECONDS = 10.0


class ServerModel:
    """A model on a server, by its name. No request is sent before it is needed."""

    def __init__(self, name: str, server: ModelServer, key: str | None) -> None:
        self.name = name
        self.server = server
        self.batch_size = server.concurrency
        self.quirks = ServerQuirks()
        self._key = key

    def errors(self) -> AbstractContextManager[None]:
        """Translate the errors raised in the context."""
        return translate_errors(str(self.server), self._key)

    @cached_property
    def models(self) -> tuple[ModelInfo, ...]:
        """Every model of the server. Raises ModelUnavailable."""
        with self.errors():
            return list_models(self._client.with_options(max_retries=0), self.server.root)

    @cached_property
    def info(self) -> ModelInfo:
        """The server's description of this model; the name alone if it lists no models. Raises ModelUnavailable."""
        known = {model.name: model for model in self.models}
        if known and self.name not in known and f"{self.name}:latest" not in known:
            raise no_such_model(self.name, list(known), str(self.server))
        return known.get(self.name) or known.get(f"{self.name}:latest") or ModelInfo(self.name)

    @property
    def identity(self) -> str:
        """The name, and the server's description of itself and the weights; not its address."""
        info = self.info
        details = [info.server, info.weights, "" if self.server.api == "chat" else self.server.api]
        return f"{self.name} ({', '.join(detail for detail in details if detail)})" if any(details) else self.name

    def body(self, repetition_penalty: float) -> dict[str, Any]:
        """Return the parameters outside the OpenAI API that replace the server's own defaults.

        A completion of llama-server depends on its prompt alone only without a cached prefix. Raises SettingsError
        if the server is not known to take a repetition penalty.
        """
        server = self.info.server
        if server == "llamacpp":
            return {"top_k": 0, "min_p": 0.0, "repeat_penalty": repetition_penalty, "cache_prompt": False}
        if server in ("vllm", "sglang"):
            return {"top_k": -1, "min_p": 0.0, "repetition_penalty": repetition_penalty}
        if repetition_penalty != 1.0:
            raise SettingsError(
                Message(
                    "This server is not known to support a repetition penalty ({repetition_penalty})",
                    repetition_penalty=repetition_penalty,
                ),
                where=str(self.server),
                do="Omit --preset, or serve the model with vLLM, SGLang or llama-server.",
            )
        return {}

    def count_text(self, text: str) -> int:
        """Count the tokens of a raw text; an upper estimate if the server cannot count."""
        if self.info.server == "llamacpp":
            reply = self._post("/tokenize", {"content": text, "add_special": True, "parse_special": True})
        elif self.info.server == "vllm":
            reply = self._post("/tokenize", {"model": self.name, "prompt": text})
        else:
            reply = None
        return tokens_of_text(text) if reply is None else len(reply["tokens"])

    def count_chat(self, turns: Sequence[Turn]) -> int:
        """Count the tokens of a chat in the server's template; an upper estimate if it cannot count."""
        messages = [{"role": turn.role, "content": turn.text} for turn in turns]
        if self.info.server == "llamacpp":
            reply = self._post("/apply-template", {"messages": messages})
            return tokens_of_chat(turns) if reply is None else self.count_text(str(reply["prompt"]))
        reply = (
            self._post("/tokenize", {"model": self.name, "messages": messages}) if self.info.server == "vllm" else None
        )
        return tokens_of_chat(turns) if reply is None else len(reply["tokens"])

    def _post(self, route: str, body: dict[str, Any]) -> dict[str, Any] | None:
        """Return the reply of a route outside the OpenAI API; None if the server, or a proxy before it, lacks it."""
        import openai

        with self.errors():
            try:
                reply: Any = self._client.post(f"{self.server.root}{route}", body=body, cast_to=object)
            except (openai.NotFoundError, openai.BadRequestError):
                return None
            return dict(reply)

    @cached_property
    def _client(self) -> openai.OpenAI:
        import openai

        from rag.models.server.bounded_client import BoundedClient

        return openai.OpenAI(
            base_url=self.server.base,
            api_key=self._key or "none",
            timeout=openai.Timeout(self.server.seconds, connect=CONNECT_SECONDS),
            max_retries=RETRIES,
            http_client=BoundedClient(self.server),
        )
