"""Check that a number counts what the question counts: 2分 are not 2個, and two minutes are not two moons.

A question that counts things (何個, いくつ, "how many moons") is not answered by a measure, nor one that counts people
or times by a counter of something else. A question that names a unit ("how many minutes", 何年) asks for a measure.
"""

from __future__ import annotations

import re

from rag.text.numbers.quantities import Quantity
from rag.text.numbers.units import UNITS
from rag.text.tokens import tokenise

_ASKS_COUNT = re.compile(
    r"\bhow many\b|\bnumber of\b|いくつ"
    r"|何(?:個|つ|人|名|匹|頭|羽|本|枚|冊|台|回|か国|ヶ国|カ国|種類|社|校|軒|階|章|巻|話|曲|問|段|件|語|文字|席|組|基|隻|機"
    r"|戸|棟|票|都市|試合|チーム)",
    re.IGNORECASE,
)
_ASKED_COUNTER = re.compile(r"何(人|名|回|枚|冊|台|匹|頭|羽|本)")
_COUNTER = re.compile(
    r"\s?(人|名|回|度|枚|冊|台|匹|頭|羽|本|ヶ国|か国|カ国|校|社|軒|錠|粒|滴|袋|包|箱|室|階|号|番)(?!目)"
)
_COLLECTIVE = re.compile(r"\s?(pair|dozen|ダース|双|セット|ペア)(?:s\b|\b|(?![一-鿿ァ-ヴーa-z]))", re.IGNORECASE)
_SAME = ("人名", "回度", "匹頭羽")
_MEASURES = frozenset({"time", "century", "decade", "clock", "length", "mass", "area", "volume", "speed"})
_SHORTEST_UNIT = 3  # letters; shorter English names of units (m, s, t) are parts of other words


def counts_another(question: str, text: str, value: Quantity, reference: str = "") -> bool:
    """Return whether `value` in `text` measures or counts something else than the question or the `reference` counts.

    >>> from rag.text.numbers.quantities import read_numbers
    >>> [counts_another("火星の衛星は何個ですか", text, read_numbers(text).quantities[0]) for text in ("2分", "2個")]
    [True, False]
    """
    together = _COLLECTIVE.match(text, value.end)
    if value.unit is None and together is not None and together[1].lower() not in f"{question} {reference}".lower():
        return True
    if not _ASKS_COUNT.search(question) or _names_unit(question):
        return False
    if value.unit is not None:
        age = "いくつ" in question and text[: value.end].endswith(("歳", "才"))
        return value.unit.dimension in _MEASURES and not age
    asked, given = _ASKED_COUNTER.search(question), _COUNTER.match(text, value.end)
    return asked is not None and given is not None and _class(asked.group(1)) != _class(given.group(1))


def _names_unit(question: str) -> bool:
    words = [token.key for token in tokenise(question) if token.kind == "latin" and len(token.key) >= _SHORTEST_UNIT]
    return any(word in UNITS or word.removesuffix("s") in UNITS or word.removesuffix("es") in UNITS for word in words)


def _class(counter: str) -> str:
    return next((group for group in _SAME if counter in group), counter)
