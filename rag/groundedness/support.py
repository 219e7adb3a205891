"""Which passage bears an answer out, and what of the answer stands in none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.groundedness.passage_text import PassageText, passage_text, read_passage, word_keys
from rag.groundedness.spans import Span, find_spans
from rag.groundedness.standing import parts_of_date, stands
from rag.records import Answer, AnswerSpan, Groundedness, Hit, Support
from rag.text.canonical import canonical
from rag.text.tokens import tokenise

_NOTHING = Support(Groundedness.NOT_APPLICABLE)


def with_support(answer: Answer) -> Answer:
    """Return an answer with its support; one without passages has none to look for."""
    return replace(answer, support=find_support(answer.question, answer.text, answer.hits)) if answer.hits else answer


def find_support(question: str, answer: str, hits: Sequence[Hit]) -> Support:
    """Look up what an answer says beyond the question in the passages that the model was given.

    >>> from rag.records import Chunk
    >>> hit = Hit(Chunk("id", "The tower is 312 m high.", "", "a.md", "en", 0, 24, 0), 1, 0.5)
    >>> find_support("塔の高さは？", "312メートルです。", [hit]).groundedness
    <Groundedness.GROUNDED: 'grounded'>
    """
    asked = read_passage(question)
    spans = [span for span in find_spans(question, answer) if not stands(span, asked)]
    if not spans or not hits:
        return _NOTHING
    passages = [passage_text(hit) for hit in hits]
    found = [_looked_up(part, hits, passages) for span in spans for part in _parted(span, passages)]
    return Support(_groundedness(found), tuple(found), _bearer(question, found, hits, passages))


def _parted(span: Span, passages: Sequence[PassageText]) -> tuple[Span, ...]:
    """Return a span, or year and day of a date that no passage has as a whole but some has one of."""
    if any(stands(span, passage) for passage in passages):
        return (span,)
    year_and_rest = parts_of_date(span)
    if year_and_rest and any(stands(year_and_rest[0], passage) for passage in passages):
        return year_and_rest
    return (span,)


def _looked_up(span: Span, hits: Sequence[Hit], passages: Sequence[PassageText]) -> AnswerSpan:
    ranks = tuple(hit.rank for hit, passage in zip(hits, passages, strict=True) if stands(span, passage))
    return AnswerSpan(span.text, span.kind, ranks)


def _groundedness(spans: Sequence[AnswerSpan]) -> Groundedness:
    standing = sum(bool(span.ranks) for span in spans)
    if standing == len(spans):
        return Groundedness.GROUNDED
    return Groundedness.PARTLY if standing else Groundedness.UNGROUNDED


def _bearer(
    question: str, spans: Sequence[AnswerSpan], hits: Sequence[Hit], passages: Sequence[PassageText]
) -> int | None:
    """Return the rank of the passage with most spans; of several, of that with most words of the question."""
    asked = {token.key for token in tokenise(canonical(question)) if token.content}

    def merit(at: int) -> tuple[int, int]:
        return sum(hits[at].rank in span.ranks for span in spans), len(asked & word_keys(passages[at].text))

    best = max(range(len(hits)), key=merit)
    return hits[best].rank if merit(best)[0] else None
