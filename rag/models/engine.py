"""The interface of engines that run a language model on this machine: batches of text in, text out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rag.errors import PromptTooLong, SettingsError
from rag.messages import Message
from rag.records import Decoding
from rag.settings import DEFAULT_CONTEXT

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a chat."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Completion:
    """The text a model wrote, without the prompt. `finish` is "stop", or "length" if the token limit cut it off."""

    text: str
    finish: str = "stop"
    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a streamed completion; the last piece has `end`, the whole completion."""

    text: str
    end: Completion | None = None


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """Options for opening an engine. `context` is in tokens, prompt and completion together; `slots` run in parallel.

    `kernel` and `gpu_memory`, a limit in bytes, are for engines that run on a GPU. With `batch_invariant`, engines that
    can compute each answer so that it depends on its own prompt alone. With `gpus`, numbers as CUDA counts them, the
    model is loaded on each, and they share the prompts of a batch. `llama_server` is an executable
    that runs GGUF files.
    """

    context: int = DEFAULT_CONTEXT
    slots: int = 1
    kernel: str = "auto"
    gpu_memory: int | None = None
    batch_invariant: bool = False
    gpus: tuple[int, ...] = ()
    llama_server: str | None = None


class TextEngine(ABC):
    """A loaded model. Prompts are raw text; `render` turns a chat into one with the model's own template."""

    identity: str
    """Name and content hash or revision, which identify the weights."""

    build: str | None = None
    """The build of the library that computes, where answers depend on it."""

    context: int
    """Maximum tokens of prompt and completion together."""

    batch_size: int
    """Number of prompts worth passing to `complete` at a time."""

    closed: bool = False
    """Whether `close` was called; a closed engine refuses prompts."""

    @abstractmethod
    def render(self, turns: Sequence[Turn]) -> str:
        """Return the prompt of a chat, up to the start of the assistant's turn."""

    @abstractmethod
    def complete(self, prompts: Sequence[str], decoding: Decoding, stop: Sequence[str] = ()) -> list[Completion]:
        """Return one completion per prompt, in order. Raises PromptTooLong and ModelFailed."""

    @abstractmethod
    def stream(self, prompt: str, decoding: Decoding, stop: Sequence[str] = ()) -> Iterator[Piece]:
        """Yield the completion of one prompt as it is written. Closing the iterator stops the model."""

    @abstractmethod
    def count_tokens(self, text: str) -> int:
        """Count the tokens of a raw text, in which control tokens are recognised."""

    def close(self) -> None:
        """Free the memory of the model. Opening its URI again loads it again."""
        self.closed = True


def usable_context(asked: int, own: int | None) -> int:
    """Return the context to use in tokens, where a model was made for `own` (None: unknown).

    The default gives way to a smaller one. Raises SettingsError if the user asks for more than the model has.
    """
    if own is None or asked <= own:
        return asked
    if asked != DEFAULT_CONTEXT:
        raise SettingsError(
            Message("--context {asked} is more than the {own} tokens that this model has", asked=asked, own=own),
            do="Lower it.",
        )
    return own


def prompt_too_long(tokens: int, context: int) -> PromptTooLong:
    """Return the error for a prompt of `tokens` that does not fit into the model's `context`."""
    return PromptTooLong(
        Message("The prompt has {tokens} tokens and the model's context {context}", tokens=tokens, context=context),
        do="Ask a shorter question, or raise --context.",
    )
