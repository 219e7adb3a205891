"""Questions for yes or no: what asks for one, and the clauses that answer no by a negated predicate.

"No, it has not been proved yet" answers whether something is known; "I do not know" and "the text does not say"
decline.
"""

from __future__ import annotations

import re

from eval.grading.gaps import REPEATED, shared_words
from eval.grading.refusal_clauses import has_source

_I = re.IGNORECASE
_POLAR = re.compile(
    r"^\W*(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|must)\b"
    r"|^(?!.*(?:何|誰|だれ|どこ|どの|どれ|どち|いつ|なぜ|いくら|いくつ|どう|どん)).*か[?。\s]*$",
    _I,
)
_INNER_QUESTION = re.compile(r"[^、。]{1,80}か(?:どうか|否か)?(?=[はがを])")
_KNOWN = (
    r"(?:known?|knows|prove[nd]|determined|established|identified|confirmed|discovered|(?:re)?solved|understood|settled"
    r"|decided|explained)"
)
_ASKS_KNOWN = re.compile(
    rf"\b{_KNOWN}\b|(?:判明|解明|特定|証明|確定|確認|発見|解決|決定|明らかに|わか|分か|知られ|決ま|見つか)[^、。]{{0,12}}か[?。\s]*$",
    _I,
)
_NOT_YET = re.compile(
    rf"\b(?:is|are|was|were|has|have)(?: \w+ly)?(?: still| yet| so far)?(?: not|n't| never| yet to)(?: yet| \w+ly)?"
    rf"(?: been| be)? (?:\w+ly )?(?!known\b){_KNOWN}\b"
    r"|\b(?:no ?one|nobody|scientists|historians|researchers|experts)\b.{0,24}\bknows?\b"
    r"|\bun(?:solved|proven|resolved|decided|settled)\b"
    r"|(?<!でき)(?:て|で)(?:い|お)[^、。]{0,3}(?:ない|なか|ません|ず|らず)|未(?:解明|解決|確認|発見|定)",
    _I,
)  # of the world, not of the speaker
_OPEN = re.compile(r"\bwhether\b|か(?:どうか|否か)", _I)
_REPORTS = re.compile(
    r"\b(?:mention|stat(?:e|ing)|say|said|specif|tell|told|answer|discuss|cover|address)\w*\b"
    r"|記載|記述|言及|書か|触れ|載っ|答え|回答|述べ|説明|扱",
    _I,
)
_TELLS_OR_KNOWS = re.compile(
    r"\b(?:mention|stat|say|said|specif|un(?:clear|known|certain)|tell|told|sure|determin|answer|indicat|silent)\w*\b|記載"
    r"|記述|言及|書か|触れ|載っ|分か|わか|不明|判断|確認|答え|回答|情報|特定|説明|述べ|示さ|明記|明らか|言え"
    r"|言いかね|読み取|判読|かどうか",
    _I,
)


def is_polar(question: str) -> bool:
    """Return whether a question asks for yes or no; a question inside it ("whether it is known where") does not count.

    >>> is_polar("いつ建てられたかは分かっていますか。"), is_polar("いつ建てられましたか。")
    (True, False)
    """
    return _POLAR.search(_INNER_QUESTION.sub("", question)) is not None


def denies(question: str, clause: str) -> bool:
    """Return whether a clause answers a yes-no question with no: its predicate negated, and no word for telling."""
    if not is_polar(question) or re.search(r"\bi\b", clause, _I):
        return False
    reports = has_source(clause) or _REPORTS.search(clause) or _OPEN.search(clause)
    if _ASKS_KNOWN.search(question) and _NOT_YET.search(clause) and not reports:
        return True
    tells = {match.group().lower() for match in _TELLS_OR_KNOWS.finditer(clause)}
    if not all(word in question.lower() for word in tells):
        return False
    return not has_source(clause) or shared_words(question, clause) > REPEATED
