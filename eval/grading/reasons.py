"""Reasons in other words: "The wind was too strong" and 強い風のためです for "strong winds" and 強風.

Only where the question asks why. Every word of the reference must be in the sentence, in another form or order, where
words of degree (strong, heavy, 強い, 激しい, たくさん) are one; of a Japanese compound every kanji. A sentence with
another number of negations says something else.
"""

from __future__ import annotations

import re

from eval.grading.asked import ParsedQuestion
from eval.grading.claims import Claim
from eval.grading.matching import Finding, Match
from eval.grading.refusals import negations
from rag.messages import Message
from rag.text.tokens import tokenise

_WHY = re.compile(
    r"\b(?:why|for what reason|what (?:caused|causes|led to|(?:was|is) the (?:reason|cause)))\b"
    r"|なぜ|何故|どうして|理由|原因",
    re.IGNORECASE,
)
_CAUSE = frozenset("because due reason caus owing ため 為 理由 原因 よる 因る から".split())
_DEGREE_EN = frozenset("strong heavy high severe fierce intense big great extreme huge violent hard much badly".split())
_DEGREE_JA = re.compile(r"[大強激豪猛暴烈]|たくさん|ひど|すご|大量|多")
_DEGREE = "*"
_UNRELATED = re.compile(
    r"とは?(?:関係|無関係|別)|ではな|じゃな|\bnot\b|n't|\bunrelated\b|\brather than\b|\binstead of\b", re.IGNORECASE
)
_LONGEST = 6  # words of a reference
_LONE = 5  # letters of the stem of a reference that is one word: flooding, flooded


def match_reason(asked: ParsedQuestion, claim: Claim, form: str) -> Match | None:
    """Match a reference that is a short reason with the claim, word by word."""
    if not _WHY.search(asked.text) or _UNRELATED.search(claim.text) or negations(claim.text) != negations(form):
        return None
    wanted, given = _meaning(form), _meaning(claim.text)
    wanted -= _CAUSE
    if wanted and (len(wanted) > 1 or len(min(wanted)) >= _LONE) and len(wanted) <= _LONGEST and wanted <= given:
        return Match(Finding.CONTAINED, claim.text, Message("every word of the reason is given"))
    return None


def _meaning(text: str) -> set[str]:
    """Return the stems of English content words, the kanji of Japanese ones, and `*` for words of degree."""
    found: set[str] = set()
    for token in tokenise(text):
        if not token.content:
            continue
        if token.kind != "japanese":
            stem = re.sub(r"(?:i?ly|y|i)$", "", token.stem)
            found.add(_DEGREE if {token.key, token.stem, stem, stem + "y"} & _DEGREE_EN else stem)
            continue
        if _DEGREE_JA.search(token.surface):
            found.add(_DEGREE)
        found |= set(_DEGREE_JA.sub("", "".join(re.findall(r"[一-鿿]", token.surface))))
    return found
