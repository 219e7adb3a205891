"""What an engine that runs a language model on this machine must do: text in, text out, many at a time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

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
    """What a model wrote, without the prompt. `finish` is "stop", or "length" where the token limit cut it off."""

    text: str
    finish: str = "stop"
    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a streamed completion; the last one has `end`, the whole completion."""

    text: str
    end: Completion | None = None


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """How an engine is opened. `context` is in tokens, prompt and completion together; `slots` run side by side.

    `kernel` and `gpu_memory`, a ceiling in bytes, are for engines that run on a GPU.
    """

    context: int = DEFAULT_CONTEXT
    slots: int = 1
    kernel: str = "auto"
    gpu_memory: int | None = None


class TextEngine(ABC):
    """A loaded model. Prompts are raw text; `render` makes them from a chat with the model's own template."""

    identity: str
    """Name and content hash or revision: what fixes the weights."""

    context: int
    """Tokens that prompt and completion may have together."""

    batch_size: int
    """How many prompts are worth giving to `complete` at a time."""

    closed: bool = False
    """Whether `close` was called; a closed engine answers nothing."""

    @abstractmethod
    def render(self, turns: Sequence[Turn]) -> str:
        """The prompt of a chat, ending where the assistant's turn begins."""

    @abstractmethod
    def complete(self, prompts: Sequence[str], decoding: Decoding, stop: Sequence[str] = ()) -> list[Completion]:
        """One completion a prompt, in order. Raises PromptTooLong and ModelFailed."""

    @abstractmethod
    def stream(self, prompt: str, decoding: Decoding, stop: Sequence[str] = ()) -> Iterator[Piece]:
        """The completion of one prompt, as it is written. Closing the iterator stops the model."""

    @abstractmethod
    def count_tokens(self, text: str) -> int:
        """How many tokens a raw text has, control tokens read as such."""

    def close(self) -> None:
        """Give the memory of the model back. Opening its URI again loads it again."""
        self.closed = True
