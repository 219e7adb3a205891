"""What was so before: a mention or clause about a former state does not answer a question about the present.

"Formerly X, now Y", 以前はXでしたが、今はYです, "X was the capital until 1997; since then it has been Y". A question
about the past ("the first name", 元の) asks for it.
"""

from __future__ import annotations

import re

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
    r"\b(?:stopped|quit|left|gave up|resigned|retired|no longer)(?: being| working| her| his| the)*(?: as| from)?"
    r"(?: being)?(?: an?| the| her| his)?\s*$",
    re.IGNORECASE,
)
_ASKS_PRESENT = re.compile(r"\b(?:is|are|does|do|has|have)\b|(?:です|ます|ている|る)か[?。]?$", re.IGNORECASE)
_UNTIL = re.compile(r"[\"']?,? until\b", re.IGNORECASE)
_LEFT_AFTER = re.compile(r"^[」』]?(?:の(?:仕事|職))?(?:を|から)(?:や|辞)め[^。\n]*?[、て](?=.*[一-鿿ァ-ヴ])")
_WAS = re.compile(
    r"\b(?:was|were|had been|used to|stood)\b|(?:だった|であった|ありました|でした|[いっし]た|ました)", re.IGNORECASE
)
_CHANGED = re.compile(
    r"(?:(?:but|and|while|whereas) )?[^,;]{0,60}?\b(?:now|today|currently|current|at present|these days|nowadays"
    r"|since then|has (?:since )?been|have (?:since )?been|is|are)\b"
    r"|[^、。]{0,24}(?:現在|今[はで]|いま[はで]|現行|今年|(?:年|月|日|度|以降|以後|その後|その後は|後)(?:から)?は)"
    r"|[^。]{0,40}(?:に(?:変更|改定|改正|移転|移り|変わ|改め)|となって(?:い|お)|になって(?:い|お)|になりました)",
    re.IGNORECASE,
)


def outdated(question: str, text: str, start: int, end: int) -> bool:
    """Return whether the mention is what was so before something else is: "formerly X, now Y", Xをやめて、Yになった."""
    if _ASKS_PAST.search(question):
        return False
    before, after = text[:start], text[end:]
    if _PAST_BEFORE.search(before) and _PRESENT_AFTER.search(after):
        return True
    ended = _UNTIL.match(after) and _ASKS_PRESENT.search(question)
    return bool(ended or _LEFT_BEFORE.search(before) or _LEFT_AFTER.match(after))


def is_former(question: str, clause: str, rest: str) -> bool:
    """Return whether a clause tells what was so, its sentence goes on with what is, and that is asked for.

    >>> is_former("How tall is it?", "It was 312 m in 1889", "but today it is 330 m.")
    True
    """
    asks = _ASKS_PRESENT.search(question) and not _ASKS_PAST.search(question)
    return bool(asks and _WAS.search(clause) and not _CHANGED.match(clause) and _CHANGED.match(rest))
