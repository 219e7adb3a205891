"""Compare the numbers and dates of a claim with those of a reference that is a number, a quantity or a date.

Rules. Values the question already holds are not the answer. Of the values of the reference's kind in the claim, the
first decides; a later one counts only behind "=", in a clause that shares more with the question ("born in 1745 and
died in 1818"), or as a gloss in brackets straight after it. A different value of the kind is a conflict, and so is a
range or a pair of alternatives. A date must state every field the reference states (the year alone is enough where
the question asks for the year) and contradict no more precise reference.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace

from eval.grading.claims import Claim, overlap
from eval.grading.dates import DateValue
from eval.grading.hedges import alternative, is_denied
from eval.grading.matching import Asked, Finding, Match
from eval.grading.normalise import sentences, strip_endings, tokenise
from eval.grading.numbers import DAY, Quantity, Value, read_numbers

_ASKS_YEAR = re.compile(r"\b(?:what|which) year\b|何年(?!.{0,6}何[月日])|西暦", re.IGNORECASE)
SENTENCE_TOKENS = 6  # a longer reference is a sentence; of one with a single value only that is asked by "how many"
_ASKS_NUMBER = re.compile(
    r"\b(?:how (?:many|much|old|long|far|tall|high|deep|big)|what (?:age|year|date|percentage)|when)\b|いくつ"
    r"|何[年月日歳個人回度本枚]|いつ|どのくらい|どれくらい",
    re.I,
)
_ASKS_WHEN = re.compile(r"\bwhen\b|\byears?\b|いつ|何年|年|時期", re.IGNORECASE)
_COUNTED = re.compile(r"(?:(?:(?!以外)[一-鿿ヶケカ]){1,3}(?=で|じゃ|以外|は))?")
_COUNTERS = {
    "人": ("人", "名"),
    "名": ("人", "名"),
    **dict.fromkeys(("か国", "ヶ国", "カ国"), ("か国", "ヶ国", "カ国", "ヵ国", "国")),
}
_RANGE_AFTER = re.compile(r"^[^\S\n]*(?:-|~|から|to\b|or\b|か、?(?=\d))\s*", re.IGNORECASE)
_CLAUSE = re.compile(r"[、,;。\n]|\b(?:and|but|while|then)\b|(?<=[たる])(?=[一-鿿ァ-ヴA-Z])")
_YEAR_RANGE = (100, 2999)  # bare numbers that may be years
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
    "間 分 秒 月 日 間 週 頃 元 ぐらい 万 生まれ 生まれる".split()
)


@dataclass(frozen=True, slots=True)
class Numeric:
    """A reference that is nothing but values (and words like "about" or words of the question)."""

    form: str
    values: tuple[Value, ...]


def as_numeric(asked: Asked, form: str) -> Numeric | None:
    """The values of a purely numeric form, or None where other words carry it ("Apollo 11", K2)."""
    values = read_numbers(form).values
    left = list(form)
    for value in values:
        left[value.start : value.end] = " " * (value.end - value.start)
    known = {token.key for token in asked.tokens} | {token.stem for token in asked.tokens} | QUALIFIERS
    for token in tokenise("".join(left)):
        familiar = bool({token.key, token.stem, token.surface} & known) or _derived(token.key, known)
        if token.content and not familiar and "助数詞" not in token.pos:
            told = len(values) == 1 and len(tokenise(form)) > SENTENCE_TOKENS and _ASKS_NUMBER.search(asked.text)
            return Numeric(form, values) if told else None
    return Numeric(form, values) if values else None


def _derived(key: str, known: Set[str]) -> bool:
    """Whether an English word shares its first five letters with a known one: Europe, European."""
    return len(key) > 4 and key.isascii() and any(word.startswith(key[:5]) for word in known)


def match_numeric(asked: Asked, claim: Claim, answer: str, reference: Numeric, precise: Sequence[DateValue]) -> Match:
    """How a numeric reference stands in the claim.

    `precise`: every date among the references; a fuller one of the same date may not be contradicted. Where the
    claiming sentence holds no value of the kind at all, the first sentence that does is taken.
    """
    wanted = tuple(_as_asked(asked, value) for value in reference.values)
    for text in dict.fromkeys((claim.text, *sentences(answer))):
        given = _candidates(asked, text, wanted)
        if given:
            return _decide(asked, text, given, wanted, precise)
    return Match(Finding.ABSENT, claim.focus, "the answer gives no number or date of the reference's kind")


def _as_asked(asked: Asked, value: Value) -> Value:
    """A reference value as the question wants it: the year of a date where it asks the year, a bare 1546 as a year."""
    if (
        isinstance(value, Quantity)
        and value.unit == DAY
        and re.search(r"何日(?!間)|what day|which day", asked.text, re.I)
    ):
        return DateValue(None, None, int(value.value), value.start, value.end)
    if isinstance(value, Quantity) and _is_year(value) and _ASKS_WHEN.search(asked.text):
        return DateValue(int(value.value), None, None, value.start, value.end)
    if isinstance(value, DateValue) and value.year is not None and _ASKS_YEAR.search(asked.text):
        return replace(value, month=None, day=None)
    return value


def _candidates(asked: Asked, text: str, wanted: Sequence[Value]) -> list[Value]:
    """The values of `text` that can answer: of a wanted kind, not denied, not repeated from the question.

    Where some count what the question counts (何人, "how many countries"), only those; brackets come last.
    """
    held = read_numbers(asked.text).values
    found = read_numbers(text).values
    values = [v for v in found if not is_denied(text, v.start, _counted_end(text, v), negative_question=asked.negative)]
    fresh = [v for v in values if not any(_same(v, old) for old in held) or any(_same(v, want) for want in wanted)]
    close = [value for value in fresh if any(_same_kind(value, want) for want in wanted)]
    given = close or [value for value in fresh if any(_comparable(value, want) for want in wanted)]
    counted = [value for value in given if _counts_asked(asked.text, text[value.start :])]
    given = counted or given
    bracketed = [match.span() for match in re.finditer(r"\([^()]*\)", text)]
    outside = [value for value in given if not any(start < value.start < end for start, end in bracketed)]
    return outside or given


def _counts_asked(question: str, counted: str) -> bool:
    """Whether `counted`, a number and what follows, counts what the question asks for.

    何人 and 104名, 何歳 and 20歳, "how many countries" and "4 large countries".
    """
    after = re.sub(r"^[\d.\s]+", "", counted)
    japanese = re.search(r"何(か国|ヶ国|カ国|[一-鿿])|いくつの([一-鿿]+)", question)
    if japanese is not None:
        counter = japanese.group(1) or japanese.group(2)
        return after.startswith(_COUNTERS.get(counter, (counter,)))
    english = re.search(r"\bhow many ([a-z]+)", question, re.IGNORECASE)
    following = [token.stem for token in tokenise(after[:40])[:3]]
    return english is not None and tokenise(english.group(1))[0].stem in following


def _counted_end(text: str, value: Value) -> int:
    """Where the counter after a value ends (人 in 980万人ではない)."""
    counter = _COUNTED.match(text, value.end)
    return counter.end() if counter is not None else value.end


def _decide(
    asked: Asked, text: str, given: list[Value], wanted: Sequence[Value], precise: Sequence[DateValue]
) -> Match:
    chosen = _glossed(text, _chosen(asked, text, given, wanted), wanted)
    shown = text[chosen.start : chosen.end]
    if not any(_same(chosen, want) for want in wanted):
        return Match(Finding.CONFLICT, shown, f"{shown!r} conflicts with the reference")
    if isinstance(chosen, DateValue):
        finer = [date for date in precise if any(isinstance(want, DateValue) and date.gives(want) for want in wanted)]
        if (
            finer
            and all(chosen.contradicts(date) for date in finer if date.month)
            and any(date.month for date in finer)
        ):
            return Match(Finding.CONFLICT, shown, f"{shown!r} contradicts the full date")
    missing = [want for want in wanted if not any(_same(value, want) for value in given)]
    if missing:
        return Match(Finding.CONFLICT, shown, "not every number of the reference is given")
    if len(wanted) == 1:
        beside = _beside(text, chosen, given, wanted)
        if beside is not None:
            return beside
    whole = not any(token.content for token in tokenise(strip_endings(text[: chosen.start] + " " + text[chosen.end :])))
    return Match(Finding.EQUAL if whole else Finding.CONTAINED, shown, "the answer gives the reference's value")


def _chosen(asked: Asked, text: str, given: list[Value], wanted: Sequence[Value]) -> Value:
    """The value the text commits to: behind "=", else in the clause with most words of the question, else the first.

    Names are no evidence here: the topic they name belongs to every clause.
    """
    stems = frozenset(token.stem for token in asked.tokens if token.content)
    chosen = given[0]
    for value in given[1:]:
        result = re.search(r"=\s*$", text[: value.start]) and any(_same(value, want) for want in wanted)
        mine, best = (overlap(stems, _clause(text, v), names=0) for v in (value, chosen))
        if result or mine > best:
            chosen = value
    return chosen


def _glossed(text: str, chosen: Value, wanted: Sequence[Value]) -> Value:
    """The right value in brackets straight after the chosen one (明治元年(1868年)), else the chosen one."""
    if any(_same(chosen, want) for want in wanted):
        return chosen
    for value in read_numbers(text).values:
        if text[chosen.end : value.start] == "(" and any(_same(value, want) for want in wanted):
            return value
    return chosen


def _clause(text: str, value: Value) -> str:
    """The clause around a value: up to a comma, a conjunction, or the end of a relative clause (建設された|壁は)."""
    cuts = [0, *(match.end() for match in _CLAUSE.finditer(text)), len(text)]
    start = max(cut for cut in cuts if cut <= value.start)
    return text[start : min(cut for cut in cuts if cut >= value.end)]


def _beside(text: str, chosen: Value, given: Sequence[Value], wanted: Sequence[Value]) -> Match | None:
    """The finding where the chosen value is one end of a range or one of two alternatives, or None."""
    shown = text[chosen.start : chosen.end]
    rest = _RANGE_AFTER.match(text[chosen.end :])
    if rest is not None:
        follower = next((value for value in given if value.start == chosen.end + rest.end()), None)
        if follower is not None and not any(_same(follower, want) for want in wanted):
            return Match(
                Finding.ALTERNATIVES, text[chosen.start : follower.end], "a range or two values are given for one"
            )
    other = alternative(text, chosen.start, chosen.end)
    if other is not None and read_numbers(other).values:
        agree = any(_same(value, want) for value in read_numbers(other).values for want in wanted)
        if not agree:
            return Match(Finding.ALTERNATIVES, shown, f"{shown!r} is offered beside {other!r}")
    return None


def _same(value: Value, want: Value) -> bool:
    """Whether `value` states `want`: the same quantity, or a date with all its fields."""
    if isinstance(value, DateValue) and isinstance(want, DateValue):
        return value.gives(want)
    if isinstance(value, Quantity) and isinstance(want, Quantity):
        return value.same(want)
    date, number = (value, want) if isinstance(value, DateValue) else (want, value)
    if not isinstance(date, DateValue) or not isinstance(number, Quantity):
        return False
    stated = date if date is value else replace(date, month=None, day=None) if date.month is None else None
    year = stated.year if stated is not None else None
    return year is not None and _is_bare(number) and number.value == year


def _is_bare(number: Quantity) -> bool:
    return number.unit is None or (number.unit.dimension == "time" and _YEAR_RANGE[0] <= number.value <= _YEAR_RANGE[1])


def _is_year(number: Quantity) -> bool:
    """Whether a bare number may be a year."""
    whole = number.unit is None and number.value.denominator == 1
    return whole and _YEAR_RANGE[0] <= number.value <= _YEAR_RANGE[1]


def _same_kind(value: Value, want: Value) -> bool:
    if isinstance(value, Quantity) and isinstance(want, Quantity):
        return value.same_kind(want)
    if isinstance(value, DateValue) and isinstance(want, DateValue):
        return (value.year is not None) == (want.year is not None) or value.gives(want)
    number = value if isinstance(value, Quantity) else want
    return isinstance(number, Quantity) and _is_year(number)


def _comparable(value: Value, want: Value) -> bool:
    """Whether the two could state the same thing at all: as `_same_kind`, or one of them without a unit."""
    if isinstance(value, Quantity) and isinstance(want, Quantity):
        return value.unit is None or want.unit is None
    return _same_kind(value, want)
