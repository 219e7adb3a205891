"""The grading ladder: is an answer right in content, is it in the right language, and which rule said so.

Rules, in order: an empty answer; for a question that cannot be answered, whether the answer declines; for
classification the label (never similarity); equal to a reference; a refusal; the number or date of a numeric reference,
where a conflicting one vetoes; a reference contained in the claim of the answer; denials and alternatives. References
of both languages count for content. Pure functions: no model, no file, no state. Similarity and judge are fallbacks
for answers that end here as `GradingRule.NONE`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from eval.grading.abstention import declines
from eval.grading.aliases import elements, forms
from eval.grading.comparisons import preferred
from eval.grading.frames import without_retracted
from eval.grading.labels.grading import grade_labels
from eval.grading.labels.inferred import asks_to_choose, asks_yes_or_no
from eval.grading.labels.label_set import LabelSet
from eval.grading.loops import without_loops
from eval.grading.matching import Finding, Match
from eval.grading.open_match import match_rank, match_references
from eval.grading.preambles import without_preamble
from eval.grading.refusals import beside_details, beside_refusals
from eval.grading.remarks import from_restated_question, without_remarks
from eval.grading.text import sentences
from eval.grading.wrappers import unwrap
from rag.messages import Message
from rag.text.answer_language import in_language
from rag.text.canonical import canonical
from rag.text.refusals import after_refusal, is_refusal
from rag.text.word_match import occurrences

ANSWER_LIMIT = 4000  # characters of an answer that are read; a longer one is a model in a loop

_MENTIONS = re.compile(
    r"(?<!\bas )\b(?:mention|list|describ|discuss|cover)(?!\w*\b[^,.;\"]{0,40}\bthat\b)"
    r"|(?:記載|記述|言及)(?!.{0,3}(?:ありません|ない|なく))",
    re.IGNORECASE,
)
_WHOLE_QUOTED = re.compile(r'"[^"]*"')  # a statement in quotation marks may be one that is only repeated


class AnswerOutcome(StrEnum):
    """The outcome for the content of an answer; only `CORRECT` counts as right."""

    CORRECT = "correct"
    WRONG = "wrong"
    UNPARSED = "unparsed"  # classification: both labels or none assigned; a judge: no verdict in its reply
    REFUSED = "refused"
    EMPTY = "empty"


class GradingRule(StrEnum):
    """The rule that decided, of the ladder or below it."""

    EMPTY = "empty"
    ABSTENTION = "abstention"  # a question that cannot be answered: declining is right, an assertion invented
    HEDGE = "hedge"  # refusal, denial, alternatives
    LABEL = "label"
    EQUAL = "equal"
    CONTAINED = "contained"
    CONFLICT = "conflict"  # a number or date contradicts the reference
    NONE = "none"  # nothing matched: open to similarity or a judge
    SIMILARITY = "similarity"  # below the ladder (eval/fallback/similarity): calibrated margin of cosines
    JUDGE = "judge"  # below the ladder: another model's reading, measured against people


@dataclass(frozen=True, slots=True)
class Reference:
    """An accepted answer and its language, "ja" or "en"."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement of one answer: outcome, deciding rule, what was looked at, the matched reference, and why."""

    content: AnswerOutcome
    language_correct: bool
    rule: GradingRule
    extracted: str
    matched: Reference | None
    reason: Message

    @property
    def correct(self) -> bool:
        """Content right, in whichever language."""
        return self.content is AnswerOutcome.CORRECT

    @property
    def both(self) -> bool:
        """Content and language right."""
        return self.correct and self.language_correct


@dataclass(frozen=True, slots=True)
class _Scored:
    match: Match
    reference: Reference


_RULE = {
    Finding.EQUAL: GradingRule.EQUAL,
    Finding.CONTAINED: GradingRule.CONTAINED,
    Finding.CONFLICT: GradingRule.CONFLICT,
    Finding.ALTERNATIVES: GradingRule.HEDGE,
    Finding.DENIED: GradingRule.HEDGE,
    Finding.PASSING: GradingRule.NONE,
    Finding.ABSENT: GradingRule.NONE,
}


def grade(
    question: str,
    answer: str,
    references: Sequence[Reference],
    kind: str,
    language: str,
    labels: LabelSet | None = None,
    *,
    answerable: bool = True,
) -> Verdict:
    """Grade `answer` to `question` (asked in `language`, "ja" or "en") against the references of both languages.

    `kind` is "open_qa" or "classification"; without `labels` those of a classification item are read out of question
    and references, and if there are none it is graded as open. Of a question that is not `answerable` an answer is
    right that declines or is a reference. Never raises on any text; without references no assertion is right.

    >>> grade("日本の首都は？", "答えは東京です。", [Reference("東京", "ja")], "open_qa", "ja").rule
    <GradingRule.EQUAL: 'equal'>
    """
    given = without_loops(answer[:ANSWER_LIMIT].strip())
    answer = from_restated_question(question, unwrap(given))
    text = canonical(answer)[:ANSWER_LIMIT]
    language_correct = in_language(answer, language, references=references)
    if not any(char.isalnum() or char in "○〇×" for char in text):
        return Verdict(
            AnswerOutcome.EMPTY, language_correct, GradingRule.EMPTY, "", None, Message("the answer is empty")
        )
    if not answerable:
        return _grade_abstention(question, text, references, language_correct)
    forms_given = [reference.text for reference in references]
    labelled = kind == "classification" or asks_yes_or_no(question, forms_given)
    if labelled or asks_to_choose(question, forms_given):
        quoted = given if _WHOLE_QUOTED.fullmatch(given) else answer
        verdict = _grade_labels(question, quoted, references, language, labels, language_correct)
        if verdict is not None and (labelled or verdict.content is not AnswerOutcome.UNPARSED):
            return _or_refused(verdict, question, text, references)
    verdict = _grade_open(canonical(question), text, references, language_correct)
    return _or_refused(verdict, question, text, references)


def _grade_abstention(question: str, text: str, references: Sequence[Reference], language_correct: bool) -> Verdict:
    """Grade an answer to a question that cannot be answered."""
    matched = next((reference for reference in references if canonical(reference.text) == text), None)
    if matched or declines(question, text):
        reason = Message("the answer declines, as it should")
        return Verdict(AnswerOutcome.CORRECT, language_correct, GradingRule.ABSTENTION, text, matched, reason)
    reason = Message("invented: the question cannot be answered")
    return Verdict(AnswerOutcome.WRONG, language_correct, GradingRule.ABSTENTION, text, None, reason)


def _or_refused(verdict: Verdict, question: str, text: str, references: Sequence[Reference]) -> Verdict:
    """Return the verdict on an answerable question; what is not right is refused exactly if it declines."""
    refusing = verdict.matched is not None and is_refusal(canonical(verdict.matched.text))
    holding = [part for part in sentences(text) if verdict.extracted in part]
    asserted = [rest if verdict.extracted in (rest := after_refusal(part) or "") else part for part in holding]
    mentioned = any(map(_MENTIONS.search, asserted))
    if verdict.correct and (refusing or verdict.rule is GradingRule.LABEL or not mentioned):
        return verdict
    if declines(question, text):
        refused = replace(verdict, content=AnswerOutcome.REFUSED, rule=GradingRule.HEDGE)
        return replace(refused, matched=None, reason=Message("the answer declines to answer"))
    if verdict.content is AnswerOutcome.REFUSED:
        asserted_text = beside_details(text)
        if asserted_text != text:
            graded = _grade_open(canonical(question), asserted_text, references, verdict.language_correct)
            if graded.content is not AnswerOutcome.REFUSED:
                return graded
        return replace(
            verdict, content=AnswerOutcome.WRONG, reason=Message("the answer refuses beside what it asserts")
        )
    return verdict


def _content(question: str, text: str, references: Sequence[Reference]) -> str:
    """Return the answer without talk about answering; a sentence that names a reference is not talk."""
    accepted = [form for reference in references for form in forms(question, reference.text)]
    accepted += [part for form in accepted for part in elements(form)]

    def names_reference(stretch: str) -> bool:
        return any(any(occurrences(stretch, form)) for form in accepted)

    return without_remarks(question, without_preamble(question, text, accepted, names_reference), names_reference)


def _grade_open(question: str, whole: str, references: Sequence[Reference], language_correct: bool) -> Verdict:
    whole = preferred(question, without_retracted(whole))
    text = _content(question, whole, references)
    best = _best(question, text, references, whole)
    if best is None:
        return Verdict(
            AnswerOutcome.WRONG, language_correct, GradingRule.NONE, text, None, Message("there is no reference")
        )
    if best.match.finding is Finding.EQUAL or (best.match.right and is_refusal(canonical(best.reference.text))):
        return _verdict(best, language_correct)
    rest = beside_refusals(text)
    if rest is not None and rest != text:
        best = _best(question, _content(question, rest, references), references, whole) or best
    if rest is None or (best.match.finding in (Finding.ABSENT, Finding.PASSING) and is_refusal(text)):
        return Verdict(
            AnswerOutcome.REFUSED,
            language_correct,
            GradingRule.HEDGE,
            text,
            None,
            Message("the answer declines to answer"),
        )
    return _verdict(best, language_correct)


def _best(question: str, text: str, references: Sequence[Reference], whole: str) -> _Scored | None:
    found = match_references(question, text, [reference.text for reference in references], whole)
    matches = zip(found, references, strict=True)
    scored = [_Scored(match, reference) for match, reference in matches if match is not None]
    return min(scored, key=lambda pair: match_rank(pair.match), default=None)


def _verdict(scored: _Scored, language_correct: bool) -> Verdict:
    match = scored.match
    outcome = AnswerOutcome.CORRECT if match.right else AnswerOutcome.WRONG
    matched = scored.reference if match.right else None
    return Verdict(outcome, language_correct, _RULE[match.finding], match.extracted, matched, match.reason)


def _grade_labels(
    question: str,
    answer: str,
    references: Sequence[Reference],
    language: str,
    labels: LabelSet | None,
    language_correct: bool,
) -> Verdict | None:
    """Return the verdict by labels, or None if the references are not labels."""
    ordered = sorted(references, key=lambda reference: reference.language != language)
    found = grade_labels(question, answer, [reference.text for reference in ordered], language, labels)
    if found is None:
        return None
    if found.right is None and is_refusal(canonical(answer)):
        return Verdict(
            AnswerOutcome.REFUSED,
            language_correct,
            GradingRule.HEDGE,
            found.extracted,
            None,
            Message("the answer declines to answer"),
        )
    outcome = {True: AnswerOutcome.CORRECT, False: AnswerOutcome.WRONG, None: AnswerOutcome.UNPARSED}[found.right]
    matched = None if found.matched is None else ordered[found.matched]
    return Verdict(outcome, language_correct, GradingRule.LABEL, found.extracted, matched, found.reason)
