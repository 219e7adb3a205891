"""A model on a server: its description by the server, and token counts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from rag.errors import ModelServerUnreachable, ModelUnavailable, SettingsError
from rag.messages import Message
from rag.models.engine import Turn
from rag.models.server.address import CONNECT_SECONDS, RETRIES, ModelServer
from rag.models.server.catalogue import ModelInfo, list_models
from rag.models.server.error_translation import no_such_model, translate_errors
from rag.models.server.parameters import ServerQuirks
from rag.models.server.token_estimate import tokens_of_chat, tokens_of_text

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    import openai

    from rag.models.server.bounded_client import BoundedClient
    from rag.models.server.pool import ServerPool

_ROUNDS = 4
"""Prompts in a batch for each that is answered at a time, so that a slow server among several holds few of them up."""


def http_client_of(server: ModelServer) -> BoundedClient | ServerPool:
    """Return the client for requests to a server, or to several that share them."""
    if not server.others:
        from rag.models.server.bounded_client import BoundedClient

        return BoundedClient(server)
    from rag.models.server.pool import ServerPool

    return ServerPool(server)


class ServerModel:
    """A model on a server, or the same on several, by its name. No request is sent before it is needed.

    `http_client` is that of `http_client_of`, shared with what else sends requests to these servers.
    """

    def __init__(self, name: str, server: ModelServer, key: str | None, http_client: Any = None) -> None:
        self.name = name
        self.server = server
        self.batch_size = server.at_once * (_ROUNDS if server.others else 1)
        self.quirks = ServerQuirks()
        self._key = key
        self._http_client: Any = http_client or http_client_of(server)

    def errors(self) -> AbstractContextManager[None]:
        """Translate the errors raised in the context."""
        return translate_errors(str(self.server), self._key)

    @cached_property
    def models(self) -> tuple[ModelInfo, ...]:
        """Every model of the server. Raises ModelUnavailable."""
        with self.errors():
            return self._listed()

    def _listed(self, seconds: float | None = None) -> tuple[ModelInfo, ...]:
        client = self._client.with_options(max_retries=0)
        return list_models(client if seconds is None else client.with_options(timeout=seconds), self.server.root)

    @cached_property
    def info(self) -> ModelInfo:
        """The description of this model by every server that answers; the name alone if they list no models.

        Raises ModelUnavailable if none answers, or one has no such model or describes it otherwise than another.
        """
        if not self.server.others:
            return self._of_listing(self.models)
        described: dict[str, ModelInfo] = {}
        unreachable: list[ModelServerUnreachable] = []
        for server in self.server.each:
            alone = ServerModel(self.name, server, self._key)
            try:
                described[str(server)] = alone.info
            except ModelServerUnreachable as error:
                unreachable.append(error)
                self._http_client.leave_out(server)
        if not described:
            raise ModelServerUnreachable(unreachable[0].what, where=str(self.server), do=unreachable[0].do)
        (first, info), *others = described.items()
        for other, its_info in others:
            _refuse_another(info, first, its_info, other)
        self._http_client.check = self._check
        return info

    def _check(self, server: ModelServer) -> None:
        """Refuse a server that is back with another model. Raises ModelUnavailable and exceptions of `openai`."""
        alone = ServerModel(self.name, server, self._key)
        _refuse_another(self.info, str(self.server), alone._of_listing(alone._listed(CONNECT_SECONDS)), str(server))

    def _of_listing(self, models: Sequence[ModelInfo]) -> ModelInfo:
        known = {model.name: model for model in models}
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

        return openai.OpenAI(
            base_url=self.server.base,
            api_key=self._key or "none",
            timeout=openai.Timeout(self.server.seconds, connect=CONNECT_SECONDS),
            max_retries=RETRIES,
            http_client=self._http_client,
        )


def _refuse_another(info: ModelInfo, where: str, its_info: ModelInfo, its_place: str) -> None:
    """Raise ModelUnavailable if two servers do not describe a model alike."""
    if its_info != info:
        raise ModelUnavailable(
            Message("The servers serve different models: {info}, and {other}", info=info, other=its_info),
            where=", ".join((where, its_place)),
            do="Give --base-url only servers of the same model, weights and context.",
        )
