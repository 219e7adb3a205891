"""Match an open answer with its references: numbers by value, persons by name, all else by words."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace

from eval.grading.aliases import elements, forms, match_person, match_words
from eval.grading.asked import ParsedQuestion
from eval.grading.claims import Claim, announced, find_claim
from eval.grading.lists import listed_with
from eval.grading.matching import Finding, Match, match_form
from eval.grading.numbers.compare import match_numeric
from eval.grading.numbers.reference import as_numeric, written
from eval.grading.reasons import match_reason
from eval.grading.scripts import in_other_kana, in_other_script
from eval.grading.text import sentences, strip_endings
from eval.grading.topics import beside_the_question
from rag.messages import Message
from rag.text.numbers.dates import DateValue
from rag.text.numbers.quantities import Quantity
from rag.text.tokens import tokenise
from rag.text.word_match import folded


def match_references(question: str, text: str, references: Sequence[str], whole: str) -> list[Match | None]:
    """Return the best finding for every reference in the claim of the answer, None for one without a letter.

    `whole` is the answer before talk was taken out of `text`; the question's own words in a clause pass for talk.
    """
    shapes = [forms(question, reference) for reference in references]
    shaped = [form for found in shapes for form in found]
    asked = ParsedQuestion(
        question,
        tokenise(question),
        tuple({folded(strip_endings(form)): None for form in shaped if folded(form)}),
        any(elements(form) for form in shaped),
    )
    claim = find_claim(question, text)
    read = [asked.numbers(form) for form in shaped]
    dates = tuple(date for numbers in read for date in numbers.dates)
    measures = tuple(quantity for numbers in read for quantity in numbers.quantities)
    found = ([m for form in shape for m in _matches(asked, claim, text, form, dates, measures)] for shape in shapes)
    best = [min(matches, key=match_rank, default=None) for matches in found]
    return [match and _asserted(asked, claim, (whole, text), match) for match in best]


def _asserted(asked: ParsedQuestion, claim: Claim, texts: tuple[str, str], match: Match) -> Match:
    """Return the match, or that it is only in passing where its sentence is not about what was asked.

    `texts`: the answer whole and without talk; of either sentence one that is about it is enough.
    """
    if match.finding is not Finding.CONTAINED:
        return match
    holding = [part for text in texts for part in sentences(text) if match.extracted in part] or [claim.text]
    if not all(beside_the_question(asked, claim, part, match.extracted, texts[0]) for part in holding):
        return match
    return Match(
        Finding.PASSING,
        match.extracted,
        Message("{extracted!r} is in a sentence about something else", extracted=match.extracted),
    )


def _matches(
    asked: ParsedQuestion,
    claim: Claim,
    text: str,
    form: str,
    dates: Sequence[DateValue],
    measures: Sequence[Quantity],
) -> list[Match]:
    """Match a form of a reference with the answer: numbers by value, all else by words."""
    numeric = as_numeric(asked, form)
    if numeric is None:
        whole = _match_whole(text, form, folded)
        return [*([whole] if whole else []), _match_text(asked, claim, text, form)]
    whole = _match_whole(text, form, written)
    return [*([whole] if whole else []), match_numeric(asked, claim, text, numeric.measured(measures), dates)]


def match_rank(match: Match) -> int:
    """Return the place of a finding, the best first."""
    return list(Finding).index(match.finding)


def _match_whole(text: str, form: str, key: Callable[[str], str]) -> Match | None:
    """Match the whole answer, or all that it announces, with a form, both seen through `key`."""
    target = key(strip_endings(form))
    for whole in (text, announced(text) or text):
        if target and key(strip_endings(whole)) == target:
            return Match(Finding.EQUAL, strip_endings(whole), Message("the answer is the reference"))
    return None


def _match_text(asked: ParsedQuestion, claim: Claim, text: str, form: str) -> Match:
    """Match a reference in words: verbatim, as a name in the other script or a person, as a list, or in any order."""
    parts = elements(form)
    match, more = match_form(asked, claim, form), _beyond(claim, parts)
    if more:
        reason = Message("{entry!r} is listed beside the entries of the reference", entry=more)
        return Match(Finding.ALTERNATIVES, claim.text, reason)
    if match.finding is not Finding.ABSENT:
        return match
    named = _match_sound(asked, claim, form) or match_person(asked, claim, form)
    listed = [_match_element(asked, claim, text, part) for part in parts] if named is None else []
    if listed and all(part.right for part in listed):
        return Match(Finding.CONTAINED, claim.text, Message("every entry of the reference is given"))
    conflict = named or next((part for part in listed if part.finding is Finding.CONFLICT), None)
    words = conflict or match_words(claim, form, negative_question=asked.negative) or match_reason(asked, claim, form)
    return words if words is not None else match


def _match_sound(asked: ParsedQuestion, claim: Claim, form: str) -> Match | None:
    """Match the first name in the claim that sounds as the form does: in other kana, or in a script of no reference."""
    scripts = {accepted.isascii() for accepted in asked.accepted}
    other = (name for name in in_other_script(form, claim.text) if name.isascii() not in scripts)
    name = next(itertools.chain(in_other_kana(form, claim.text), other), None)
    if name is None:
        return None
    return match_form(replace(asked, accepted=(*asked.accepted, folded(name))), claim, name)


def _beyond(claim: Claim, parts: Sequence[str]) -> str | None:
    """Return an entry of the list that the claim is which is none of the reference's `parts`, or None."""
    at = claim.text.find(parts[0]) if parts else -1
    at = claim.text.casefold().find(parts[0].casefold()) if parts and at < 0 else at
    longest = max((len(part.split()) for part in parts), default=0)
    others = listed_with(claim.text, at, at + len(parts[0]), words=longest) if at >= 0 else ()
    keys = [folded(part) for part in parts]
    return next((other for other in others if not any(key in folded(other) for key in keys)), None)


def _match_element(asked: ParsedQuestion, claim: Claim, text: str, part: str) -> Match:
    numeric = as_numeric(asked, part)
    if numeric is not None:
        return match_numeric(asked, claim, text, numeric, ())
    loose = Claim(claim.text, claim.text, False)
    match = match_form(asked, loose, part)
    return match if match.right else match_person(asked, loose, part, in_list=True) or match
