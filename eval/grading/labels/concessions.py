"""Clauses that concede, report or suppose: a label in them is not the verdict.

"Although it may sound positive, ...", "some say it is false", "it would be true if ...", 魚のように見えますが、….
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_CLAUSE = re.compile(r"[^、。,;.]+")
_BUT = re.compile(r"\bbut\b", re.IGNORECASE)
_CONCEDES = re.compile(
    r"\b(?:although|though|even if|while|whilst|despite|at first|(?:it|this|that) (?:may|might|could) (?:\w+ )?"
    r"(?:sound|seem|look|appear|be)|(?:some|many|most|others|a few)(?: \w+)? (?:may |might |would )?(?:say|think"
    r"|believe|argue|claim|call)|people (?:\w+ )?(?:think|say|believe|call)|(?:mistaken|confused|thought|believed) "
    r"(?:for|with|to|as)|looks? like|similar to|resembl\w+|like an?|unlike|compared (?:to|with)"
    r"|if (?:it|this|that|the|there|he|she|they|we|only))\b",
    re.IGNORECASE,
)
_CONCEDES_JA = re.compile(
    r"思われ(?:が|てい)|思われるかも|思われやす|誤解され|考えられがち|言われがち|に似て|に似た|に見え|のように(?:見|思|聞)"
    r"|と間違え|一見|と呼ばれることも|という(?:人|意見|声)も|もし(?!か|く)|仮に"
)
_ASIDE = re.compile(
    r"\bthere (?:is|are) (?:also|some|a few)\b|もあ(?:り|る|った)[^、。]{0,4}(?:が|けれど|ものの)", re.IGNORECASE
)
_SUPPOSES = re.compile(r"\b(?:if|unless|had)\b", re.IGNORECASE)
_WOULD = re.compile(r"\b(?:would|could|might)(?: only)? (?:have been|be)\b", re.IGNORECASE)
_IMAGINES = re.compile(
    r"\W{0,9}(?!(?:it|that|this|i|he|she|they|so|my|the)\b)\w{1,30}(?: \w{1,30})? would be an?\b", re.IGNORECASE
)
_IF = re.compile(r"\s{0,9}(?:(?:and|but|so) )?(?:if\b|もし(?!か|く)|仮に)", re.IGNORECASE)


def concessions(sentence: str) -> tuple[tuple[int, int], ...]:
    """Return where a canonical sentence concedes, as (start, end).

    >>> sentence = "It may sound positive, but it is negative."
    >>> [sentence[start:end] for start, end in concessions(sentence)]
    ['It may sound positive']
    """
    spans, supposed = [], False
    for start, end in _clauses(sentence):
        clause = sentence[start:end]
        would = _WOULD.search(clause)
        conceded = _CONCEDES.search(clause)
        if _CONCEDES_JA.search(clause) or _IMAGINES.match(clause) or (supposed and (would or not clause.isascii())):
            spans.append((start, end))
        elif would and _SUPPOSES.search(clause):
            spans.append((start + would.start(), end))
        elif conceded:
            spans.append((start + conceded.start(), end))
        supposed = _IF.match(clause) is not None
    return tuple(spans)


def asides(sentence: str) -> tuple[tuple[int, int], ...]:
    """Return where a canonical sentence says that something is there too: 否定的な表現もありますが, as (start, end)."""
    return tuple(span for span in _clauses(sentence) if _ASIDE.search(sentence, *span))


def _clauses(sentence: str) -> Iterator[tuple[int, int]]:
    for match in _CLAUSE.finditer(sentence):
        start = match.start()
        for but in _BUT.finditer(sentence, match.start(), match.end()):
            yield start, but.start()
            start = but.start()
        yield start, match.end()
