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
_DECADE: Final = re.compile(r"[0-9]{3,4}s")


def question_words(answer: str, kind: Kind, tokens: tuple[Token, ...], language: Language) -> str:
    """Return the words that ask for an answer of a kind; `tokens` are those of a name.

    >>> [question_words(answer, "number", (), "ja") for answer in ("521メートル", "73人")]
    ['何メートル', '何人']
    >>> question_words("521 metres", "number", (), "en"), question_words("1882", "date", (), "en")
    ('How many metres', 'In what year')
    """
    return _japanese(answer, kind, tokens) if language == "ja" else _english(answer, kind)


def _japanese(answer: str, kind: Kind, tokens: tuple[Token, ...]) -> str:
    if kind in ("number", "date"):
        asked = _NUMBER.sub("何", normalise(answer))
        return "いつ" if asked.count("何") > 1 else asked if asked != "何" else "いくつ"
    places = [token.pos for token in tokens]
    if places and "人名" in places[-1]:
        return "だれ"
    if places and "地名" in places[-1]:
        return "どこ"
    return "何という名前" if kind == "quotation" else "何"


def _english(answer: str, kind: Kind) -> str:
    if _YEAR.fullmatch(answer):
        return "In what year"
    if kind == "date":
        return "When"
    if kind == "number":
        if _DECADE.fullmatch(answer):
            return "In which decade"
        rest = [token.surface for token in tokenise(_NUMBER.sub(" ", answer)) if token.kind == "latin"]
        return " ".join(["How many", *rest])
    return "What title or name" if kind == "quotation" else "Who, what or where"
