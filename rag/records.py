"""The records that travel between the parts: frozen, typed, without behaviour of their own."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

Language = Literal["ja", "en"]
LANGUAGES: tuple[Language, ...] = ("ja", "en")


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage of one document, the unit of retrieval.

    `start` and `end` are character offsets into the document's decoded text (line ends as one newline, no byte order
    mark), so that `decoded[start:end] == text`.
    `position` counts the chunks of one document from 0.
    """

    id: str
    text: str
    title: str
    source: str
    language: Language
    start: int
    end: int
    position: int


def chunk_id(text: str, title: str, source: str, language: Language, position: int) -> str:
    """32 letters of a hash of all that a chunk's vector and words depend on, so that one whose id is known is known."""
    key = f"{source}\0{position}\0{language}\0{title}\0{text}"
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk that was found, and why. `rank` counts from 1.

    `dense` is the cosine of question and chunk (-1 to 1, higher is closer), None where the dense leg did not see it.
    `lexical` is the BM25 score (0 and up, higher is closer), None where the lexical leg did not see it.
    `score` is what the two legs together say (higher is closer); it can be compared within one question only.
    `reranked` is the score of a reranker, None where it was not asked. Hits with one come first, in its order.
    """

    chunk: Chunk
    rank: int
    score: float
    dense: float | None = None
    lexical: float | None = None
    reranked: float | None = None


@dataclass(frozen=True, slots=True)
class Decoding:
    """How a model writes. Temperature 0 is greedy: the same prompt gives the same completion."""

    temperature: float = 0.0
    top_p: float = 1.0
    repetition_penalty: float = 1.0
    max_new_tokens: int = 96
    seed: int = 0


PRESETS = {"seed": Decoding(0.2, 0.95, 1.15, 512)}
"""Named ways of writing. "seed" is that of the historical runs."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One completion. `finish` is "stop", or "length" where it was cut off at the token limit."""

    text: str
    language_ok: bool
    finish: str = "stop"
    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What the chain says to one question: every attempt and the passages it was given.

    There are two attempts where the first was in the wrong language. The second counts, unless it is so too.
    """

    question: str
    language: Language
    attempts: tuple[Attempt, ...]
    hits: tuple[Hit, ...] = ()
    dropped: int = 0  # hits that were found but did not fit into the model's context
    left_out: tuple[str, ...] = ()  # what of the hits was kept from the model, as it gives orders

    @property
    def text(self) -> str:
        """The completion that counts."""
        return self.chosen.text

    @property
    def cut_off(self) -> bool:
        """Whether the completion that counts ended at the token limit."""
        return self.chosen.finish == "length"

    @property
    def chosen(self) -> Attempt:
        """The attempt that counts."""
        return self.attempts[-1] if self.attempts[-1].language_ok else self.attempts[0]


@dataclass(frozen=True, slots=True)
class AnswerPiece:
    """A part of a streamed answer. The last piece has the whole answer in `done`."""

    text: str = ""
    attempt: int = 0
    done: Answer | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that went wrong with one file or one question while the rest went on."""

    subject: str
    error: str
    message: str


def renumber(hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """The same hits with ranks 1, 2, 3, ... in the order given."""
    return tuple(replace(hit, rank=rank) for rank, hit in enumerate(hits, 1))
