"""A model on a server: what the server says of it, and how many tokens a text has for it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from rag.errors import SettingsError
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
    """A model by its name on a server. Nothing is asked before it is needed."""

    def __init__(self, name: str, server: ModelServer, key: str | None) -> None:
        self.name = name
        self.server = server
        self.batch_size = server.concurrency
        self.quirks = ServerQuirks()
        self._key = key

    def errors(self) -> AbstractContextManager[None]:
        """What goes wrong inside, raised under our names."""
        return translate_errors(str(self.server), self._key)

    @cached_property
    def cards(self) -> tuple[ModelInfo, ...]:
        """Every model of the server. Raises ModelUnavailable."""
        with self.errors():
            return list_models(self._client.with_options(max_retries=0), self.server.root)

    @cached_property
    def card(self) -> ModelInfo:
        """What the server says of this model; the name alone where it has no list. Raises ModelUnavailable."""
        known = {one.name: one for one in self.cards}
        if known and self.name not in known and f"{self.name}:latest" not in known:
            raise no_such_model(self.name, list(known), str(self.server))
        return known.get(self.name) or known.get(f"{self.name}:latest") or ModelInfo(self.name)

    @property
    def identity(self) -> str:
        """The name, and what the server says of itself and the weights; not where it is."""
        card = self.card
        told = [card.server, card.weights, "" if self.server.api == "chat" else self.server.api]
        return f"{self.name} ({', '.join(part for part in told if part)})" if any(told) else self.name

    def body(self, repetition_penalty: float) -> dict[str, Any]:
        """What a request says beside the protocol, so that the server's own defaults do not decide.

        A completion of llama-server depends on its prompt alone where no cached prefix is used. Raises SettingsError
        where the server is not known to take a repetition penalty.
        """
        server = self.card.server
        if server == "llamacpp":
            return {"top_k": 0, "min_p": 0.0, "repeat_penalty": repetition_penalty, "cache_prompt": False}
        if server in ("vllm", "sglang"):
            return {"top_k": -1, "min_p": 0.0, "repetition_penalty": repetition_penalty}
        if repetition_penalty != 1.0:
            raise SettingsError(
                f"A repetition penalty of {repetition_penalty} cannot be asked of this server",
                where=str(self.server),
                do="Leave --preset away, or serve the model with vLLM, SGLang or llama-server.",
            )
        return {}

    def count_text(self, text: str) -> int:
        """How many tokens a raw text has; an estimate from above where the server cannot say."""
        if self.card.server == "llamacpp":
            reply = self._ask("/tokenize", {"content": text, "add_special": True, "parse_special": True})
        elif self.card.server == "vllm":
            reply = self._ask("/tokenize", {"model": self.name, "prompt": text})
        else:
            reply = None
        return tokens_of_text(text) if reply is None else len(reply["tokens"])

    def count_chat(self, turns: Sequence[Turn]) -> int:
        """How many tokens a chat has in the server's template; an estimate from above where it cannot say."""
        messages = [{"role": turn.role, "content": turn.text} for turn in turns]
        if self.card.server == "llamacpp":
            reply = self._ask("/apply-template", {"messages": messages})
            return tokens_of_chat(turns) if reply is None else self.count_text(str(reply["prompt"]))
        reply = (
            self._ask("/tokenize", {"model": self.name, "messages": messages}) if self.card.server == "vllm" else None
        )
        return tokens_of_chat(turns) if reply is None else len(reply["tokens"])

    def _ask(self, route: str, body: dict[str, Any]) -> dict[str, Any] | None:
        """The reply of a route beside the protocol; None where the server, or what stands before it, has no such."""
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

        return openai.OpenAI(
            base_url=self.server.base,
            api_key=self._key or "none",
            timeout=openai.Timeout(self.server.seconds, connect=CONNECT_SECONDS),
            max_retries=RETRIES,
            http_client=direct_client(self.server),
        )


def direct_client(server: ModelServer) -> openai.DefaultHttpxClient | None:
    """How this machine's own servers are reached: not through the proxy of the environment. None for others."""
    import openai

    return openai.DefaultHttpxClient(trust_env=False) if server.on_this_machine else None
