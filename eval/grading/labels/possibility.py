"""Whether something is possible or allowed: what a yes or no question asks, and what a clause says in other words.

"Can children swim alone?" is denied by "It is not permitted", 利用できますか by 不可です. A clause under a condition
("if an adult is with them", 同伴があれば) says nothing of the case that was asked, and a clause about something else
("you may bring drinks") nothing of that.
"""

from __future__ import annotations

import re

from eval.grading.refusals import negations
from rag.text.tokens import tokenise

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
    r"\b(?:if|unless|when|with|without|provided|once|as long as|after|before|until|till|from|between|during|over|under"
    r"|except)\b|[れけえせてねめべげ]ば|なら|たら|場合|限り|以[外上下降内前後]|未満|から|まで",
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


_ROOT = 4  # letters: swim, swimming
_COMMON = frozenset("物者人方品場時日")  # kanji of words for different things
_OPEN_WORDS = frozenset(
    "strictly currently unfortunately generally please sorry yes no course anyone everyone people customer guest "
    "visitor 利用 使用 方 様 客 御 お客 お客様 者 事 皆様 原則 基本 残念 申し訳 誠に 恐れ入る 現在 はい いいえ".split()
)


def possibility(question: str, sentence: str) -> bool | None:
    """Return whether a sentence says that what a question asks for is possible, or None if it does not say.

    >>> possibility("Can I park here?", "Parking is not permitted."), possibility("泊まれますか。", "宿泊は可能です。")
    (False, True)
    """
    if not _ASKS.search(question) or negations(question):
        return None
    clauses = (clause for clause in _CLAUSE.split(sentence) if _of_what_is_asked(question, clause))
    abilities = [able for clause in clauses if (able := _able(clause)) is not None]
    return abilities[-1] if abilities and len(set(abilities)) == 1 else None


def _of_what_is_asked(question: str, clause: str) -> bool:
    """Return whether a clause has no noun or verb beside those of the question: "drinks" are not "food"."""
    known = {token.stem for token in tokenise(question)} | _OPEN_WORDS
    roots = {stem[:_ROOT] for stem in known if len(stem) >= _ROOT}
    rest = _POSSIBLE.sub(" ", _IMPOSSIBLE.sub(" ", clause))
    new = (token for token in tokenise(rest) if token.content and token.stem not in known)
    kanji = {char for char in question if "一" <= char <= "鿿"} - _COMMON
    return all(t.key[:_ROOT] in roots or t.key.endswith("ly") or not kanji.isdisjoint(t.surface) for t in new)


def _able(clause: str) -> bool | None:
    if _CONDITION.search(clause):
        return None
    if _IMPOSSIBLE.search(clause):
        return False
    return True if _POSSIBLE.search(clause) and not _LIMIT.search(clause) else None
