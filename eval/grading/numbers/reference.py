"""References that are nothing but numbers and dates, whose values `eval.grading.numbers.compare` compares."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace

from eval.grading.asked import ParsedQuestion
from rag.text.numbers.quantities import Quantity, Value
from rag.text.tokens import tokenise

SENTENCE_TOKENS = 6  # a longer reference is a sentence; of one with a single value only that is asked by "how many"
_ASKS_NUMBER = re.compile(
    r"\b(?:how (?:many|much|old|long|far|tall|high|deep|big)|what (?:age|year|date|percentage)|when)\b|いくつ"
    r"|何[年月日歳個人回度本枚]|いつ|どのくらい|どれくらい",
    re.I,
)
_SERIAL = re.compile(r"[\d\s()-]+")
SERIAL_DIGITS = 7  # a number in groups of as many digits is a telephone number, a postcode or the like
QUALIFIERS = frozenset(
    "about approximately around roughly nearly almost over more less least most than up to in on at the year "
    "old ago ad ce bc circa c ca "
    "total per of size long tall high wide deep height length depth weight distance only exactly just early "
    "late mid first second half "
    "age aged time day month date number approximate end beginning people century away each and or between from "
    "until every percent "
    "約 およそ ほぼ くらい 位 程 ほど 程度 以上 以下 前後 頃 ごろ 西暦 年 年間 前 後 高さ 長さ 深さ 重さ 広さ "
    "距離 全 前半 後半 初頭 末 半ば 中頃 "
    "全部 合計 計 総 数 個 人 名 つ 本 枚 匹 頭 台 冊 回 度 階 件 位 番 目 番目 号 歳 才 郡 州 県 国 か ケ ヶ "
    "箇 所 カ 国 か国 ヶ国 ヵ国 ケ国 カ国 箇国 種類 種 社 校 点 票 世紀 時 満 当時 "
    "間 分 秒 月 日 間 週 頃 元 ぐらい 万 生まれ 生まれる 対 vs versus".split()
)


@dataclass(frozen=True, slots=True)
class Numeric:
    """A reference that is nothing but values (and words like "about" or words of the question)."""

    form: str
    values: tuple[Value, ...]

    def measured(self, others: Sequence[Quantity]) -> Numeric:
        """Return the reference with the unit that another accepted form gives to the same number."""
        units = {other.value: other.unit for other in reversed(others) if other.unit is not None}
        lent = tuple(
            replace(value, unit=units.get(value.value)) if isinstance(value, Quantity) and value.unit is None else value
            for value in self.values
        )
        return Numeric(self.form, lent)


def as_numeric(asked: ParsedQuestion, form: str) -> Numeric | None:
    """Return the values of a purely numeric form, or None if other words carry it ("Apollo 11", K2)."""
    values = asked.numbers(form).values
    left = list(form)
    for value in values:
        left[value.start : value.end] = " " * (value.end - value.start)
    known = {token.key for token in asked.tokens} | {token.stem for token in asked.tokens} | QUALIFIERS
    for token in tokenise("".join(left)):
        familiar = bool({token.key, token.stem, token.surface} & known) or _derived(token.key, known)
        if token.content and not familiar and "助数詞" not in token.pos:
            is_number_asked = (
                len(values) == 1 and len(tokenise(form)) > SENTENCE_TOKENS and _ASKS_NUMBER.search(asked.text)
            )
            return Numeric(form, values) if is_number_asked else None
    return Numeric(form, values) if values else None


def written(text: str) -> str:
    """Return `text` as written, without case and blanks; of telephone numbers and the like the digits; 16/9 as 16:9.

    >>> written("03-1234-5678"), written("2 - 3"), written("-5 °C")
    ('0312345678', '2-3', '-5°c')
    """
    digits = re.sub(r"\D", "", text)
    serial = len(digits) >= SERIAL_DIGITS and _SERIAL.fullmatch(text)
    return digits if serial else re.sub(r"(?<=\d)(?:/|対)(?=\d)", ":", re.sub(r"\s", "", text)).casefold()


def _derived(key: str, known: Set[str]) -> bool:
    """Return whether an English word shares its first five letters with a known one: Europe, European."""
    return len(key) > 4 and key.isascii() and any(word.startswith(key[:5]) for word in known)
