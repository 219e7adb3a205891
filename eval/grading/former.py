"""What was so before: a mention or clause about a former state does not answer a question about the present.

"Formerly X, now Y", 以前はXでしたが、今はYです, "X was the capital until 1997; since then it has been Y". A question
about the past ("the first name", 元の) asks for it.
"""

from __future__ import annotations

import re

from rag.text.tokens import is_name, tokenise

_ASKS_PAST = re.compile(
    r"\b(?:former|formerly|previous|previously|used to|original|originally|first|before|until|early|old)\b"
    r"|以前|かつて|昔|元[はの]|旧|当初|最初|初代|前任|やめ|辞め",
    re.IGNORECASE,
)
_PAST_BEFORE = re.compile(
    r"(?:\b(?:formerly|previously|used to be|originally|initially|at first|in the past"
    r"|until (?:recently|\d{4}))\b[^.;]*"
    r"|(?:以前|かつて|昔|もともと|元々|当初|過去|従来|最初)[^、。\n]*)$",
    re.IGNORECASE,
)
_PRESENT_AFTER = re.compile(
    r"\b(?:now|today|currently|at present|these days|nowadays|since then|has since|later)\b"
    r"|現在|今[はで]|いま[はで]|最近|その後|のちに|後に",
    re.IGNORECASE,
)
_LEFT_BEFORE = re.compile(
    r"\b(?:stopped|quit|left|g(?:ave|iven|iving) up|abandon(?:ed|ing)|resigned|retired|no longer)"
    r"(?: being| working| her| his| the)*(?: as| from)?"
    r"(?: being)?(?: an?| the| her| his)?\s*$",
    re.IGNORECASE,
)
_ASKS_PRESENT = re.compile(r"\b(?:is|are|does|do|has|have)\b|(?:です|ます|ている|る)か[?。]?$", re.IGNORECASE)
_ASKS_EVENT = re.compile(r"[いしっんてけえせれべめげ][ただ](?:の|[一-鿿ァ-ヴ])")  # 建てたのは: true for ever
_UNTIL = re.compile(r"[\"']?,? until\b", re.IGNORECASE)
_LEFT_AFTER = re.compile(r"^[」』]?(?:の(?:仕事|職))?(?:を|から)(?:や|辞)め[^。\n]*?[、て](?=.*[一-鿿ァ-ヴ])")
_WAS = re.compile(
    r"\b(?:was|were|used to be|had been|stood)\b(?! (?:\w{1,20}ly |first )?"
    r"(?!located|situated|based|called|named|priced)[a-z]{1,20}(?:ed|en|own|rn|lt|nd|ght|ade|ung|on)\b)"  # written
    r"|(?:だった|であった|あった|ありました|でした)(?:が|けれども?|けど|ものの)?$",
    re.IGNORECASE,
)
_NOW = r"(?:now|today|currently|current|at present|these days|nowadays|since then)"
_NOW_JA = (
    r"(?:現在|今[はで]|いま[はで]|現行|今年|(?:\d[年月日度]|年度)(?:から|以降|より)は|(?:以降|以後|その後|今後)は)"
)
_CHANGED = re.compile(
    rf"(?:(?:but|while|whereas) )?(?=[^,;.]{{0,60}}\b{_NOW}\b)(?:[^,;.]{{0,40}}\b)?(?:it|he|she|they|this|that) "
    r"(?:is|are|has been|have been|stands at|costs)(?: now| currently| today| only| about)?"
    r"(?: in| at| on| called| named)?(?: the)? (?P<value>(?-i:[\"']?[A-Z\d$€£](?!\S*'s\b)[^,;]*))"
    rf"|[^、。]{{0,16}}{_NOW_JA}(?P<value_ja>[^、。がはもを]{{1,30}}?)(?:です|だ(?!け)|である|であり|で?ござい|に(?:変更|改定|改正|移転|移り|変わ|改め"
    r"|あ[りる])|と?に?な[っりる])",
    re.IGNORECASE,
)
_MEASURE = re.compile(r"([$€£¥])\d|(?<![\d.,])\d[\d.,]{0,15}[万億千]?\s?([a-z%°]+|[一-鿿ァ-ヴ])")
_WEEKDAY = re.compile(r"[月火水木金土日]曜")


def outdated(question: str, text: str, start: int, end: int) -> bool:
    """Return whether the mention is what was so before something else is: "formerly X, now Y", Xをやめて、Yになった."""
    if _ASKS_PAST.search(question):
        return False
    before, after = text[:start], text[end:]
    if _PAST_BEFORE.search(before) and _PRESENT_AFTER.search(after):
        return True
    ended = _UNTIL.match(after) and _ASKS_PRESENT.search(question)
    left = _LEFT_BEFORE.search(before) and not re.search(r"\b(?:never|not)\b|n['’]t\b", before, re.IGNORECASE)
    return bool(ended or left or _LEFT_AFTER.match(after))


def is_former(question: str, clause: str, rest: str) -> bool:
    """Return whether a clause tells what was so, its sentence goes on with what is so instead, and that is asked for.

    What goes on has no subject of its own and gives a value of the same kind; an event ("was written by") stays true.

    >>> is_former("How tall is it?", "It was 312 m in 1889", "but today it is 330 m.")
    True
    """
    asks = _ASKS_PRESENT.search(question) and not (_ASKS_PAST.search(question) or _ASKS_EVENT.search(question))
    changed = _CHANGED.match(rest) if asks and _WAS.search(clause) and not _CHANGED.match(clause) else None
    return changed is not None and rivals(question, clause, changed["value"] or changed["value_ja"])


def rivals(question: str, clause: str, value: str) -> bool:
    """Return whether `value` is of the kind that a clause gives: a number of the same unit, else a name or weekday.

    >>> rivals("How tall is it?", "It was 312 m", "330 m"), rivals("How tall is it?", "It was 312 m", "100 years old")
    (True, False)
    """
    measures = set(_MEASURE.findall(value))
    if measures:
        return not measures.isdisjoint(_MEASURE.findall(clause))
    new = (token for token in tokenise(value) if is_name(token) and token.key not in question.lower())
    return bool(_WEEKDAY.search(value)) or next(new, None) is not None
