"""What a server does not take in a request, though it is of OpenAI's protocol, and how the request goes without it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Any, Final, TypeVar

Reply = TypeVar("Reply")
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


def refused_parameter(said: str) -> str | None:
    """The parameter that an error text of a server says it does not take; "system" for messages of that role."""
    if _NO_SYSTEM.search(said.lower()):
        return _SYSTEM
    if not _REFUSED.search(said.lower()):
        return None
    named = ((found.start(), name) for name in PARAMETERS if (found := re.search(rf"\b{name}\b", said)))
    return min(named, default=(0, None))[1]


class ServerQuirks:
    """Learns from a server's refusals what it does not take, and sends what it takes; made for several threads.

    An answer can do without a seed (where a model is not greedy, it is then another each time), without a top_p of 1
    and without counts in a stream. In chats `max_tokens` is called otherwise by newer models, and what stands in a
    message of the system can stand before the first one of the user.
    """

    def __init__(self) -> None:
        self._refused: frozenset[str] = frozenset()

    def send(self, request: Callable[[], Reply]) -> Reply:
        """The reply to a request that is written anew (see `payload`) where it is refused for what can be spared."""
        import openai

        while True:
            before = self._refused
            try:
                return request()
            except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
                said = f"{error.message} {error.body}"
                name = refused_parameter(said)
                spared = name in (_SEED, _STREAM_OPTIONS, _TOP_P, _SYSTEM)
                renamed = name == _MAX_TOKENS and _MAX_COMPLETION_TOKENS in said
                if name is None or name in before or not (spared or renamed):
                    raise
                self._refused |= {name}

    def payload(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters of a request without what the server has refused."""
        found = {name: value for name, value in wanted.items() if not self._spared(name, value)}
        if "messages" in found and _MAX_TOKENS in self._refused:
            found[_MAX_COMPLETION_TOKENS] = found.pop(_MAX_TOKENS)
        if "messages" in found and _SYSTEM in self._refused:
            found["messages"] = _without_system(found["messages"])
        return found

    def _spared(self, name: str, value: object) -> bool:
        return name in self._refused and (name in (_SEED, _STREAM_OPTIONS) or (name == _TOP_P and value == 1.0))


def started(stream: Any) -> Any:
    """A stream whose first part has come, so that a refusal is raised here and not where it is read."""
    parts = iter(stream)
    try:
        return chain([next(parts)], parts)
    except StopIteration:
        return iter(())


def _without_system(messages: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The messages, the text of those of the system before the first other one."""
    system = [one["content"] for one in messages if one["role"] == _SYSTEM]
    first, *others = [one for one in messages if one["role"] != _SYSTEM]
    return [{**first, "content": "\n\n".join([*system, first["content"]])}, *others]
