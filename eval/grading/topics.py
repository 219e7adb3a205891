"""Decide whether a sentence is about what was asked: a copied passage contains names and numbers by accident.

A sentence of many words says what it says in the question's own words: at least two of them, or all where the
question has fewer; and an answer that says something of its own in a whole sentence has one of them somewhere, unless
the question asks why. A short answer need not repeat any, nor one in the other language.
"""

from __future__ import annotations

import re

from eval.grading.asked import ParsedQuestion
from eval.grading.claims import Claim
from eval.grading.clauses import shares_root
from rag.text.tokens import Token, tokenise

LONG = 12  # different content words of a sentence that are neither the question's nor the reference's
SHARED = 2  # words of the question that such a sentence holds at least
FOREIGN = 5  # own words of a sentence from which the answer must hold one of the question's
SLOT = 6  # content words beside the reference up to which the answer slot asserts it, whatever follows
_PREDICATE = re.compile(r"[」』]?(?:です|でした|であ[るっり]|だ(?:った)?[。]?$|[^、。]{0,8}です[。]?$)")
_PRONOUN = re.compile(
    r"\W{0,9}(?:it|its|he|his|she|her|they|their|this|that|these|those|there|i|you|we"
    r"|thus|so|therefore|hence|finally)\b|\W{0,9}(?:それ|これ|その|彼|したがって|従って|よって|そこで|つまり)",
    re.IGNORECASE,
)
_STATED = re.compile(
    r"\b(?:it|he|she|they|this|that)(?:'s| is| was| has been| were| are)\b[^,;.]{0,30}$", re.IGNORECASE
)
_AGENT = re.compile(r"\bby (?:(?:the|an?) )?(?:[A-Za-z]+ ){0,3}[\"']?$")
_PREPOSITION = re.compile(
    r"\W{0,9}(?:in|after|on|during|at|from|by|since|for|until|before|when|while|as|around)\b[^,]{0,60}", re.IGNORECASE
)
_BACKGROUND_EN = re.compile(
    r"[^\w,;.]{0,3}(?:\([^()]{0,60}\)\s?)?(?:is|was|were|are) (?:an? \w{1,20} )?"
    r"(?:founded|established|born|located|situated|headquartered|incorporated)\b",
    re.IGNORECASE,
)
_BACKGROUND = re.compile(r"は[^。]{0,30}?(?:に|で)[^。]{0,12}?(?:生まれ|誕生|設立|創設|創立|位置し|所在)")
_CLAUSE_JA = re.compile(r"[はがをもにで].{0,400}(?:た|る|う|く|す|ます|ました)。?$")
_TOPIC_JA = re.compile(r"は、?(?:約|およそ|ほぼ)?[「『]?$")
_WHY = re.compile(
    r"\bwhy\b|\bhow (?:do|does|did|can|could|is|are|was|were|to)\b|なぜ|どうして|理由|原因|どのように", re.IGNORECASE
)


def beside_the_question(asked: ParsedQuestion, claim: Claim, sentence: str, quoted: str, whole: str) -> bool:
    """Return whether `sentence` of the answer `whole` shares too little with the question to assert what it asks for.

    What stands in a short answer slot of the claim is asserted, however long the rest of the sentence is.
    """
    tokens, answered = tokenise(sentence), {token.stem for token in tokenise(quoted)}
    if _japanese(tokens) != _japanese(asked.tokens):
        return False
    stems = {token.stem for token in asked.tokens if token.content}
    beside = not stems & (_stems(whole) - answered) and not shares_root(asked, whole.replace(quoted, " "))
    if _tells_of(sentence, quoted) and beside:
        return True
    slot = {token.stem for token in tokenise(claim.focus) if token.content} - stems - answered
    circumstance = _circumstance(sentence, quoted)
    if claim.firm and quoted in claim.focus and len(slot) <= SLOT and not circumstance:
        return False
    if _PREDICATE.match(sentence, sentence.rfind(quoted) + len(quoted)):
        return False
    held = {token.stem for token in tokens if token.content}
    own = held - stems - answered
    if len(own) >= LONG and len(held & stems) < min(SHARED, len(stems)):
        return True
    return len(own) >= FOREIGN and _changes_topic(asked, sentence, quoted) and beside


def _tells_of(sentence: str, quoted: str) -> bool:
    """Return whether a sentence begins with the mention and says of it when or where it began or stands."""
    before, found, after = sentence.partition(quoted)
    began = _BACKGROUND.match(after) if _japanese(tokenise(sentence)) else _BACKGROUND_EN.match(after)
    return bool(found and began) and not any(token.content for token in tokenise(before))


def _changes_topic(asked: ParsedQuestion, sentence: str, quoted: str) -> bool:
    """Return whether a sentence has a subject of its own: it begins with no pronoun, conclusion or answer.

    "The tragedy was penned by X" states it where a person is asked for.
    """
    before = sentence[: sentence.rfind(quoted)]
    topic = _TOPIC_JA.search(before) and sentence.startswith("で", len(before) + len(quoted))
    opens = not before.strip(" \"'「『(") and not _circumstance(sentence, quoted)
    states = bool(topic or opens or _STATED.search(before) or (asked.about_person and _AGENT.search(before)))
    return not (states or _PRONOUN.match(sentence) or _WHY.search(asked.text))


def _circumstance(sentence: str, quoted: str) -> bool:
    """Return whether a mention only says when or where something else happened: "In 1957, the ...", 1977年、…が."""
    at = sentence.rfind(quoted)
    before, after = sentence[:at], sentence[at + len(quoted) :]
    if not _japanese(tokenise(sentence)):
        return _PREPOSITION.fullmatch(before) is not None and re.match(r"[^,]{0,40},\s", after) is not None
    clause = re.match(r"[^、。]{0,6}[、に]", after)
    return not before.strip() and clause is not None and _CLAUSE_JA.search(after, clause.end()) is not None


def _stems(text: str) -> set[str]:
    return {token.stem for token in tokenise(text) if token.content}


def _japanese(tokens: tuple[Token, ...]) -> bool:
    return any(token.kind == "japanese" and token.pos.startswith("助") for token in tokens)
