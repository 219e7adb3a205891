"""Find what a question asks for, as far as matching must know: a person, a version, a time, several things."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.text.numbers.quantities import NumberReading, read_numbers
from rag.text.tokens import Token

_PERSON = (
    r"\bwho(?:m|se)?\b|誰|だれ|人物|作者|著者|作家|監督|画家|歌手|俳優|女優|選手|武将|首相|大統領|何という人"
    r"|\b(?:author|writer|inventor|founder|director"
    r"|artist|painter|singer|actor|actress|president|king|queen|leader|composer|scientist|person)\b"
)

_ASKS_TIME = r"\btime\b|\bwhen\b|何時(?!間)|時刻|いつ"
_NEGATIVE = r"\b(?:not|no|never|without)\b|n't|\bexclu|な[いか]|ません|以外|対象外|除"
_ASKS_BELOW = r"\bbelow (?:0|zero|freezing|sea level)\b|(?:マイナス|零下|氷点下|地下|海面下|紀元前)(?:は|約)?何"


@dataclass(frozen=True, slots=True)
class ParsedQuestion:
    """Parts of the question that matching needs: text, tokens, the folded keys of every accepted form.

    `several`: a reference is a list, so that an enumeration may be what is asked for.
    """

    text: str
    tokens: tuple[Token, ...]
    accepted: tuple[str, ...]
    several: bool = False

    @property
    def about_person(self) -> bool:
        """Whether the question asks for a person."""
        return re.search(_PERSON, self.text, re.IGNORECASE) is not None

    @property
    def known(self) -> frozenset[str]:
        """The keys of the question's words."""
        return frozenset(token.key for token in self.tokens if token.key)

    @property
    def negative(self) -> bool:
        """Whether the question itself is negated ("Which reptile has no legs?")."""
        return re.search(_NEGATIVE, self.text, re.IGNORECASE) is not None

    @property
    def about_version(self) -> bool:
        """Whether the question asks for a version, where 3.10 is not 3.1."""
        return re.search(r"\bversions?\b|バージョン|何版", self.text, re.IGNORECASE) is not None

    @property
    def below(self) -> bool:
        """Whether the question already says that the value is below zero, so that its sign may be left out."""
        return re.search(_ASKS_BELOW, self.text, re.IGNORECASE) is not None

    def numbers(self, text: str) -> NumberReading:
        """Return the numbers and dates of `text`; 3:30 is a time if the question asks for one."""
        return read_numbers(text, time_asked=re.search(_ASKS_TIME, self.text, re.IGNORECASE) is not None)

    @property
    def offers_choice(self) -> bool:
        """Whether the question names alternatives or a group to choose from."""
        return (
            re.search(
                r"\b(?:or|which|between)\b|どちら|どっち|それとも|または|いずれ|どれ|どの", self.text, re.IGNORECASE
            )
            is not None
        )
