"""The statement that a true-or-false question is about, and what restating it in an answer means."""

from __future__ import annotations

import functools
import re

from eval.grading.comparisons import affirms
from eval.grading.labels.label_set import Label, LabelSet
from eval.grading.refusals import is_denied, negations
from rag.text.tokens import is_name, tokenise

AFFIRMS_SHARE = 0.9  # share of the statement's content words that restating it must repeat
DENIES_SHARE = 0.75  # the same for restating it with a negation
_ASKS_TRUTH = re.compile(r"true|false|correct|statement|claim|正し|誤|真|偽|本当|文|記述", re.IGNORECASE)
_QUOTED = re.compile(r"「([^「」]{6,})」|\"([^\"]{6,})\"")
_FIELD = re.compile(r"(?m)^\s*(?:statement|claim|sentence|記述|文|主張|命題)\s*:\s*", re.IGNORECASE)
_PRONOUN = re.compile(r"(?:yes|no)?\W{0,3}(?:it|he|she|they|this|that|these|those)\b", re.IGNORECASE)
_AUXILIARY = frozenset("居る 有る 為る 成る 出来る 御座る".split())
_ASSURES = frozenset("indeed certainly actually really definitely".split())
_PREDICATES = ("動詞", "形容詞", "形状詞")
_THAN = re.compile(r"\b(?:than|beats?|defeat(?:ed)?|before|after|over|unlike|like|as)\s+(?:the )?$", re.IGNORECASE)
_OPPOSITES = (
    (r"\bopen(?:s|ed)?\b", r"\b(?:closed?s?|shut)\b"),
    (r"\binclude[ds]?\b", r"\bexclude[ds]?\b"),
    (r"\b(?:required|mandatory|compulsory)\b", r"\b(?:optional|voluntary)\b"),
    (r"\bfree\b", r"\b(?:paid|chargeable)\b"),
    (r"\bavailable\b", r"\bunavailable\b"),
    (r"\blegal\b", r"\billegal\b"),
    (r"\bsafe\b", r"\b(?:unsafe|dangerous)\b"),
    ("営業|開館|開園|開店", "休業|休館|休園|休み|閉館|定休日"),
    ("有料", "無料"),
    ("必要|必須", "不要|任意"),
    ("(?<!不)可能", "不可能"),
    ("含(?:ま|み|む)", "除(?:か|き|く)"),
)
"""Words for a thing and for its opposite, which denies it."""
_COPULA_BEFORE = re.compile(
    r"(?:\b(?:is|are|was|were|be|been|stays?|remains?)|['’]s)(?: (?:\w+ly|always|also|all))?\s*$", re.I
)
_VERB = re.compile("closes|exclude[sd]?", re.I)
_SENTENCE_ENDS = re.compile("(?!なし|なの)[ぁ-ん]{0,12}[。．！!」]{0,3}$")
_TASK = frozenset(
    "true false correct incorrect right wrong yes no statement following whether answer claim sentence decide "
    "classify say "
    "正しい 誤り 真 偽 間違い 文 文章 記述 次 以下 はい いいえ 判断 判定 答える 回答 主張 内容 事 か 述べる".split()
)


def statement_of(question: str) -> str:
    """Return the statement a canonical question is about: in quotation marks, after the colon, else the whole.

    >>> statement_of("True or false: The Moon orbits the Earth.")
    'The Moon orbits the Earth.'
    """
    quoted = _QUOTED.search(question)
    if quoted is not None and _ASKS_TRUTH.search(question.replace(quoted.group(), "")):
        return quoted.group(1) or quoted.group(2)
    field = _FIELD.search(question)
    if field is not None and question[field.end() :].strip():
        return question[field.end() :].strip()
    before, colon, after = question.partition(":")
    return after.strip() if colon and _ASKS_TRUTH.search(before) else question


def restated(statement: str, part: str, labels: LabelSet) -> Label | None:
    """Return the label that a sentence means by restating the statement in a polar set, or None if it does not."""
    if labels.polarity is None:
        return None
    compared = affirms(statement, part)
    if compared is not None:
        return labels.polarity[not compared]
    part, reversed_times = _without_opposites(statement, part)
    wanted = _words(statement)
    share = len(wanted & _words(part)) / len(wanted) if len(wanted) > 1 else 0.0
    turned = (negations(part) + reversed_times - negations(statement)) % 2 == 1
    if _only_predicate(statement, part):
        return labels.polarity[turned]
    if _denies_name(statement, part) and not negations(statement):
        return labels.polarity[1]
    enough = DENIES_SHARE if turned or restates_only(statement, part) else AFFIRMS_SHARE
    return labels.polarity[turned] if share >= enough else None


def _without_opposites(statement: str, part: str) -> tuple[str, int]:
    """Return a sentence with the statement's word for each opposite of it, and how many there were.

    >>> _without_opposites("Is it open on Sundays?", "It is closed on Sundays.")
    ('It is open on Sundays.', 1)
    """
    count = 0
    for pair in _OPPOSITES:
        for mine, other in (pair, pair[::-1]):
            asked = re.search(mine, statement, re.IGNORECASE)
            if asked and not re.search(other, statement, re.IGNORECASE) and not re.search(mine, part, re.IGNORECASE):
                found = re.search(other, part, re.IGNORECASE)
                if found and _is_predicate(part, found):
                    part = part[: found.start()] + asked.group() + part[found.end() :]
                    count += 1
    return part, count


def _is_predicate(part: str, found: re.Match[str]) -> bool:
    """Return whether a word is what a sentence says of its subject: no closing time, and no attribute."""
    if re.search(r"\d", part):
        return False
    if found.group().isascii():
        return bool(_COPULA_BEFORE.search(part[: found.start()])) or bool(_VERB.fullmatch(found.group()))
    return bool(_SENTENCE_ENDS.match(part, found.end()))


def _denies_name(statement: str, part: str) -> bool:
    """Return whether a sentence denies a name that the statement has: "off Australia, not Brazil"."""
    names = {
        token.key
        for token in tokenise(statement)
        if is_name(token)
        and token.start
        and not (_THAN.search(statement[: token.start]) or statement.startswith("より", token.end))
    }
    denied = (token for token in tokenise(part) if token.key in names)
    return any(is_denied(part, token.start, token.end) for token in denied)


def _only_predicate(statement: str, part: str) -> bool:
    """Return whether a sentence has the predicate of a question and nothing new: 飛べますか, 飛べません."""
    if _PRONOUN.match(part):
        words = [token.stem for token in tokenise(statement) if token.content and token.stem not in _TASK]
        return bool(words) and words[-1] in _words(part) <= _words(statement) | _ASSURES
    verbs = [t.stem for t in tokenise(statement) if t.pos.startswith(_PREDICATES) and t.stem not in _AUXILIARY]
    given = {t.stem for t in tokenise(part) if t.pos.startswith(_PREDICATES)} | _words(part)
    asks = bool(verbs) and statement.rstrip("。?？").endswith("か")
    return asks and verbs[-1] in given and _words(part) <= _words(statement)


def restates_only(statement: str, part: str) -> bool:
    """Return whether a sentence has no word that is not in the statement."""
    return _words(part) <= _words(statement)


@functools.lru_cache(maxsize=1024)
def _words(text: str) -> frozenset[str]:
    return frozenset(token.stem for token in tokenise(text) if token.content) - _TASK
