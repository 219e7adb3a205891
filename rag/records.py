"""Records shared by all packages: frozen and typed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Literal

from rag.serialize import to_jsonable

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
    """Return 32 hex digits of a hash of everything that a chunk's vector and terms depend on: same id, same chunk."""
    key = f"{source}\0{position}\0{language}\0{title}\0{text}"
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Hit:
    """A retrieved chunk with its scores. `rank` counts from 1.

    `dense` is the cosine of question and chunk (-1 to 1, higher is closer), None if dense retrieval did not score it.
    `lexical` is the BM25 score (0 and up, higher is closer), None if no term of the question matches.
    `score` combines the two (higher is closer) and is comparable within one question only.
    `reranked` is a reranker's score, None if it was not scored. Hits with one come first, in the reranker's order.
    """

    chunk: Chunk
    rank: int
    score: float
    dense: float | None = None
    lexical: float | None = None
    reranked: float | None = None


@dataclass(frozen=True, slots=True)
class Decoding:
    """Decoding parameters of a model. Temperature 0 is greedy: the same prompt gives the same completion."""

    temperature: float = 0.0
    top_p: float = 1.0
    repetition_penalty: float = 1.0
    max_new_tokens: int = 96
    seed: int = 0


PRESETS = {"h2ogpt": Decoding(0.2, 0.95, 1.15, 512)}
"""Named decoding parameters. "h2ogpt" has those of the historical runs."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One completion. `finish` is "stop", or "length" if the token limit cut it off."""

    text: str
    language_ok: bool
    finish: str = "stop"
    prompt_tokens: int = 0
    completion_tokens: int = 0


class Groundedness(StrEnum):
    """Whether the passages contain what an answer says; not applicable if there is nothing to look up."""

    GROUNDED = "grounded"
    PARTLY = "partly grounded"
    UNGROUNDED = "ungrounded"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True)
class AnswerSpan:
    """A number, date, name or quotation of an answer, or its other words, with the ranks of the hits that have it."""

    text: str
    kind: Literal["number", "date", "name", "quotation", "words"]
    ranks: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Support:
    """The spans of an answer looked up in its passages; `rank` is that of the passage that supports the answer."""

    groundedness: Groundedness
    spans: tuple[AnswerSpan, ...] = ()
    rank: int | None = None

    @property
    def missing(self) -> tuple[str, ...]:
        """The spans that no passage contains."""
        return tuple(span.text for span in self.spans if not span.ranks)


@dataclass(frozen=True, slots=True)
class Answer:
    """The chain's answer to one question: every attempt and the retrieved passages.

    There is a second attempt if the first was in the wrong language. It counts unless it is in the wrong language too.
    `dropped` is the number of hits that did not fit into the model's context; `left_out` has the sentences that were
    removed from the passages because they looked like instructions to the model, `marked` those that were marked.
    `support` says which passage supports the answer, where that was looked up.
    """

    question: str
    language: Language
    attempts: tuple[Attempt, ...]
    hits: tuple[Hit, ...] = ()
    dropped: int = 0
    left_out: tuple[str, ...] = ()
    support: Support | None = None
    marked: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.attempts:
            raise ValueError("there is no attempt")

    @property
    def text(self) -> str:
        """The completion that counts."""
        return self.chosen.text

    @property
    def cut_off(self) -> bool:
        """True if the completion that counts ended at the token limit."""
        return self.chosen.finish == "length"

    @property
    def cited(self) -> tuple[Hit, ...]:
        """The hits in the order to show them: the one that supports the answer, then the others by rank."""
        first = None if self.support is None else self.support.rank
        return tuple(sorted(self.hits, key=lambda hit: hit.rank != first))

    @property
    def chosen(self) -> Attempt:
        """The attempt that counts."""
        return self.attempts[-1] if self.attempts[-1].language_ok else self.attempts[0]

    def to_dict(self) -> dict[str, Any]:
        """Return the answer, its text first, as JSON takes it."""
        return {"text": self.text, **to_jsonable(self)}

    def _repr_html_(self) -> str:
        from rag.inline_html import answer_html

        return answer_html(self)


@dataclass(frozen=True, slots=True)
class AnswerPiece:
    """A part of a streamed answer. The last piece has the whole answer in `done`."""

    text: str = ""
    attempt: int = 0
    done: Answer | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """An error with one file or one question that did not stop the others."""

    subject: str
    error: str
    message: str


def renumber(hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """Return the same hits with ranks 1, 2, 3, ... in the order given."""
    return tuple(replace(hit, rank=rank) for rank, hit in enumerate(hits, 1))
