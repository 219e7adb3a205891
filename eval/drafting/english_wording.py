"""How a small model words an English question badly: what it takes for known, says twice, or asks of another clause."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from typing import Final

from eval.drafting.targets import DraftTarget
from rag.text.canonical import canonical
from rag.text.sentences import sentences
from rag.text.tokens import Token, is_name, tokenise

_NEAR: Final = 3
"""Words behind an article among which its noun is looked for."""
_JOINS: Final = frozenset("of to for by from in on at between".split())
"""What joins a noun to a name that says which is meant: the capital of Finland."""
_ASKS: Final = frozenset("who whom whose what which where when why how".split())
_CLAUSES: Final = re.compile(
    r"[;:]\s|,\s(?=(?:\w{1,30}(?:ed|en|ing)|built|made|sent|held|won|sold|led)\b)"
    r"|(?:,\s|\s)(?:and|but|while)\s(?=[a-z])"
    r"(?!(?:in|on|at|by|from|to|of|for|with|near|about|the|an?|its|his|her|their|north|south|east|west)\b)"
)
"""Where another statement about the subject of a sentence may begin: ", woken in 1990", " and retired in 1945"."""


def points_at_unknown(question: str, text: str, title: str) -> bool:
    """Return whether a question takes for known what its text brings in with "a", and says not by a name which it is.

    >>> text = "In 1997 a biologist noticed a coelacanth in a market in Manado."
    >>> points_at_unknown("Where did the biologist notice a coelacanth?", text, "")
    True
    >>> points_at_unknown("In what year did a biologist notice a coelacanth in the market in Manado?", text, "")
    False
    """
    tokens = tokenise(canonical(text))
    new = {token.stem for run in _runs(tokens, frozenset({"a", "an"})) for token in run}
    known = {token.stem for run in _runs(tokens, frozenset({"the"})) for token in run}
    known |= {token.stem for token in tokenise(canonical(title))}
    asked = tokenise(canonical(question))
    return any(
        {token.stem for token in run} & (new - known)
        and not any(token.stem in known for token in run)
        and not _is_named(asked, run, known)
        for run in _runs(asked, frozenset({"the"}))
    )


def _runs(tokens: Sequence[Token], articles: frozenset[str]) -> Iterator[Sequence[Token]]:
    """Yield the content words behind each of some articles."""
    for place, token in enumerate(tokens):
        if token.surface.lower() in articles:
            following = tokens[place + 1 : place + 1 + _NEAR]
            yield list(itertools.takewhile(lambda word: word.content and word.kind == "latin", following))


def _is_named(tokens: Sequence[Token], run: Sequence[Token], known: Set[str]) -> bool:
    """Return whether a name stands in or behind a run, or behind "of" or "of the", or else what is known or named."""
    place = tokens.index(run[-1]) + 1
    after = [token for token in tokens[place : place + 2 * _NEAR] if token.surface.lower() != "the"]
    joins = bool(after) and after[0].surface.lower() in _JOINS
    following = list(itertools.takewhile(lambda word: word.content, after[joins:]))[:_NEAR]
    if any(map(is_name, [*run[1:], *following[:1]])):
        return True
    if not joins or not following:
        return False
    return any(token.stem in known for token in following) or _is_named(tokens, following, known)


def says_twice(question: str, title: str) -> bool:
    """Return whether a question has a word or an interrogative twice, not counting those of names.

    >>> says_twice("Where was the patent for the celesta patented?", "Celesta")
    True
    >>> says_twice("Where is the village where Onta ware is made?", "Onta ware"), says_twice("Where is it made?", "")
    (True, False)
    """
    named = {token.stem for token in tokenise(canonical(title))}
    tokens = [token for token in tokenise(canonical(question)) if token.kind == "latin"]
    counts = Counter(token.stem for token in tokens if _is_word(token) and token.stem not in named)
    asks = Counter(token.surface.lower() for token in tokens if token.surface.lower() in _ASKS)
    return any(count > 1 for count in (counts | asks).values())


def _is_word(token: Token) -> bool:
    return token.content and not is_name(token)


def asks_elsewhere(question: str, target: DraftTarget) -> bool:
    """Return whether a question for a number or a date has no word of the clause that its answer stands in.

    "Giotto was put into hibernation, woken in 1990" does not say when it was put into hibernation.
    """
    if target.kind not in ("number", "date") or target.answer not in target.excerpt:
        return False
    span = sentences(target.excerpt)[-1]
    sentence = target.about_title or target.excerpt[span.start : span.end]
    before, _, after = sentence.rpartition(target.answer)
    clause = _CLAUSES.split(before)[-1] + " " + _CLAUSES.split(after)[0]
    stated = {token.stem for token in tokenise(canonical(clause)) if token.content and token.kind == "latin"}
    asked = {token.stem for token in tokenise(canonical(question)) if token.content}
    return bool(stated) and not stated & asked
