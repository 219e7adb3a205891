"""Find the passage that supports an answer, and the spans of the answer that no passage contains."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace

from rag.groundedness.passage_text import PassageText, passage_text, read_passage, word_keys
from rag.groundedness.spans import SoughtSpan, find_spans
from rag.groundedness.standing import parts_of_date, stands
from rag.records import Answer, AnswerSpan, Groundedness, Hit, Language, Support
from rag.text.canonical import canonical
from rag.text.terminal_text import one_line
from rag.text.tokens import tokenise

_QUOTED = 80  # characters of a span that are quoted
_NOTHING = Support(Groundedness.NOT_APPLICABLE)


def with_support(answer: Answer) -> Answer:
    """Return an answer with its support; one without passages has none to look for."""
    if not answer.hits:
        return answer
    return replace(
        answer,
        support=find_support(
            answer.question, answer.text, answer.hits, cut_off=answer.cut_off, left_out=answer.left_out
        ),
    )


def find_support(
    question: str, answer: str, hits: Sequence[Hit], *, cut_off: bool = False, left_out: Collection[str] = ()
) -> Support:
    """Look up what an answer says beyond the question in the passages that the model was given.

    >>> from rag.records import Chunk
    >>> hit = Hit(Chunk("id", "The tower is 312 m high.", "", "a.md", "en", 0, 24, 0), 1, 0.5)
    >>> find_support("塔の高さは？", "312メートルです。", [hit]).groundedness
    <Groundedness.GROUNDED: 'grounded'>
    """
    asked = read_passage(question)
    passages = [passage_text(hit, left_out) for hit in hits]
    parts = [
        part for span in find_spans(question, answer, cut_off=cut_off) for part in _parted(span, (*passages, asked))
    ]
    spans = [part for part in parts if not stands(part, asked, whole=True)]
    if not spans or not hits:
        return _NOTHING
    found = [_looked_up(span, hits, passages) for span in spans]
    return Support(_groundedness(found), tuple(found), _bearer(question, spans, _with_most(found, hits), left_out))


def describe_missing(support: Support, language: Language) -> str:
    """Return the spans of an answer that no passage contains, as one line for the reader.

    >>> describe_missing(Support(Groundedness.UNGROUNDED, (AnswerSpan("1928", "date"),)), "en")
    'In no passage: «1928»'
    """
    quoted = " ".join(f"«{one_line(text)[:_QUOTED]}»" for text in support.missing)
    return {"en": "In no passage: ", "ja": "どの文章にもない語句："}[language] + quoted


def _parted(span: SoughtSpan, passages: Sequence[PassageText]) -> tuple[SoughtSpan, ...]:
    """Return a span, or year and day of a date that no passage has as a whole but some has one of."""
    if any(stands(span, passage) for passage in passages):
        return (span,)
    year_and_rest = parts_of_date(span)
    if year_and_rest and any(stands(year_and_rest[0], passage) for passage in passages):
        return year_and_rest
    return (span,)


def _looked_up(span: SoughtSpan, hits: Sequence[Hit], passages: Sequence[PassageText]) -> AnswerSpan:
    ranks = tuple(hit.rank for hit, passage in zip(hits, passages, strict=True) if stands(span, passage))
    return AnswerSpan(span.text, span.kind, ranks)


def _groundedness(spans: Sequence[AnswerSpan]) -> Groundedness:
    standing = sum(bool(span.ranks) for span in spans)
    if standing == len(spans):
        return Groundedness.GROUNDED
    return Groundedness.PARTLY if standing else Groundedness.UNGROUNDED


def _with_most(spans: Sequence[AnswerSpan], hits: Sequence[Hit]) -> list[Hit]:
    """Return the passages that most spans stand in; none if no span stands."""
    standing = Counter(rank for span in spans for rank in span.ranks)
    return [hit for hit in hits if standing and standing[hit.rank] == max(standing.values())]


def _bearer(question: str, spans: Sequence[SoughtSpan], hits: Sequence[Hit], left_out: Collection[str]) -> int | None:
    """Return the rank of the passage with most names and words below its title, which all passages of a file share.

    Of several, of that with most words of the question.
    """
    if len(hits) < 2:
        return hits[0].rank if hits else None
    asked = {token.key for token in tokenise(canonical(question)) if token.content}

    def merit(hit: Hit) -> tuple[int, int]:
        below = passage_text(hit, left_out, titled=False)
        words = sum(stands(span, below) for span in spans if span.value is None)
        return words, len(asked & word_keys(passage_text(hit, left_out).text))

    return max(hits, key=merit).rank
