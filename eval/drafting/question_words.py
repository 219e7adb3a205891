"""The words to ask for an answer with: 何年, "How many metres"; with them a small model asks no yes-or-no question."""

from __future__ import annotations

import re
from typing import Final

from rag.groundedness.spans import Kind
from rag.records import Language
from rag.text.language import normalise
from rag.text.tokens import Token, tokenise

_NUMBER: Final = re.compile(r"[0-9][0-9,.]*(?:[万億兆][0-9,]*)*")
_YEAR: Final = re.compile(r"(?:1[0-9]|20)[0-9]{2}")
_PERIOD: Final = re.compile(r"(?:時代|年間|世紀|年代|初期|末期)$")
_SITE: Final = re.compile(r"[川山岳湖池寺院社宮城橋駅島塔館線国県市町村区州]$")
_AREA: Final = re.compile(r"[国県市町村区州]$")
_PLACE: Final = re.compile(r"\b(?:in|at|near) $", re.IGNORECASE)
"""What stands before a place; "in the Reformation" is no place."""
_PLACES: Final = "city|county|island|lake|peninsula|port|prefecture|province|republic|river|state|town|village"
_SORTS: Final = (
    f"{_PLACES}|agency|bay|canal|castle|club|company|country|department|desert|district|firm|gulf|harbour|ministry"
    "|mountain|museum|newspaper|ocean|party|planet|region|school|sea|strait|studio|temple|university|valley|volcano"
)
"""What a name may be, by the noun before it or its own last word."""
_SORT_BEFORE: Final = re.compile(rf"\b(?:({_SORTS}) |({_PLACES}) of (?:the )?)$")
_SORT_INSIDE: Final = re.compile(rf"\w ({_SORTS})$", re.IGNORECASE)
_DOER: Final = re.compile(r"\bby (?:the )?$", re.IGNORECASE)
_ABOUT: Final = re.compile(r"\b(?:about|around|roughly|approximately|some) $", re.IGNORECASE)
NUMBERED: Final = re.compile(r"\b(?:number|element|chapter|article|section|line|room|route) $", re.IGNORECASE)
"""What stands before a number that counts nothing: atomic number 31."""
_DECADE: Final = re.compile(r"[0-9]{3,4}s")
UNCLEAR: Final = "Who or what"
"""The words to ask for an English name that may be of anything."""


def question_words(answer: str, kind: Kind, tokens: tuple[Token, ...], before: str, language: Language) -> str:
    """Return the words that ask for an answer of a kind; `tokens` are those of a name, `before` is the text before it.

    >>> [question_words(answer, "number", (), "", "ja") for answer in ("521メートル", "73人")]
    ['何メートル', '何人']
    >>> question_words("521 metres", "number", (), "", "en"), question_words("Perth", "name", (), "built at ", "en")
    ('How many metres', 'Where')
    """
    return _japanese(answer, kind, tokens) if language == "ja" else _english(answer, kind, before)


def is_year(answer: str) -> bool:
    """Return whether an English answer is a year."""
    return _YEAR.fullmatch(answer) is not None


def is_decade(answer: str) -> bool:
    """Return whether an English answer is a decade: 1870s."""
    return _DECADE.fullmatch(answer) is not None


def _japanese(answer: str, kind: Kind, tokens: tuple[Token, ...]) -> str:
    if kind in ("number", "date"):
        asked = _NUMBER.sub("何", normalise(answer))
        return "いつ" if asked.count("何") > 1 else asked if asked != "何" else "いくつ"
    if _PERIOD.search(answer):
        return "いつ"
    last = tokens[-1].pos if tokens else ""
    if kind == "name" and ("人名" in last or "・" in answer) and not _SITE.search(answer):
        return "だれ"
    if kind == "name" and ("地名" in last or _AREA.search(answer)):
        return "どこ"
    return "何という名前" if kind == "quotation" else "何"


def _english(answer: str, kind: Kind, before: str) -> str:
    if is_year(answer):
        return "In what year"
    if kind == "number":
        return _how_many(answer, before)
    if kind in ("date", "quotation"):
        return "When" if kind == "date" else "What name"
    if _PLACE.search(before) or _DOER.search(before):
        return "Where" if _PLACE.search(before) else "Who"
    sort = _SORT_BEFORE.search(before) or _SORT_INSIDE.search(answer)
    return f"Which {next(filter(None, sort.groups())).lower()}" if sort else UNCLEAR


def _how_many(answer: str, before: str) -> str:
    if is_decade(answer) or NUMBERED.search(before):
        return "In which decade" if is_decade(answer) else "What number"
    rest = [token.surface for token in tokenise(_NUMBER.sub(" ", answer)) if token.kind == "latin"]
    return " ".join(["About how many" if _ABOUT.search(before) else "How many", *rest])
