"""Open a model on a server by its URI and the server's address."""

from __future__ import annotations

from typing import Any

from langchain_core.language_models import BaseChatModel, BaseLLM

from rag.errors import ModelUnavailable, SettingsError
from rag.messages import Message
from rag.models.registry import KINDS
from rag.models.server.address import SCHEME, ModelServer
from rag.records import Decoding


def open_server_model(
    uri: str, server: ModelServer | None, decoding: Decoding, context: int, *, raw: bool
) -> BaseChatModel | BaseLLM:
    """Return the model `openai:<name>` of a server: for chats, or with `raw` for text. No request is sent yet.

    Raises SettingsError without a server, and ModelUnavailable if langchain-openai is not installed.
    """
    name = uri.removeprefix(SCHEME)
    if not name:
        raise ModelUnavailable(
            Message("{uri!r} does not name a model", uri=uri),
            do="`kotae doctor --base-url URL` lists those of a server.",
        )
    if server is None:
        raise SettingsError(
            Message("{uri} needs the URL of its server", uri=uri), do="Give it as --base-url http://host:8000/v1"
        )
    if not KINDS["openai"].available:
        raise ModelUnavailable(
            "Models on a server need langchain-openai", do=Message("Run: {install}", install=KINDS["openai"].install)
        )
    from rag.models.server.chat import ServerChatModel
    from rag.models.server.completions import ServerLLM, TemplatedChatModel

    settings: dict[str, Any] = {
        "model": name,
        "server": server,
        "temperature": decoding.temperature,
        "top_p": decoding.top_p,
        "max_tokens": decoding.max_new_tokens,
        "seed": decoding.seed,
        "repetition_penalty": decoding.repetition_penalty,
        "context_limit": context,
    }
    if raw:
        return ServerLLM(**settings)
    if server.api == "completions":
        return TemplatedChatModel(text_model=ServerLLM(**settings))
    return ServerChatModel(**settings)
