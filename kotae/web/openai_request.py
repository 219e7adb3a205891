"""The bodies of chat and text completions, read strictly: unsupported parameters are rejected by name."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, FailFast, Field, ValidationError, field_validator

from kotae.web.errors import ParameterError
from kotae.web.questions import first_fault, json_object, read_question, shortened
from kotae.web.queue import QueuedQuestion
from rag.errors import SettingsError
from rag.messages import Message
from rag.records import Decoding

MODELS = {"kotae-rag": True, "kotae-rag-sources": True, "kotae-no-rag": False}
"""The model names, and whether each uses retrieval; `-sources` appends a numbered list of sources."""
LISTING = "kotae-rag-sources"
_STOPS, _LONGEST_STOP = 4, 200
"""The most texts that end an answer, as in OpenAI's API, and the most characters of one."""
_NEUTRAL: Mapping[str, tuple[Any, ...]] = {
    "n": (1,),
    "tools": ([],),
    "functions": ([],),
    "tool_choice": ("none", "auto"),
    "function_call": ("none", "auto"),
    "parallel_tool_calls": (True, False),
    "frequency_penalty": (0,),
    "presence_penalty": (0,),
    "logit_bias": ({},),
    "logprobs": (False,),
    "top_logprobs": (0,),
    "response_format": ({"type": "text"},),
    "modalities": (["text"],),
    "store": (False,),
    "best_of": (1,),
    "echo": (False,),
    "suffix": ("",),
}
"""Parameters that are accepted only if they change nothing: absent, null, or one of these values."""
_WITHOUT_EFFECT = ("user", "metadata", "safety_identifier", "prompt_cache_key", "service_tier")


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)
    type: str
    text: str = ""


class _Message(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)
    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Annotated[list[_Part], FailFast()] = []

    @field_validator("content", mode="before")
    @classmethod
    def _as_parts(cls, content: Any) -> Any:
        return [{"type": "text", "text": content}] if isinstance(content, str) else [] if content is None else content

    @property
    def text(self) -> str:
        if any(part.type != "text" for part in self.content):
            raise ParameterError("Only text content is supported", "messages", "unsupported_content")
        return "\n".join(part.text for part in self.content)


class _StreamOptions(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)
    include_usage: bool = False


class AnswerRequest(BaseModel, ABC):
    """What the bodies of chat and text completions share."""

    model_config = ConfigDict(extra="forbid", strict=True)
    model: str
    stream: bool | None = None
    stream_options: _StreamOptions | None = None
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, gt=0, le=1)
    seed: int | None = Field(default=None, ge=0, lt=2**32)
    stop: Annotated[list[Annotated[str, Field(min_length=1, max_length=_LONGEST_STOP)]], Field(max_length=_STOPS)] = []
    max_tokens: int | None = Field(default=None, gt=0, lt=2**31)

    @field_validator("stop", mode="before")
    @classmethod
    def _as_list(cls, stop: Any) -> Any:
        return [stop] if isinstance(stop, str) else [] if stop is None else stop

    @property
    def limit(self) -> int | None:
        """The maximum tokens of the answer, None where the request has none."""
        return self.max_tokens

    @property
    def limited_by(self) -> str:
        """The parameter that gives the limit."""
        return "max_tokens"

    @property
    def wants_usage(self) -> bool:
        """Whether the stream ends with the token counts."""
        return self.stream_options is not None and self.stream_options.include_usage

    @abstractmethod
    def asked(self) -> str:
        """Return the text of the question. Raises ParameterError."""

    def question(self, decoding: Decoding) -> QueuedQuestion:
        """Return the question to queue, with `decoding` overridden by the request. Raises KotaeError."""
        question = read_question(self.asked())
        overrides = {
            "temperature": self.temperature,
            "top_p": self.top_p,
            "seed": self.seed,
            "max_new_tokens": self.limit,
        }
        changes: dict[str, Any] = {name: value for name, value in overrides.items() if value is not None}
        return QueuedQuestion(question, MODELS[self.model], replace(decoding, **changes), tuple(self.stop))

    @contextmanager
    def blamed(self, decoding: Decoding) -> Iterator[None]:
        """Blame the request for a limit that leaves no room for a prompt, unless the server's is as high."""
        try:
            yield
        except SettingsError as error:
            if self.limit is None or self.limit <= decoding.max_new_tokens:
                raise
            raise ParameterError(error.what, self.limited_by, "invalid_value") from error


class ChatRequest(AnswerRequest):
    """The body of a chat completion. The last user message is the question; earlier messages are ignored."""

    messages: Annotated[list[_Message], FailFast()] = Field(min_length=1)
    max_completion_tokens: int | None = Field(default=None, gt=0, lt=2**31)

    @property
    def limit(self) -> int | None:
        """The maximum tokens of the answer, None where the request has none."""
        return self.max_completion_tokens or self.max_tokens

    @property
    def limited_by(self) -> str:
        """The parameter that gives the limit."""
        return "max_tokens" if self.max_completion_tokens is None else "max_completion_tokens"

    def asked(self) -> str:
        """Return the last message of the user. Raises ParameterError."""
        texts = [message.text for message in self.messages if message.role == "user"]
        if not texts:
            raise ParameterError("There is no user message", "messages", "invalid_value")
        return texts[-1]


class TextRequest(AnswerRequest):
    """The body of a text completion, whose prompt is the question."""

    prompt: Annotated[list[str], Field(min_length=1, max_length=1)]

    @field_validator("prompt", mode="before")
    @classmethod
    def _as_prompts(cls, prompt: Any) -> Any:
        return [prompt] if isinstance(prompt, str) else prompt

    def asked(self) -> str:
        """Return the prompt."""
        return self.prompt[0]


Request = TypeVar("Request", bound=AnswerRequest)


def read_request(body: bytes, kind: type[Request]) -> Request:
    """Read the request from its body. Raises RequestError and ParameterError."""
    fields = json_object(body)
    for name in (*_NEUTRAL, *_WITHOUT_EFFECT):
        value = fields.pop(name, None)
        if name in _NEUTRAL and value is not None and value not in _NEUTRAL[name]:
            raise ParameterError(
                Message("kotae serve does not support {name}={value}", name=name, value=json.dumps(value)[:80]), name
            )
    try:
        request = kind.model_validate(fields)
    except ValidationError as error:
        name, fault, known = first_fault(error)
        code = "invalid_value" if known else "unsupported_parameter"
        raise ParameterError(Message("{name}: {fault}", name=name, fault=fault), name, code) from error
    if request.model not in MODELS:
        raise no_such_model(request.model)
    return request


def no_such_model(name: str) -> ParameterError:
    """Return the error for an unknown model name; it lists the known ones."""
    return ParameterError(
        Message("There is no model {name!r}; the models are {models}", name=shortened(name), models=", ".join(MODELS)),
        "model",
        "model_not_found",
        404,
    )
