"""Questions that a set asks twice: with the same answer, with contradicting answers, or nearly the same.

Questions are compared by their words, without particles, politeness and signs. Nearness is Jaccard's over sets of
words, among open questions whose references agree; candidates share one of their rarest words (prefix filtering,
Bayardo, Ma & Srikant 2007, WWW).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from eval.dataset.items import Item
from eval.grading.ladder import GradingRule, grade
from eval.set_check.findings import SetFault, SetFinding, finding
from rag.records import LANGUAGES, Language
from rag.text.canonical import canonical
from rag.text.tokens import Token, tokenise
from rag.text.word_match import folded

NEAR: Final = 0.75
EXPLANATION: Final = 8
"""Content words of a reference from which on no other wording of it is called a contradiction."""
_TELLS_APART: Final = frozenset("not no never without which who whom whose what when where why how nor".split())
_ASKS: Final = frozenset("教える 答える 述べる 挙げる 説明 tell name giv stat answer pleas".split())
_FEW: Final = 20
"""Questions alike up to which each pair is compared; of more, all others with the first."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question in one language: its words in order, and as a set without words that only ask."""

    item: Item
    language: Language
    words: tuple[str, ...]
    content: frozenset[str]


def find_doubles(items: Sequence[Item], language: Language) -> Iterator[SetFinding]:
    """Yield what is asked twice in a language, and references that contradict one another."""
    asked = [_read(item, language) for item in items if language in item.questions]
    alike: dict[tuple[str, ...], list[_Asked]] = defaultdict(list)
    for question in asked:
        alike[question.words].append(question)
    for group in alike.values():
        for first, second in combinations(group, 2) if len(group) <= _FEW else ((group[0], late) for late in group[1:]):
            yield _same(first, second, language)
    yield from _near(asked, language)


def find_contradictions(items: Sequence[Item]) -> Iterator[SetFinding]:
    """Yield questions whose references in the two languages contradict one another: another number, another label."""
    for item in items:
        if item.answerable and all(
            _conflict(item, language, other) for language, other in (LANGUAGES, LANGUAGES[::-1])
        ):
            pair = item.responses["ja"], item.responses["en"]
            yield finding(
                SetFault.CONTRADICTION, [item], "",
                f"The references of the two languages differ: {pair[0]!r} and {pair[1]!r}",
                f"日本語と英語の正解例が食い違っています：「{pair[0]}」と「{pair[1]}」",
            )  # fmt: skip


def _conflict(item: Item, language: Language, other: Language) -> bool:
    """Return whether the reference in the other language would be wrong by its number or its label."""
    question, accepted = item.questions.get(language), item.responses.get(other)
    own = [reference for reference in item.references if reference.language == language]
    if question is None or accepted is None or not own:
        return False
    verdict = grade(question, accepted, own, item.grading, language, item.labels)
    return verdict.rule is GradingRule.CONFLICT or (verdict.rule is GradingRule.LABEL and not verdict.correct)


def _read(item: Item, language: Language) -> _Asked:
    tokens = [token for token in tokenise(canonical(item.questions[language])) if token.key]
    words = tuple(token.stem for token in tokens if _counts(token))
    content = frozenset(token.stem for token in tokens if token.content) - _ASKS
    return _Asked(item, language, words or tuple(token.key for token in tokens), content)


def _counts(token: Token) -> bool:
    """Return whether a word tells questions apart: it has content, asks, points or negates."""
    if token.kind == "japanese":
        return token.content or token.pos.startswith(("代名詞", "連体詞")) or token.stem in ("無い", "ない", "ず", "ぬ")
    return token.content or token.key in _TELLS_APART or token.key in "+-%#$"


def _same(first: _Asked, second: _Asked, language: Language) -> SetFinding:
    items = [first.item, second.item]
    text = first.item.questions[language]
    references = [item.reference(language) for item in items]
    if _agree(first, second) or all(map(_long, references)):
        return finding(
            SetFault.SAME_QUESTION, items, language, f"Asked twice: {text!r}", f"同じ質問が 2 回あります：「{text}」"
        )
    apart = {item.gold for item in items if item.gold}
    more, more_ja = (
        (
            ", each with other evidence, which the question does not name",
            "（根拠文書が異なり、質問からは区別できません）",
        )
        if len(apart) > 1
        else ("", "")
    )
    return finding(
        SetFault.CONTRADICTION, items, language,
        f"The same question has the references {references[0]!r} and {references[1]!r}{more}: {text!r}",
        f"同じ質問の正解例が「{references[0]}」と「{references[1]}」です{more_ja}：「{text}」",
    )  # fmt: skip


def _long(reference: str) -> bool:
    """Return whether a reference is an explanation, which may say the same in other words."""
    return sum(token.content for token in tokenise(canonical(reference))) >= EXPLANATION


def _agree(first: _Asked, second: _Asked) -> bool:
    """Return whether an accepted answer of either question is right as an answer to the other."""
    return _accepts(first, second) or _accepts(second, first)


def _accepts(asked: _Asked, other: _Asked) -> bool:
    item, language = asked.item, asked.language
    if item.answerable is not other.item.answerable:
        return False
    return any(
        grade(
            item.questions[language], reference.text, item.references, item.grading, language, item.labels,
            answerable=item.answerable,
        ).correct
        for reference in other.item.references
    )  # fmt: skip


def _near(asked: Sequence[_Asked], language: Language) -> Iterator[SetFinding]:
    """Yield open questions with the same reference and nearly the same words, each pair once."""
    groups: dict[str, list[_Asked]] = defaultdict(list)
    for question in asked:
        if question.item.grading == "open_qa" and question.item.answerable and len(question.content) > 1:
            groups[folded(canonical(question.item.reference(language)))].append(question)
    for group in groups.values():
        for first, second in _candidates(group):
            shared, union = first.content & second.content, first.content | second.content
            if first.words != second.words and len(shared) >= NEAR * len(union):
                texts = [question.item.questions[language] for question in (first, second)]
                yield finding(
                    SetFault.NEAR_DOUBLE, [first.item, second.item], language,
                    f"Nearly the same: {texts[0]!r} and {texts[1]!r}",
                    f"よく似ています：「{texts[0]}」と「{texts[1]}」",
                )  # fmt: skip


def _candidates(group: Sequence[_Asked]) -> Iterator[tuple[_Asked, _Asked]]:
    """Yield the pairs that share one of their rarest words, as all pairs near enough do."""
    frequency = Counter(word for question in group for word in question.content)
    holders: dict[str, list[int]] = defaultdict(list)
    for at, question in enumerate(group):
        rarest = sorted(question.content, key=lambda word: (frequency[word], word))
        prefix = rarest[: len(rarest) - int(NEAR * len(rarest) - 1e-9)]
        for other in sorted({earlier for word in prefix for earlier in holders[word]}):
            yield group[other], question
        for word in prefix:
            holders[word].append(at)
