"""Which clause of a sentence answers: what each shares with the question, and the name that a better one gives.

"Mars is the smallest after Mercury; the Red Planet is Venus", 月曜日は開いていて、水曜日が休みです: a mention does not
count whose clause shares less with the question than one that gives another name.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Sequence, Set

from eval.grading.asked import ParsedQuestion
from rag.text.tokens import Token, is_name, tokenise

NAME_WEIGHT = 0.3
_CONTRAST = re.compile(
    r"(?<=[すだるた])(?:が|けど)、|(?<=[一-鿿ァ-ヴー])で、(?=[^、。]{1,20}は)|(?<=[\w)」』])、(?=[^、。は]{1,20}は)|;\s{0,9}"
    r"|,?\s{1,9}(?:while|whereas|but|yet|and)\s{1,9}(?=\S[^,;]{0,60}\b(?:is|are|was|were|has)\b)",
    re.I,
)
_PRONOUN = re.compile(
    r"\W{0,9}(?:it|its|he|she|they|this|that|there|the answer)\b|\W{0,9}(?:それ|これ|答え)", re.IGNORECASE
)
_CLAUSE = re.compile(r"[、;]|,\s|\s(?:while|whereas|but)\b", re.IGNORECASE)
_ASKED_HEAD = re.compile(
    r"([一-鿿ァ-ヴー]{1,12}き?さ?)は、?(?:西暦|摂氏|華氏|およそ|約)?(?:何|誰|だれ|どこ|どの|どれ|どち|いつ|いく)"
)
_NAME_OF = re.compile(r"の(?:お?名前|氏名|名称)(?=は)")
_VALUE = re.compile(r"(\d[\d.,]*)[一-鿿]{0,2}")  # 3日前: what is asked for, and no word of the question
_YEAR = re.compile(r"(?<!\d)[12]\d{3}(?!\d)")
_APART = re.compile(r"(?:;|\b(?:while|whereas|but))\s*$", re.IGNORECASE)
_WITH = re.compile(r"\s?with\b", re.IGNORECASE)
_DERIVED = re.compile(r"(?:or|er|ion|ment|ing|ed|cy|e)s?$")
_SHORTEST_ROOT = 5  # letters
_RESTATES = 2  # of what a clause shares with the question that states what was asked, whatever it gives
_CONCEDES = re.compile(r"\W{0,3}(?:although|though|even though|despite)\b", re.IGNORECASE)
_STATES = frozenset({"is", "are", "was", "were"})
_SUBJECT = frozenset("は が has wrote".split())
_STATES_JA = frozenset("は が を です だ".split())
_MORE = 0.5  # of what a clause shares with the question; a word of it counts 1, a kanji of it 0.5


def asked_head(question: str) -> str:
    """Return the noun of which a Japanese question asks what it is, or "": 中宮 of 作者が仕えた中宮は誰ですか.

    >>> asked_head("図書館の定休日はいつですか")
    '定休日'
    """
    found = _ASKED_HEAD.search(_NAME_OF.sub("", question))
    return found.group(1) if found else ""


def states_head(head: str, clause: str) -> bool:
    """Return whether the topic of a clause is what was asked, or a name in apposition to it: その中宮は…."""
    if not head or head not in clause:
        return False
    return re.search(rf"{re.escape(head)}(?:名|の名前)?は", clause) is not None or _apposed(head, clause) is not None


def _apposed(head: str, text: str) -> Token | None:
    """Return the first word of a name that is the subject in apposition to a noun: 主人公の太郎は."""
    found = re.search(rf"(?<![一-鿿ァ-ヴー]){re.escape(head)}(?:の|である)(?=[^、。\s]{{1,24}}[はが、])", text)
    token = next((token for token in tokenise(text) if found and token.start == found.end()), None)
    return token if token is not None and is_name(token) else None


def overlap(stems: frozenset[str], text: str, *, names: float = NAME_WEIGHT) -> float:
    """Count the words that `text` shares with the question; names, numbers and suffixes weigh `names` each."""
    roots = _roots(stems)
    shared = {
        token.stem: token
        for token in tokenise(text)
        if token.content and (token.stem in stems or _root(token.stem) in roots)
    }
    minor = [t for t in shared.values() if is_name(t) or re.search("接尾辞|助数詞", t.pos) or t.kind == "number"]
    return len(shared) - (1 - names) * len(minor)


@functools.lru_cache(maxsize=256)
def _roots(stems: frozenset[str]) -> frozenset[str]:
    return frozenset(root for stem in stems if (root := _root(stem)))


def _root(stem: str) -> str:
    """Return an English word without a derived ending, or "": direct of director and direction, bankrupt."""
    root = _DERIVED.sub("", stem) if stem.isascii() and stem.isalpha() else ""
    return root if len(root) >= _SHORTEST_ROOT else ""


def answering_clause(stems: frozenset[str], sentence: str, head: str = "") -> str:
    """Return the later clause of a sentence that has a word more of the question than the first, or the sentence.

    That its topic is the `head` asked for is two words more. Both have a subject of their own: "silver is Ag, and
    gold is Au", 人口が最多なのはXですが、面積が最大なのはYです.
    """
    cuts = [(0, 0), *(match.span() for match in _CONTRAST.finditer(sentence)), (len(sentence), len(sentence))]
    clauses = [sentence[left[1] : right[0]] for left, right in itertools.pairwise(cuts)]
    if len(clauses) < 2 or not all(map(_has_subject, clauses[:1])):
        return sentence

    def bare(clause: str) -> str:
        return _VALUE.sub(lambda value: value[0] if value[1] in stems else " ", _without_classes(clause))

    fits = [
        overlap(stems, bare(clause), names=1) + 2 * states_head(head, clause) if _has_subject(clause) else 0.0
        for clause in clauses
    ]
    best = fits.index(max(fits))
    return sentence[cuts[best][1] :] if fits[best] >= fits[0] + 1 else sentence


def _has_subject(clause: str) -> bool:
    words = {token.key for token in tokenise(clause)} | {token.surface for token in tokenise(clause)}
    return not _PRONOUN.match(clause) and bool(words & (_STATES | _SUBJECT) or re.search(r"\b[a-z]{2,}ed\b", clause))


def shared(asked: ParsedQuestion, clause: str, *, names: float = 0) -> float:
    """Count what a clause shares with the question: words (names weigh `names`), kanji of other words (沸点, 沸騰)."""
    stems = frozenset(token.stem for token in asked.tokens if token.content)
    return overlap(stems, clause, names=names) + 0.5 * len(shared_kanji(asked, clause, stems))


def shared_kanji(asked: ParsedQuestion, text: str, without: Set[str] = frozenset()) -> set[str]:
    """Return the kanji that words of the question and other words than those in `without` share: 沸点, 沸騰."""
    return _kanji(asked.tokens, frozenset()) & _kanji(tokenise(text), without)


def year_fit(question: str, clause: str) -> float:
    """Return 1 if a clause names a year of the question, -1 if it names only another one, else 0."""
    asked, named = set(_YEAR.findall(question)), set(_YEAR.findall(clause))
    return 0.0 if not (asked and named) else 1.0 if asked & named else -1.0


def shares_root(asked: ParsedQuestion, text: str) -> bool:
    """Return whether a native word of the question or text has a kanji of a compound of the other: 定休日, お休み."""
    mine, theirs = asked.tokens, tokenise(text)
    native, compound = _kanji(filter(_native, theirs), frozenset()), _kanji(theirs, frozenset())
    return bool(native & _kanji(mine, frozenset()) or compound & _kanji(filter(_native, mine), frozenset()))


def _native(token: Token) -> bool:
    return re.search(r"[一-鿿][ぁ-ん]", token.surface) is not None


def _kanji(tokens: Iterable[Token], without: Set[str]) -> set[str]:
    """Return the kanji of the content words but names, counters and those in `without`."""
    words = [
        token.surface
        for token in tokens
        if token.content
        and token.kind == "japanese"
        and token.stem not in without
        and not is_name(token)
        and not re.search("助数詞|接尾辞|数詞", token.pos)
    ]
    return set(re.findall(r"[一-鿿]", "".join(words)))


def better_placed(asked: ParsedQuestion, line: str, start: int, end: int) -> str | None:
    """Return the name given by a clause that shares more with the question than that of the mention, or None."""
    cuts = [0, *(match.end() for match in _CLAUSE.finditer(line)), len(line)]
    clauses = [(first, last) for first, last in itertools.pairwise(cuts) if last > first]
    fits = [
        shared(asked, _without_classes(line[first:last]), names=_MORE)
        + year_fit(asked.text, line[first:last])
        - _MORE * bool(_CONCEDES.match(line, first))
        for first, last in clauses
    ]
    mine = next((fit for (first, last), fit in zip(clauses, fits, strict=True) if first <= start < last), 0.0)
    named = (
        _named(asked, line[first:last], line[start:end])
        for (first, last), fit in zip(clauses, fits, strict=True)
        if fit >= mine + _MORE
    )
    best = max(zip(fits, clauses, strict=True), default=(0.0, (0, 0)))
    restated = line[slice(*best[1])] if best[0] >= _RESTATES and mine <= 0 and _set_apart(line, start, clauses) else ""
    new = [token.surface for token in tokenise(restated) if token.content and token.key not in asked.known]
    return next((name for name in named if name is not None), new[-1] if new else None)


def has_role(asked: ParsedQuestion, before: str) -> bool:
    """Return whether what stands `before` a mention gives it the part that is asked for: 主人公の…, 主人公は…."""
    head = asked_head(asked.text)
    return bool(head) and re.search(rf"{re.escape(head)}(?:の|である|は、?)[「『]?$", before) is not None


def role_holder(asked: ParsedQuestion, line: str) -> str | None:
    """Return a name that is in apposition to what was asked and that no reference has, or None."""
    head = asked_head(asked.text)
    token = _apposed(head, line) if head else None
    if token is None or token.key in asked.known or any(token.key in form for form in asked.accepted):
        return None
    return token.surface


def _set_apart(line: str, start: int, clauses: Sequence[tuple[int, int]]) -> bool:
    """Return whether an English clause is another statement than the one before: "; ...", "while ...", "with ..."."""
    first = max((first for first, _ in clauses if first <= start), default=0)
    return bool(_APART.search(line[:first]) or _WITH.match(line, first))


def _without_classes(clause: str) -> str:
    """Return a clause without the nouns that are part of its names: the river of 利根川 is none of the question's."""
    tokens = tokenise(clause)
    for name, kind in reversed(list(itertools.pairwise(tokens))):
        if is_name(name) and kind.start == name.end and kind.pos.startswith(("名詞/普通", "接尾辞")):
            clause = clause[: kind.start] + " " + clause[kind.end :]
    return clause


def _named(asked: ParsedQuestion, clause: str, mention: str) -> str | None:
    """Return a new name of a clause that states something; days of the week are names beside one another."""
    tokens = tokenise(clause)
    if not any(token.key in _STATES or token.surface in _STATES_JA for token in tokens):
        return None
    for token in tokens:
        name = token.content and (is_name(token) or ("曜" in token.surface and "曜" in mention))
        if name and token.key not in asked.known and not any(token.key in form for form in asked.accepted):
            return token.surface
    return None
