"""Skip sentences before the answer that are only talk.

"Source 2 covers this. It is the Seine.": a sentence with a word of talk about answering, and without a name, a number
or a word of the question, is no claim if a later sentence states something ("It is ...", 〜です, a bare phrase) or,
where every reference is a name, has a name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence, Set

from eval.grading.remark_words import remark_words
from eval.grading.text import sentence_stretches
from rag.text.tokens import Token, is_name, tokenise

_STATES = re.compile(
    r"^\W{0,9}(?:it|this|that|he|she|they|the (?:final |correct )?answer)(?:'s| is| was| are| were)\b"
    r"|(?:です|だ|である)[。\s]*$",
    re.IGNORECASE,
)
_PHRASE = 3  # content words of a bare phrase


def without_preamble(question: str, text: str, references: Sequence[str], keeps: Callable[[str], bool]) -> str:
    """Return canonical `text` from the first sentence on that may answer; `keeps`: whether a sentence must stay.

    >>> without_preamble("Who wrote it?", "Right, here goes. It is Twain.", ["Twain"], lambda part: "Twain" in part)
    'It is Twain.'
    """
    stretches = sentence_stretches(text)
    if len(stretches) == 1:
        return text
    asked = frozenset(token.stem for token in tokenise(question) if token.content)
    first = next((i for i, part in enumerate(stretches) if keeps(part) or not _only_talks(asked, part)), 0)
    named = bool(references) and all(any(map(is_name, tokenise(form))) for form in references)
    answers = (_answers(tokenise(part), part, named=named) for part in stretches[first:])
    return "".join(stretches[first:]).lstrip() if first and any(answers) else text


def _answers(tokens: Sequence[Token], sentence: str, *, named: bool) -> bool:
    """Return whether a sentence may answer: it states something, is a bare phrase, or names, where a name is asked."""
    if named:
        return _names(tokens)
    return _STATES.search(sentence) is not None or sum(token.content for token in tokens) <= _PHRASE


def _only_talks(asked: Set[str], sentence: str) -> bool:
    """Return whether a sentence has a word of talk, and no name, number or word of the question."""
    tokens = [token for token in tokenise(sentence) if token.content]
    if not tokens:
        return not any(char.isalnum() for char in sentence)
    if _STATES.search(sentence) or any(token.stem in asked or token.kind == "number" for token in tokens):
        return False
    return not _names(tokens) and any(map(_known, tokens))


def _names(tokens: Sequence[Token]) -> bool:
    """Return whether a sentence contains a name; a word of talk with a capital is not one."""
    return any(is_name(token) and token.content and not _known(token) for token in tokens if token.key)


def _known(token: Token) -> bool:
    known = remark_words().known
    return token.stem in known or token.key in known or token.surface in known
