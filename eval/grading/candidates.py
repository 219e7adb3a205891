"""Whether an English answer to "when" or "how many" has a number at all: without one it may decline in any words.

"The text stops short of giving a figure", "No date appears": what is not told need not be said in known words.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Set

from eval.grading.gaps import telling_words
from eval.grading.remark_words import remark_words
from rag.text.tokens import Token, tokenise

_ASKS_NUMBER = re.compile(
    r"^\W*(?:since |until )?when\b|\b(?:what|which) (?:time|year|date|day|age)\b"
    r"|\bhow (?:many|much|old|long|tall|high|far|big|large|deep|heavy)\b"
    r"|^\W*what (?:is|was|are|were) the (?:[\w']+ ){0,4}(?:cost|price|number|height|length|age|date)\b",
    re.IGNORECASE,
)
_LACKS = re.compile(
    r"\b(?:no|not|none|neither|never|nothing|nowhere|cannot|without|unable)\b|n't\b|\bstops? short of\b"
    r"|\bun(?:said|told|clear|stated|specified|disclosed)\b",
    re.IGNORECASE,
)
_PASSAGES = 2  # digits of the number of a passage, at most


def lacks_number(question: str, answer: str) -> bool:
    """Return whether an answer has no number where one is asked for, and says that something is not told.

    >>> [lacks_number("When was it built?", text) for text in ("The date is not stated.", "It was never built.")]
    [True, False]
    """
    tokens = [token for token in tokenise(answer) if token.key]
    if not (_ASKS_NUMBER.search(question) and _LACKS.search(answer)) or any(t.kind == "japanese" for t in tokens):
        return False
    asked = {token.stem for token in tokenise(question)}
    if any(no.key == "no" and thing.stem in asked for no, thing in itertools.pairwise(tokens)):
        return False  # "no copies were sold" is a number of copies
    beside = zip([None, *tokens], tokens, [*tokens[1:], None], strict=False)
    if any(_is_value(answer, asked, *three) for three in beside):
        return False
    return any(token.content and token.stem in telling_words() - asked for token in tokens)


def _is_value(text: str, asked: Set[str], before: Token | None, token: Token, after: Token | None) -> bool:
    """Return whether a token is a number that the question does not have, and not that of a passage."""
    if not any(char.isdigit() for char in token.surface) or token.stem in asked:
        return False
    beside = [other for other in (before, after) if other and not _ends_between(text, token, other)]
    numbered = any(other.stem in remark_words().source for other in beside)
    return not (numbered and len(token.key) <= _PASSAGES)


def _ends_between(text: str, token: Token, other: Token) -> bool:
    """Return whether there is more than blanks and brackets between two words."""
    start, end = sorted((token, other), key=lambda word: word.start)
    return bool(text[start.end : end.start].strip(" [("))
