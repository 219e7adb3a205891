"""Whether something is possible or allowed: what a yes or no question asks, and what a clause says in other words.

"Can children swim alone?" is denied by "It is not permitted", 利用できますか by 不可です. A clause under a condition
("if an adult is with them", 同伴があれば) says nothing of the case that was asked.
"""

from __future__ import annotations

import re

from eval.grading.refusals import negations

_ABLE_JA = "(?:でき|出来|いただけ|頂け|(?:認めら|許可さ)れ(?:て(?:い|お))?)"
_ASKS = re.compile(
    r"(?:でき|られ|[えけせてねめれべげ]|可能で)(?:ます|る|ません|す|しょう)(?:の)?か(?![らもな])"
    r"|(?:て|で)も(?:いい|良い|よい|よろしい|構わない|大丈夫)(?:です|でしょう)?か"
    r"|^\W*(?:can|could|may|is it (?:possible|allowed|permitted|ok(?:ay)?)"
    r"|(?:is|are) .{1,60} (?:allowed|permitted|able|eligible))\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[、。,;.\n]|(?<=[^\W\d_])\s(?=but\b)")
_CONDITION = re.compile(
    r"\b(?:if|unless|when|with|provided|once|as long as)\b|[れけえせてねめべげ]ば|なら|たら|場合|限り|以外",
    re.IGNORECASE,
)
_LIMIT = re.compile(r"\bonly\b|のみ|(?<!いた)だけ", re.IGNORECASE)  # members only
_POSSIBLE = re.compile(
    r"\b(?:can|may|(?:is|are) (?:\w+ )?(?:possible|allowed|permitted|eligible|able|free to|welcome))\b"
    rf"|{_ABLE_JA}(?:ます|る)|可能(?!性)|大丈夫|問題(?:ない|あり|ござい)|(?:構い|かまい|差し支え(?:あり|ござい))ません",
    re.IGNORECASE,
)
_IMPOSSIBLE = re.compile(
    r"\b(?:cannot|can't|can not|may not|must not|mustn't|(?:is|are)(?: not|n't) (?:\w+ )?(?:possible|allowed|permitted"
    r"|eligible|able)|prohibited|forbidden|banned|impossible|ineligible)\b"
    rf"|{_ABLE_JA}(?:ません|ない|ず|かね)|不可|禁止|禁じられ|お断り|遠慮|いけません|可能ではあり"
    r"|認めて(?:い|お)(?:ません|ない|りません)",
    re.IGNORECASE,
)


def possibility(question: str, sentence: str) -> bool | None:
    """Return whether a sentence says that what a question asks for is possible, or None if it does not say.

    >>> possibility("Can I park here?", "Parking is not permitted."), possibility("泊まれますか。", "宿泊は可能です。")
    (False, True)
    """
    if not _ASKS.search(question) or negations(question):
        return None
    abilities = [able for clause in _CLAUSE.split(sentence) if (able := _able(clause)) is not None]
    return abilities[-1] if abilities and len(set(abilities)) == 1 else None


def _able(clause: str) -> bool | None:
    if _CONDITION.search(clause):
        return None
    if _IMPOSSIBLE.search(clause):
        return False
    return True if _POSSIBLE.search(clause) and not _LIMIT.search(clause) else None
