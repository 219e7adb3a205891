"""Stand-ins that keep the contracts of what they stand for: a scripted chat model, an encoder without weights."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import Field, PrivateAttr

from rag.encoders.embeddings import EncoderIdentity


class ScriptedChatModel(BaseChatModel):
    """Says the next of `replies` at each call, raises it where it is an exception, and remembers what it was asked.

    A token is a character. A reply longer than `max_tokens` is cut off there, and says so.
    """

    replies: list[Any] = Field(default_factory=list)
    context_window: int | None = None
    max_tokens: int = 96
    calls: list[list[BaseMessage]] = Field(default_factory=list)
    stops: list[list[str] | None] = Field(default_factory=list)
    _said: int = PrivateAttr(default=0)

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def get_num_tokens(self, text: str) -> int:
        return len(text)

    def get_num_tokens_from_messages(self, messages: list[BaseMessage], tools: Sequence[Any] | None = None) -> int:
        return sum(len(message.text) for message in messages)

    def batch(self, inputs, config=None, *, return_exceptions=False, **kwargs):  # type: ignore[no-untyped-def]
        answers: list[Any] = []
        for one in inputs:
            try:
                answers.append(self.invoke(one, **kwargs))
            except Exception as error:
                if not return_exceptions:
                    raise
                answers.append(error)
        return answers

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        text, finish = self._next(messages, stop)
        message = AIMessage(
            content=text, usage_metadata=self._usage(messages, text), response_metadata=self._metadata(finish)
        )
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        text, finish = self._next(messages, stop)
        for start in range(0, len(text), 3):
            yield ChatGenerationChunk(message=AIMessageChunk(content=text[start : start + 3]))
        yield ChatGenerationChunk(
            message=AIMessageChunk(
                content="",
                usage_metadata=self._usage(messages, text),
                response_metadata=self._metadata(finish),
                chunk_position="last",
            )
        )

    def _next(self, messages: list[BaseMessage], stop: list[str] | None) -> tuple[str, str]:
        self.calls.append(list(messages))
        self.stops.append(stop)
        if self._said == len(self.replies):
            raise AssertionError(f"The script has no reply {self._said + 1}: {messages[-1].text[:200]}")
        reply = self.replies[self._said]
        self._said += 1
        if isinstance(reply, Exception):
            raise reply
        for end in stop or ():
            reply = reply.partition(end)[0]
        return reply[: self.max_tokens], "length" if len(reply) > self.max_tokens else "stop"

    def _usage(self, messages: list[BaseMessage], text: str) -> Any:
        read = self.get_num_tokens_from_messages(messages)
        return {"input_tokens": read, "output_tokens": len(text), "total_tokens": read + len(text)}

    def _metadata(self, finish: str) -> dict[str, str]:
        return {"finish_reason": finish, "model_name": "scripted"}


class HashEncoder(Embeddings):
    """Unit vectors made of the hashes of a text's words and characters, 32 dimensions; a token is a character."""

    identity = EncoderIdentity("hash", "1", "", "")
    window = 512

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        return np.array([_hashed(text) for text in texts], dtype=np.float32).reshape(len(texts), 32)

    encode_queries = encode_each = encode

    def embed_query(self, text: str) -> list[float]:
        return [float(value) for value in self.encode([text])[0]]

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [[float(value) for value in row] for row in self.encode(texts)]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text) for text in texts]


def _hashed(text: str) -> np.ndarray:
    total = np.full(32, 0.01)
    for word in re.findall(r"[A-Za-z]+|\d+|[^\W\d_]", text):
        seed = int.from_bytes(hashlib.sha256(word.lower().encode()).digest()[:4], "little")
        total += np.random.default_rng(seed).standard_normal(32)
    return total / np.linalg.norm(total)
