"""Search for the joined token keys of one text in another: the ladder's "word for word"."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Sequence

from rag.text.tokens import ARTICLES, Token, tokenise

_BETWEEN_NUMBERS = " "


@functools.lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """Join the keys of `text`, without articles if anything else remains; adjacent numbers stay two.

    >>> folded("The Great Yuan") == folded("great-yuan"), folded("A"), folded("2-3") == folded("23")
    (True, 'a', False)
    """
    tokens = [token for token in tokenise(text) if token.key]
    return _joined([token for token in tokens if token.key not in ARTICLES] or tokens)


def _joined(tokens: Sequence[Token]) -> str:
    parts = [token.key for token in tokens[:1]]
    for previous, token in itertools.pairwise(tokens):
        parts += [_BETWEEN_NUMBERS * (previous.kind == token.kind == "number"), token.key]
    return "".join(parts)


def occurrences(text: str, form: str) -> Iterator[tuple[int, int]]:
    """Token index ranges (first, last + 1) of `text` where `form` occurs on token boundaries."""
    target, tokens = folded(form), tokenise(text)
    if not target:
        return
    keep_articles = target in ARTICLES
    if not keep_articles and target not in folded(text):
        return
    keyed = [
        (i, token.key) for i, token in enumerate(tokens) if token.key and (keep_articles or token.key not in ARTICLES)
    ]
    for at in range(len(keyed)):
        joined, previous = "", None
        for i, key in (keyed[place] for place in range(at, len(keyed))):
            apart = previous is not None and tokens[i].kind == previous.kind == "number"
            joined, previous = joined + _BETWEEN_NUMBERS * apart + key, tokens[i]
            if not target.startswith(joined):
                break
            if joined == target:
                yield keyed[at][0], i + 1
                break


def number_pairs(tokens: Sequence[Token]) -> frozenset[tuple[str, str]]:
    """Return the keys of numbers side by side, with no word between them: (2, 1) of "Japan 2-1 Spain"."""
    keyed = [token for token in tokens if token.key]
    return frozenset(
        (number.key, other.key) for number, other in itertools.pairwise(keyed) if number.kind == other.kind == "number"
    )
