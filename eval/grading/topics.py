"""Is a long sentence about what was asked? A passage that is copied holds names and numbers by accident.

A sentence of many words says what it says in the question's own words: at least two of them, or all where the
question has fewer. A short answer need not repeat any, nor one in the other language.
"""

from __future__ import annotations

import re

from eval.grading.asked import ParsedQuestion
from eval.grading.claims import Claim
from rag.text.tokens import Token, tokenise

LONG = 12  # different content words of a sentence that are neither the question's nor the reference's
SHARED = 2  # words of the question that such a sentence holds at least
_PREDICATE = re.compile(r"[」』]?(?:です|でした|であ[るっり]|だ(?:った)?[。]?$|[^、。]{0,8}です[。]?$)")


def beside_the_question(asked: ParsedQuestion, claim: Claim, sentence: str, quoted: str) -> bool:
    """Return whether `sentence` is long and shares too little with the question to assert what it asks for.

    What stands in the answer slot of the claim is asserted, however long the rest of the sentence is.
    """
    tokens = tokenise(sentence)
    if (claim.firm and quoted in claim.focus) or _japanese(tokens) != _japanese(asked.tokens):
        return False
    stems = {token.stem for token in asked.tokens if token.content}
    held = {token.stem for token in tokens if token.content}
    own = held - stems - {token.stem for token in tokenise(quoted)}
    if _PREDICATE.match(sentence, sentence.rfind(quoted) + len(quoted)):
        return False
    return len(own) >= LONG and len(held & stems) < min(SHARED, len(stems))


def _japanese(tokens: tuple[Token, ...]) -> bool:
    return any(token.kind == "japanese" and token.pos.startswith("助") for token in tokens)
