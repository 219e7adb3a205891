"""Parameter negotiation: omit or rename parameters of the OpenAI API that a server refuses."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Any, Final, TypeVar

Response = TypeVar("Response")
_SEED: Final = "seed"
_STREAM_OPTIONS: Final = "stream_options"
_TOP_P: Final = "top_p"
_SYSTEM: Final = "system"
_MAX_TOKENS, _MAX_COMPLETION_TOKENS = "max_tokens", "max_completion_tokens"
_REFUSED: Final = re.compile(
    r"unsupported|not support|unrecogni[sz]ed|unknown|unexpected|extra|not permitted|not allowed|cannot find"
)
_NO_SYSTEM: Final = re.compile(r"system role|roles must alternate|system message")
PARAMETERS: Final = (
    _MAX_TOKENS, "temperature", _TOP_P, _SEED, _STREAM_OPTIONS, "top_k", "min_p", "repetition_penalty", "stop"
)  # fmt: skip


def refused_parameter(error_text: str) -> str | None:
    """Return the parameter that a server's error text refuses; "system" for messages of that role."""
    if _NO_SYSTEM.search(error_text.lower()):
        return _SYSTEM
    if not _REFUSED.search(error_text.lower()):
        return None
    mentions = ((match.start(), name) for name in PARAMETERS if (match := re.search(rf"\b{name}\b", error_text)))
    return min(mentions, default=(0, None))[1]


class ServerQuirks:
    """The parameters that a server has refused, which later requests omit or rename. Thread-safe.

    A request can omit the seed (sampled answers then differ each time), a top_p of 1 and the counts of a stream. In
    chats `max_tokens` has another name for newer models, and the text of system messages can be put before the first
    user message.
    """

    def __init__(self) -> None:
        self._refused: frozenset[str] = frozenset()

    def send(self, request: Callable[[], Response]) -> Response:
        """Return the response to a request, which is repeated without a refused parameter if it can be omitted.

        `request` must call `payload` each time, so that the repeated request is changed.
        """
        import openai

        while True:
            before = self._refused
            try:
                return request()
            except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
                text = f"{error.message} {error.body}"
                name = refused_parameter(text)
                optional = name in (_SEED, _STREAM_OPTIONS, _TOP_P, _SYSTEM)
                renamed = name == _MAX_TOKENS and _MAX_COMPLETION_TOKENS in text
                if name is None or name in before or not (optional or renamed):
                    raise
                self._refused |= {name}

    def payload(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Return the parameters of a request without those that the server has refused."""
        accepted = {name: value for name, value in parameters.items() if not self._omitted(name, value)}
        if "messages" in accepted and _MAX_TOKENS in self._refused:
            accepted[_MAX_COMPLETION_TOKENS] = accepted.pop(_MAX_TOKENS)
        if "messages" in accepted and _SYSTEM in self._refused:
            accepted["messages"] = _without_system(accepted["messages"])
        return accepted

    def _omitted(self, name: str, value: object) -> bool:
        return name in self._refused and (name in (_SEED, _STREAM_OPTIONS) or (name == _TOP_P and value == 1.0))


def start_stream(stream: Any) -> Any:
    """Wait for the first part of a stream, so that a refusal is raised here and not where the stream is read."""
    parts = iter(stream)
    try:
        return chain([next(parts)], parts)
    except StopIteration:
        return iter(())


def _without_system(messages: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the messages with the text of the system messages before that of the first other one."""
    system = [message["content"] for message in messages if message["role"] == _SYSTEM]
    first, *others = [message for message in messages if message["role"] != _SYSTEM]
    return [{**first, "content": "\n\n".join([*system, first["content"]])}, *others]
