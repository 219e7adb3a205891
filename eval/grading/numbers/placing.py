"""Choose among several values in a sentence the one that is asked for, by its position.

A value behind "=" is the result; else the clause with most of the question's words decides ("born in 1745 and died in
1818"), with the kanji it shares (沸点, 沸騰) and the end of a stretch of time that is asked for; else the first.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence, Set

from eval.grading.asked import ParsedQuestion
from eval.grading.clauses import asked_head, shared, states_head, year_fit
from eval.grading.numbers.ends import asked_side
from rag.text.numbers.quantities import Quantity, Value
from rag.text.tokens import Token, is_name, tokenise

_NAMES = 0.4  # what all names of the question weigh beside one word of it
REACH = 150  # characters of a clause looked at on either side of a value
_CLAUSE = re.compile(r"[、,;。\n]|\b(?:and|but|while|then)\b|(?<=[たる])(?=[一-鿿ァ-ヴA-Z])|(?<=て)(?=\d)")
_VERBS = frozenset({"is", "are", "was", "were", "has", "have", "had"})
_ASKED_NOUN = re.compile(r"\bhow many ([a-z]+)", re.IGNORECASE)
_PART = re.compile(r" of (?:them|these|those|whom|which)\b", re.IGNORECASE)
_INCLUDED = re.compile(r"\b(?:including|among them) (?:the )?$", re.IGNORECASE)
_WHOLE = re.compile(r"\b(?:in|a|the) total\b|\b(?:in all|all in all|altogether)\b", re.IGNORECASE)
_WITH_PARTS = 3  # values, the first of which the others may add up to
_IT = re.compile(r"\W{0,3}it(?:'s| is| was| [a-z]{3,})\b", re.IGNORECASE)
_RESULT = re.compile(r"(?:=|\btotal(?: of)?|合計(?:で)?|全部で|合わせて)\s{0,9}$", re.IGNORECASE)
_WHEN = re.compile(r",? (?:when|in which|at which|by which)\b[^,.;]{1,150}", re.IGNORECASE)  # said of what it follows
_ASIDE = re.compile(r"\W{0,3}(?:which|who|whose)\b", re.IGNORECASE)
_TOPIC = re.compile(r"([^、。は]{1,40})は、?")
_CLEFT = re.compile(r"(?<=[ただる])のは")
_VERB_EN = r"(?:is|was|were|are|has|had|must|can|will|may|should|opens?|closes?|begins?|starts?|ends?|[a-z]{3,12}ed)\b"
_PREDICATE_EN = re.compile(rf"\s{_VERB_EN}", re.IGNORECASE)
_SECOND_EN = re.compile(
    rf",? (?:and|but) (?:(?:then|later) )?(?:{_VERB_EN}|(?-i:[a-z]{{3,12}}) (?:in|on|by|until)\b)", re.IGNORECASE
)
_TOPIC_REACH, _PREDICATE_REACH = 40, 100  # characters of a subject, and of the predicate behind it
_JOINS = re.compile(
    r"[一-鿿]{0,3}[\s,、]{0,4}(?P<or>\bor\b|または|もしくは|あるいは|か、?)?\s{0,2}(?:(?:no|nos|number|about)\b\.?\s?|第|約)?",
    re.IGNORECASE,
)
_LASTING = re.compile(r"\b\d+ (?:years?|months?|weeks?|days?|hours?|minutes?)\b", re.IGNORECASE)  # how long, not when
_UNTIL = re.compile(r"(?<=[時分日月年半頃])まで")
_SINCE = re.compile(r"(?<=[時分日月年半頃])から")
_FROM_TO = re.compile(r"[^\S\n]{0,9}(?:-|~|から|より|to|till|until|through|and)[^\S\n]{0,9}", re.IGNORECASE)


def of_asked_end(question: str, text: str, given: list[Value]) -> list[Value]:
    """Return the values without those ends of a range that are not asked for: 9時から17時まで has one opening time."""
    side = asked_side(question)
    if side is None:
        return given
    left = list(given)
    for first, second in itertools.pairwise(given):
        if _FROM_TO.fullmatch(text, first.end, second.start):
            other = second if side == "start" else first
            left = [value for value in left if value is not other]
    return left


def offered(text: str, given: Sequence[Value], chosen: Value) -> Value | None:
    """Return another value of a choice that the chosen one is in: "No. 3, No. 5 or No. 7", 3人か5人か7人; or None."""
    at = next((i for i, value in enumerate(given) if value.start == chosen.start), 0)
    first, last, choice = at, at, False
    while last + 1 < len(given) and (match := _JOINS.fullmatch(text, given[last].end, given[last + 1].start)):
        last, choice = last + 1, choice or match["or"] is not None
    while first and (match := _JOINS.fullmatch(text, given[first - 1].end, given[first].start)):
        first, choice = first - 1, choice or match["or"] is not None
    return next((value for value in given[first : last + 1] if choice and value is not given[at]), None)


def of_other_end(asked: ParsedQuestion, text: str, value: Value) -> bool:
    """Return whether a value is said of the end of a stretch that is not asked for: "it ended in 1914" of a start."""
    side, mine = asked_side(asked.text), _side(_clause(text, value))
    if side == "end" and _UNTIL.match(text, value.end):
        return False
    return None not in (side, mine) and side != mine


def placed_better(asked: ParsedQuestion, text: str, value: Value, others: Sequence[Value]) -> bool:
    """Return whether the clause of a value shares more with the question than those of others: "only 41 attended"."""
    if _PART.match(text, value.end) or _INCLUDED.search(text[: value.start]):
        return False
    if any(_WHOLE.search(clause) or _is_bare(asked, clause) for clause in (_clause(text, other) for other in others)):
        return False
    return _fit(asked, text, value) > max(_fit(asked, text, other) for other in others)


def _fit(asked: ParsedQuestion, text: str, value: Value) -> float:
    """Return what the clause of a value shares with the question, apart from what both count."""
    clause = _clause(text, value)
    return shared(asked, _without_counted(asked, clause)) + bool(_IT.match(clause))


def _is_bare(asked: ParsedQuestion, clause: str) -> bool:
    """Return whether a clause is an answer without a predicate: "48 people", not "of 60 people"."""
    return not re.match(r"\W{0,3}(?:out )?of\b", clause, re.IGNORECASE) and not any(
        token.content and token.kind != "number" for token in tokenise(_without_counted(asked, clause))
    )


def _without_counted(asked: ParsedQuestion, clause: str) -> str:
    """Return a clause without what the question counts, which a second number leaves out: "48 people ..., 41 ..."."""
    noun = _ASKED_NOUN.search(asked.text)
    stems = {token.stem for token in tokenise(noun.group(1))} if noun else set()
    for token in reversed(tokenise(clause)):
        clause = clause[: token.start] + " " + clause[token.end :] if token.stem in stems else clause
    return clause


def _total(asked: ParsedQuestion, text: str, given: Sequence[Value]) -> Value | None:
    """Return the first value if the others are its parts: "48 in all: 30 on site and 18 online"; else None."""
    amounts = [value for value in given if isinstance(value, Quantity)]
    if len(amounts) < _WITH_PARTS or len(amounts) < len(given) or len({amount.unit for amount in amounts}) > 1:
        return None
    summed = amounts[0].value == sum(amount.value for amount in amounts[1:])
    return amounts[0] if summed and not any(placed_better(asked, text, v, amounts[:1]) for v in amounts[1:]) else None


def best_placed(asked: ParsedQuestion, text: str, given: Sequence[Value], is_wanted: Callable[[Value], bool]) -> Value:
    """Return the value behind "=", else in the clause with most words of the question, else the first.

    A name of the question is evidence only against a clause that names something else instead: a topic that is named
    once belongs to every clause.
    """
    stems = frozenset(token.stem for token in asked.tokens if token.content)
    head = asked_head(asked.text) if text.count("は") > 1 else ""  # one topic belongs to every clause
    chosen = given[0]
    if _total(asked, text, given) is not None:
        return chosen
    best = before = 0.0
    for value in given:
        clause = _clause(text, value)
        around = clause.replace(text[value.start : value.end], " ")
        fit = _affinity(asked, _without_topic(asked, text, clause), head) + year_fit(asked.text, around)
        rest = tokenise(around)
        before = max(fit, before) if _elliptic(stems, [token for token in rest if token.content]) else fit
        mine = before + _named(asked, rest)
        result = _RESULT.search(text[: value.start]) and is_wanted(value)
        if (result and value is not given[0]) or mine > best:
            chosen, best = value, mine
    rivals = [value for value in given if value is not chosen] if _ASKED_NOUN.search(asked.text) else []
    return next((value for value in rivals if placed_better(asked, text, value, [chosen])), chosen)


def _without_topic(asked: ParsedQuestion, text: str, clause: str) -> str:
    """Return a clause without the topic of its sentence, if the question has it: it belongs to every clause.

    A clause that is the topic of what follows is no other topic (増築されたのは2004年), and an English clause without
    a subject has the one before: "It was founded in 1990 and extended in 2004".
    """
    topic = _TOPIC.match(text) if text.count("は") - len(_CLEFT.findall(text)) == 1 else None
    subject = text[: topic.end()] if topic is not None else _shared_subject(text)
    if not subject or not clause.startswith(subject):
        return clause
    known = {token.stem for token in asked.tokens}
    whole = all(token.stem in known for token in tokenise(subject) if token.content)
    return clause[len(subject) :] if whole else clause


def _shared_subject(text: str) -> str:
    """Return the subject that two predicates of an English sentence share, or ""."""
    verb = _PREDICATE_EN.search(text, 0, _TOPIC_REACH)
    subject = text[: verb.start()] if verb is not None else ""
    shares = verb is not None and _SECOND_EN.search(text, verb.end(), verb.end() + _PREDICATE_REACH)
    return subject if shares and re.search("[,.;]", subject) is None else ""


def _affinity(asked: ParsedQuestion, clause: str, head: str) -> float:
    """Count what a clause shares with the question: words, kanji (沸点, 沸騰), the end asked for; "it" is its topic."""
    clause = _LASTING.sub(" ", clause)
    side = asked_side(asked.text)
    mine = None if side is None else _side(clause)
    topic = 1.0 if _IT.match(clause) or states_head(head, clause) else 0.0
    topic -= 0.5 if _ASIDE.match(clause) else 0.0
    return shared(asked, clause) + topic + (0.0 if mine is None else 0.5 if mine == side else -1.0)


def _side(clause: str) -> str | None:
    """Return the end of a stretch that a clause is about, by its words or its particle: 17時まで."""
    until, since = _UNTIL.search(clause), _SINCE.search(clause)
    return asked_side(clause) or (None if bool(until) == bool(since) else "end" if until else "start")


def _elliptic(stems: Set[str], words: Sequence[Token]) -> bool:
    """Return whether a clause has only names and a value, so that it repeats the predicate of the one before."""
    return bool(words) and all(is_name(token) or token.stem in stems for token in words)


def _topic(words: Sequence[Token]) -> list[Token]:
    """Return the nouns before the first は or が of a Japanese clause, the words before the verb of an English one."""
    marks = [at for at, token in enumerate(words) if _ends_topic(token)]
    topic = [token for token in words[: marks[0]] if token.content] if marks else []
    return [token for token in topic if token.kind == "latin" or token.pos.startswith("名詞")]


def _ends_topic(token: Token) -> bool:
    return token.key in _VERBS or (token.surface in ("は", "が") and token.pos.startswith("助詞"))


def _named(asked: ParsedQuestion, words: Sequence[Token]) -> float:
    """Return the share of the question's names in a clause, less than a word weighs; all if a clause has none.

    A clause whose topic is nothing that the question speaks of ("a guitar has six") has no share in it.
    """
    known = {token.stem for token in asked.tokens}
    topic = [token for token in _topic(words) if token.kind != "number"]
    if topic and not any(token.stem in known for token in topic):
        return 0.0
    names = {token.key for token in asked.tokens if is_name(token)}
    plain = {token.stem for token in asked.tokens if not is_name(token)}
    mine = {token.key for token in words if is_name(token) and token.stem not in plain}
    mine |= {token.key for token in _topic(words) if token.stem not in plain}
    return _NAMES * (len(names & mine) / len(names) if names and mine else 1)


def _clause(text: str, value: Value) -> str:
    """Return the clause around a value: to a comma, a conjunction, or a relative clause's end (建設された|壁は)."""
    first, last = max(0, value.start - REACH), min(len(text), value.end + REACH)
    cuts = [first, *(match.end() for match in _CLAUSE.finditer(text, first, last)), last]
    start = max(cut for cut in cuts if cut <= value.start)
    relative = _WHEN.match(text, value.end)
    end = relative.end() if relative is not None else min(cut for cut in cuts if cut >= value.end)
    return text[start:end]
