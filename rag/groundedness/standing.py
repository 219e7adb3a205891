"""Decide whether a passage contains a span of an answer, in any spelling, unit or language."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from rag.groundedness.across import compound_stands_across, stands_across
from rag.groundedness.passage_text import PassageText, word_keys
from rag.groundedness.spans import SoughtSpan, same_value
from rag.text.letters import JAPANESE_LETTER
from rag.text.numbers.dates import DateValue
from rag.text.numbers.quantities import Value
from rag.text.tokens import Token, is_name
from rag.text.word_match import folded, occurrences

_MOST = 0.8  # of a long quotation's words
_HALF = 0.5  # of the words of an answer without a span
_KINDS = frozenset("地区 地方 地域 諸島 半島 出身".split())
_SMALL = 100  # numbers below this are everywhere; they must count the same thing


def stands(span: SoughtSpan, passage: PassageText, *, whole: bool = False) -> bool:
    """Return whether a passage has a span of an answer; `whole`: with every word of it."""
    if span.value is not None:
        return any(_states(span, value, counted) for value, counted in passage.values)
    if any(occurrences(passage.text, span.text)):
        return True
    if span.kind == "name":
        return _has_name(span.tokens, passage, whole=whole)
    content = [token for token in span.tokens if token.content]
    found = _found(content, passage)
    if span.kind == "quotation" and not found.issuperset(token for token in content if _telling(token)):
        return False
    return bool(content) and len(found) >= len(content) * (1 if whole else _MOST if span.kind == "quotation" else _HALF)


def _telling(token: Token) -> bool:
    """Return whether a word of a quotation may not be another: a name or a number."""
    return is_name(token) or token.kind == "number"


def _states(span: SoughtSpan, given: Value, counted: frozenset[str]) -> bool:
    """Return whether a number or date of a passage states that of a span; small numbers must count the same thing."""
    value = span.value
    if value is None or not same_value(value, given):
        return False
    if isinstance(given, DateValue):
        return not span.yearless or given.year is None
    if isinstance(value, DateValue) or abs(value.value) >= _SMALL:
        return True
    if (value.unit is None) != (given.unit is None):
        bare = value.unit is None and not span.counted  # 65, where the passage has 満65歳
        return bare or value.value.denominator != 1
    comparable = span.counted and counted and _japanese(span.counted) == _japanese(counted)
    return not comparable or bool(span.counted & counted)


def _japanese(words: frozenset[str]) -> bool:
    return any(map(JAPANESE_LETTER.search, words))


def _has_name(tokens: Sequence[Token], passage: PassageText, *, whole: bool) -> bool:
    """Return whether a passage has a name: all its names in any order, or the one that tells it from others.

    Nouns that Japanese joins to a name must stand too, unless they only say its kind (湖, 市, 地区).
    """
    names = [token for token in tokens if is_name(token) and token.key]
    others = [token for token in tokens if not is_name(token) and token.content and not _generic(token)]
    standing = _found(tokens, passage)
    if not standing.issuperset(others):
        return False
    found = [token for token in names if token in standing]
    if len(found) == len(names):
        return True
    if whole:
        return False
    family = names[0] if names[-1].kind == "japanese" and "・" not in _between(tokens) else names[-1]
    return len(names) > 1 and family in found and not _another_bearer(family, tokens, passage)


def _generic(token: Token) -> bool:
    """Return whether a noun joined to a name only says what kind of place it is, or is one character."""
    return len(token.surface) == 1 or token.surface in _KINDS


def _between(tokens: Sequence[Token]) -> str:
    return "・" if any(a.end < b.start for a, b in itertools.pairwise(tokens)) else ""


def _another_bearer(family: Token, tokens: Sequence[Token], passage: PassageText) -> bool:
    """Return whether a family name in a passage always has a given name that the answer does not have."""
    own = {folded(token.surface) for token in tokens}
    places = [at for at, token in enumerate(passage.tokens) if token.key == family.key]
    keyed = passage.tokens

    def beside(at: int) -> bool:
        near = [keyed[other] for other in (at - 1, at + 1) if 0 <= other < len(keyed)]
        return any(is_name(token) and token.key and token.key not in own for token in near)

    return bool(places) and all(map(beside, places))


def _found(tokens: Sequence[Token], passage: PassageText) -> frozenset[Token]:
    """Return the words that a passage has: as they are, each in translation, or side by side as one (政治家)."""
    keys = word_keys(passage.text)
    found = {token for token in tokens if token.key in keys or token.stem in keys}
    found |= {token for token in tokens if token not in found and stands_across(token, passage)}
    for compound in _compounds(tokens):
        if not found.issuperset(compound) and compound_stands_across(compound, passage):
            found.update(compound)
    return frozenset(found)


def _compounds(tokens: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """Yield the runs of Japanese words without anything between them."""
    start = 0
    for end in range(1, len(tokens) + 1):
        joined = end < len(tokens) and tokens[end].kind == "japanese" and tokens[end - 1].end == tokens[end].start
        if not joined:
            if end - start > 1 and tokens[start].kind == "japanese":
                yield tokens[start:end]
            start = end


def parts_of_date(span: SoughtSpan) -> tuple[SoughtSpan, ...]:
    """Return the year of a date and the rest of it as two spans; () for what cannot be parted."""
    value = span.value
    if not isinstance(value, DateValue) or value.year is None or value.month is None:
        return ()
    year = DateValue(value.year, None, None, value.start, value.end)
    rest = DateValue(None, value.month, value.day, value.start, value.end)
    return (
        SoughtSpan(str(value.year), "date", (), year),
        SoughtSpan(span.text, "date", (), rest, yearless=True),
    )
