"""Before or after a year: the label that an answer gives by the side of a boundary, in words or by another year.

"Was it built before 1900?" and 「1900年より前ですか、後ですか」 are answered by "it was built in 1874", 1900年以前です
and "not until 1912" alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from eval.grading.labels.label_set import Label, LabelSet
from eval.grading.numbers.bounds import year_of
from eval.grading.refusals import is_denied
from rag.text.numbers.quantities import read_numbers
from rag.text.tokens import Token, is_name, tokenise

_BEFORE = re.compile(r"\b(?:before|prior to|earlier than)\s(?:the (?:year |end of |start of ))?$", re.IGNORECASE)
_AFTER = re.compile(r"\b(?:after|later than)\s(?:the (?:year |end of |start of ))?$", re.IGNORECASE)
_BEFORE_JA = re.compile(r"(?:よりも?|の)(?:ずっと|少し|かなり)?(?:前|早く?)|以前")
_AFTER_JA = re.compile(r"(?:よりも?|の)(?:ずっと|少し|かなり)?(?:後|遅く?)|以降|以後|になってから|を過ぎて")
_EARLIER = re.compile(r"\b(?:before|earlier|prior)\b|[前早]", re.IGNORECASE)
_LATER = re.compile(r"\b(?:after|later)\b|[後遅]|以降", re.IGNORECASE)
_DATES = frozenset({"dat"})  # the stem of "it dates from 1874"


@dataclass(frozen=True, slots=True)
class _Year:
    """A year in a text: whether what is said stands before it (True), after it (False), in it (None), or does not."""

    year: int
    before: bool | None
    denied: bool


def label_by_year(question: str, part: str, labels: LabelSet) -> Label | None:
    """Return the label of the side of the question's year that a sentence puts something on, or None.

    >>> from eval.grading.labels.label_set import YES_NO
    >>> label_by_year("Was it built before 1900?", "It was built in 1912.", YES_NO).name("en")
    'no'
    """
    asked = [found for found in _years(question) if found.before is not None]
    if len(asked) != 1 or len(labels.labels) != 2 or not _on_topic(question, part):
        return None
    before = _stands_before(asked[0].year, part)
    if before is None:
        return None
    if labels.polarity is not None:
        return labels.polarity[before != asked[0].before]
    named = [_side_named(label) for label in labels.labels]
    return labels.labels[named.index(before)] if {*named} == {True, False} else None


def _on_topic(question: str, part: str) -> bool:
    """Return whether a sentence says nothing but a time, or has what the question says of its subject."""
    for value in reversed(read_numbers(part).values):
        part = part[: value.start] + " " + part[value.end :]
    words = [token for token in tokenise(part) if token.content and not _is_side(token)]
    asked = list(_predicates(question))
    stems = {token.stem for token in asked} | _DATES
    kanji = [set(found) for token in asked if (found := re.findall("[一-鿿]", token.surface))]
    return not words or any(token.stem in stems for token in words) or any(found <= set(part) for found in kanji)


def _is_side(token: Token) -> bool:
    return bool(_EARLIER.search(token.surface) or _LATER.search(token.surface))


def _predicates(question: str) -> Sequence[Token]:
    """Return what a question says of its subject: not "mill", which stands first and may be said to have burned."""
    words = [token for token in tokenise(question) if token.content and not is_name(token) and token.kind != "number"]
    words = [token for token in words if not _is_side(token)]
    verbs = [token for token in words if token.pos.startswith("動詞") or "サ変" in token.pos]
    return verbs or words[question.isascii() :] or words


def _stands_before(year: int, text: str) -> bool | None:
    """Return whether something is said to be before a year, in words or by all other years given; None if not."""
    found = list(_years(text))
    worded = {there.before != there.denied for there in found if there.year == year and there.before is not None}
    found = [there for there in found if there.year != year and len(str(there.year)) == len(str(year))]
    others = {there.year < year for there in found if not there.denied}
    sides = worded or others
    return sides.pop() if len(sides) == 1 else None


def _side_named(label: Label) -> bool | None:
    """Return whether a label is the earlier side (True) or the later one (False): "before 1900", 後."""
    name = " ".join(label.synonyms)
    earlier, later = _EARLIER.search(name), _LATER.search(name)
    return None if bool(earlier) == bool(later) else earlier is not None


def _years(text: str) -> Iterator[_Year]:
    for value in read_numbers(text).values:
        year = year_of(value)
        if year is None:
            continue
        ahead = _BEFORE.search(text[: value.start]) or _BEFORE_JA.match(text, value.end)
        behind = _AFTER.search(text[: value.start]) or _AFTER_JA.match(text, value.end)
        side = ahead or behind
        start, end = (min(value.start, side.start()), max(value.end, side.end())) if side else (value.start, value.end)
        yield _Year(year, None if side is None else ahead is not None, _is_denied(text, start, end))


def _is_denied(text: str, start: int, end: int) -> bool:
    return is_denied(text, start, end) and not text.startswith("until", start)  # "not built until 1912"
