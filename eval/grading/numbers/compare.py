"""Compare the numbers and dates of a claim with those of a reference that is a number, a quantity or a date.

Rules. Values the question already holds are not the answer. Of the values of the reference's kind in the claim, the
first decides; a later one counts only behind "=", in a clause that shares more with the question ("born in 1745 and
died in 1818"), or as a gloss in brackets straight after it. A different value of the kind is a conflict, and so is a
range or a pair of alternatives. A date must state every field the reference states (the year alone is enough where
the question asks for the year) and contradict no more precise reference. A score, ratio or range (2-1, 2:1, 2対1,
"2 to 1") keeps its order.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace

from eval.grading.asked import ParsedQuestion
from eval.grading.claims import Claim
from eval.grading.matching import Finding, Match
from eval.grading.numbers.asked_values import YEAR_RANGE, as_asked, is_year, unsigned, with_days
from eval.grading.numbers.bounds import is_limit
from eval.grading.numbers.counters import counts_another
from eval.grading.numbers.placing import best_placed, of_asked_end, of_other_end, offered, placed_better
from eval.grading.numbers.reference import Numeric
from eval.grading.refusals import is_denied
from eval.grading.text import sentences, strip_endings
from rag.messages import Message
from rag.text.numbers.dates import DateValue
from rag.text.numbers.quantities import MEASURED, Quantity, Value, read_numbers
from rag.text.numbers.units import TIME_OF_DAY
from rag.text.tokens import tokenise

_COUNTED = re.compile(r"(?:(?:(?:(?!以外)[一-鿿ヶケカ]){1,3}|[ァ-ヴー]{1,12})(?=で|じゃ|以外|は))?")
_COUNTERS = {
    "人": ("人", "名"),
    "名": ("人", "名"),
    **dict.fromkeys(("か国", "ヶ国", "カ国"), ("か国", "ヶ国", "カ国", "ヵ国", "国")),
}
_RANGE_AFTER = re.compile(r"^[一-鿿]{0,2}[^\S\n]*(?:-|~|から|to\b|or\b|か、?(?=\d))\s*", re.IGNORECASE)
_TRIES = re.compile(r"\W{0,9}(?:if|try|suppose|let)\W{1,9}[a-z]\W{1,9}?=", re.IGNORECASE)  # "If x = 9, then ..."
MOST_VALUES = 40  # of one sentence; models in a loop write hundreds
_MOST_PLACES = 6  # decimal places of a rounded measure
_OF_SEVERAL = re.compile(r"\b(?:one|1|any|either|each) of (?:the |these |those )?$", re.IGNORECASE)  # counts candidates
_ENDS = re.compile(r"\s?(?:[.;。]|$)")  # "a guitar has six strings, a violin has four."
_BREAKDOWN = re.compile(r"\W{0,9}")
_JOINT = re.compile(r"[^\S\n]{0,9}(?:-|:|~|・|から|対|to|vs\.?|versus)[^\S\n]{0,9}", re.IGNORECASE)


def match_numeric(
    asked: ParsedQuestion, claim: Claim, answer: str, reference: Numeric, precise: Sequence[DateValue]
) -> Match:
    """Match a numeric reference with the claim.

    `precise`: every date among the references; a fuller one of the same date may not be contradicted. Where the
    claiming sentence holds no value of the kind at all, the first sentence that does is taken.
    """
    joint = _joint(reference.form, reference.values)
    others = (part for part in sentences(answer) if part == claim.text or not part.endswith(claim.text))
    for text in dict.fromkeys((claim.text, *others)):
        if _TRIES.match(text):
            continue
        read = answer[: answer.find(text) + len(text)] if text in answer else text
        wanted = tuple(as_asked(asked, value, text, read) for value in with_days(reference.form, reference.values))
        given = _candidates(asked, text, wanted, reference.form)
        if given:
            return _decide(asked, text, given, wanted, precise, in_order=joint)
    return Match(Finding.ABSENT, claim.focus, Message("the answer gives no number or date of the reference's kind"))


def _candidates(asked: ParsedQuestion, text: str, wanted: Sequence[Value], form: str) -> list[Value]:
    """Return the values of `text` that can answer: of a wanted kind, not denied, not repeated from the question.

    Where some count what the question counts (何人, "how many countries"), only those; brackets come last.
    """
    held = asked.numbers(asked.text).values
    if any(_same(old, want) for old in held for want in wanted):
        held = ()  # the question offers its answer: 2010年と2020年のどちら
    read = asked.numbers(text).values[:MOST_VALUES]
    read = with_days(text, read) if any(isinstance(want, DateValue) and want.day for want in wanted) else read
    found = [unsigned(value) if asked.below else value for value in read]
    if all(isinstance(want, Quantity) and want.unit is None for want in wanted):
        found = [v for v in found if not (isinstance(v, Quantity) and counts_another(asked.text, text, v, form))]
    found = [v for v in found if not _OF_SEVERAL.search(text, 0, v.start)] or found
    found = [v for v in found if not is_limit(asked.text, text, v, form)]
    values = [v for v in found if not is_denied(text, v.start, _counted_end(text, v), negative_question=asked.negative)]
    fresh = [v for v in values if not any(_same(v, old) for old in held) or any(_same(v, want) for want in wanted)]
    close = [value for value in fresh if any(_same_kind(value, want) for want in wanted)]
    given = close or [value for value in fresh if any(_comparable(value, want) for want in wanted)]
    bracketed = [match.span() for match in re.finditer(r"\([^()]*\)", text)]
    given = [v for v in given if not any(start < v.start < end for start, end in bracketed)] or given
    counted = [v for v in given if _is_time(v) or _counts_asked(asked.text, text[v.start :])]
    if (
        given
        and len(wanted) == 1
        and _BREAKDOWN.fullmatch(text[: given[0].start])
        and text.startswith(":", given[0].end)
    ):
        return given[:1]  # "11: 1 goalkeeper and 10 players"
    if not counted:
        return given
    pair = len(given) == 2
    return [
        v
        for v in given
        if v in counted or (pair and _ENDS.match(text, v.end)) or placed_better(asked, text, v, counted)
    ]


def _is_time(value: Value) -> bool:
    return isinstance(value, Quantity) and value.unit == TIME_OF_DAY


def _counts_asked(question: str, counted: str) -> bool:
    """Return whether `counted`, a number and what follows, counts what the question asks for.

    何人 and 104名, 何歳 and 20歳, "how many countries" and "4 large countries".
    """
    after = re.sub(r"^[\d.\s]+", "", counted)
    japanese = re.search(r"何(か国|ヶ国|カ国|(?!対)[一-鿿])|いくつの([一-鿿]+)", question)
    if japanese is not None:
        counter = japanese.group(1) or japanese.group(2)
        return after.startswith(_COUNTERS.get(counter, (counter,)))
    english = re.search(r"\bhow many ([a-z]+)", question, re.IGNORECASE)
    following = [token.stem for token in tokenise(after[:40])[:3]]
    return english is not None and tokenise(english.group(1))[0].stem in following


def _counted_end(text: str, value: Value) -> int:
    """Return the end of the counter after a value (人 in 980万人ではない)."""
    counter = _COUNTED.match(text, value.end)
    return counter.end() if counter is not None else value.end


def _decide(
    asked: ParsedQuestion,
    text: str,
    given: list[Value],
    wanted: Sequence[Value],
    precise: Sequence[DateValue],
    *,
    in_order: bool,
) -> Match:

    def is_wanted(value: Value) -> bool:
        return any(_same(value, want) for want in wanted)

    given = of_asked_end(asked.text, text, given) if len(wanted) == 1 else given
    chosen = _glossed(text, best_placed(asked, text, given, is_wanted), wanted)
    chosen = next((v for v in given if is_wanted(v) and _rounds(chosen, v)), chosen)
    quoted = text[chosen.start : chosen.end]
    if not is_wanted(chosen) or of_other_end(asked, text, chosen):
        return Match(Finding.CONFLICT, quoted, Message("{quoted!r} conflicts with the reference", quoted=quoted))
    if isinstance(chosen, DateValue):
        finer = [date for date in precise if any(isinstance(want, DateValue) and date.gives(want) for want in wanted)]
        if (
            finer
            and all(chosen.contradicts(date) for date in finer if date.month)
            and any(date.month for date in finer)
        ):
            return Match(Finding.CONFLICT, quoted, Message("{quoted!r} contradicts the full date", quoted=quoted))
    missing = [want for want in wanted if not any(_same(value, want) for value in given)]
    if missing:
        return Match(Finding.CONFLICT, quoted, Message("not every number of the reference is given"))
    if in_order and _reversed(text, given, wanted):
        return Match(Finding.CONFLICT, quoted, Message("the numbers of the reference are given in another order"))
    if len(wanted) == 1:
        beside = _beside(text, chosen, given, wanted)
        if beside is not None:
            return beside
    whole = not any(token.content for token in tokenise(strip_endings(text[: chosen.start] + " " + text[chosen.end :])))
    finding = Finding.EQUAL if whole else Finding.CONTAINED
    return Match(finding, quoted, Message("the answer gives the reference's value"))


def _rounds(value: Value, exact: Value) -> bool:
    """Return whether a measure is the other one rounded: 2.7 km beside 2,737 m."""
    if not isinstance(value, Quantity) or not isinstance(exact, Quantity) or None in (value.unit, exact.unit):
        return False
    if value.unit.dimension not in MEASURED or not value.same_kind(exact):  # type: ignore[union-attr]
        return False
    converted = exact.value * exact.unit.factor / value.unit.factor  # type: ignore[union-attr]
    places = next((n for n in range(_MOST_PLACES) if (value.value * 10**n).denominator == 1), _MOST_PLACES)
    return round(converted, places) == value.value


def _glossed(text: str, chosen: Value, wanted: Sequence[Value]) -> Value:
    """Return the right value in brackets straight after the chosen one (明治元年(1868年)), else the chosen one."""
    if any(_same(chosen, want) for want in wanted) or not text.startswith("(", chosen.end):
        return chosen
    for value in read_numbers(text).values[:MOST_VALUES]:
        if text[chosen.end : value.start] == "(" and any(_same(value, want) for want in wanted):
            return value
    return chosen


def _beside(text: str, chosen: Value, given: Sequence[Value], wanted: Sequence[Value]) -> Match | None:
    """Return the finding for a value that is one end of a range or one of two alternatives, or None."""
    quoted = text[chosen.start : chosen.end]
    rest = _RANGE_AFTER.match(text[chosen.end :])
    if rest is not None:
        follower = next((value for value in given if value.start == chosen.end + rest.end()), None)
        if follower is not None and not any(_same(follower, want) for want in wanted):
            both = text[chosen.start : follower.end]
            return Match(Finding.ALTERNATIVES, both, Message("a range or two values are given for one"))
    another = offered(text, given, chosen)
    if another is not None and not any(_same(another, want) for want in wanted):
        reason = Message("{quoted!r} is one of several values that are offered", quoted=quoted)
        return Match(Finding.ALTERNATIVES, quoted, reason)
    return None


def _joint(text: str, values: Sequence[Value]) -> bool:
    """Return whether the values form, in `text`, one score, ratio or range: 2-1, 3:2:1, 2対1, "5 to 10"."""
    return len(values) > 1 and all(
        _JOINT.fullmatch(text, value.end, other.start) for value, other in itertools.pairwise(values)
    )


def _reversed(text: str, given: Sequence[Value], wanted: Sequence[Value]) -> bool:
    """Return whether the text gives the wanted values as one score, ratio or range, too, but in another order."""
    runs = [given[i : i + len(wanted)] for i in range(len(given) - len(wanted) + 1)]
    joint = [run for run in runs if _joint(text, run)]
    return bool(joint) and not any(all(map(_same, run, wanted)) for run in joint)


def _same(value: Value, want: Value) -> bool:
    """Return whether `value` states `want`: the same quantity, or a date with all its fields."""
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
    return number.unit is None or (
        number.unit.dimension == "time" and YEAR_RANGE[0] <= abs(number.value) <= YEAR_RANGE[1]
    )


def _same_kind(value: Value, want: Value) -> bool:
    if isinstance(value, Quantity) and isinstance(want, Quantity):
        return value.same_kind(want)
    if isinstance(value, DateValue) and isinstance(want, DateValue):
        return (value.year is not None) == (want.year is not None) or value.gives(want)
    number = value if isinstance(value, Quantity) else want
    return isinstance(number, Quantity) and is_year(number)


def _comparable(value: Value, want: Value) -> bool:
    """Return whether the two could state the same thing at all: as `_same_kind`, or one of them without a unit."""
    if isinstance(value, Quantity) and isinstance(want, Quantity):
        return value.unit is None or want.unit is None
    return _same_kind(value, want)
