"""Find which end of a period a clause is about: 何時に開きますか the start, "When did it end?" the end."""

from __future__ import annotations

import re
from typing import Literal

_START = re.compile(
    r"\b(?:start|starts|started|begin|begins|began|begun|open|opens|opened|since|commence|commenced|found|founded"
    r"|establish|established|born|depart|departs|leaves?)\b|開|始|創|設立|成立|発足|生まれ|誕生|出発|いつから|何[時年月日]から",
    re.IGNORECASE,
)
_END = re.compile(
    r"\b(?:end|ends|ended|close|closes|closed|finish|finishes|finished|stops?|stopped|until|fall|fell|die|dies|died"
    r"|dissolved?|arrives?|over)\b|閉|終|滅|崩|亡|廃|解散|到着|死|いつまで|何[時年月日]まで",
    re.IGNORECASE,
)


def asked_side(text: str) -> Literal["start", "end"] | None:
    """Return the end that `text` is about, or None if it is about none or both.

    >>> asked_side("図書館は何時に開きますか"), asked_side("When did the war end?"), asked_side("How long was it?")
    ('start', 'end', None)
    """
    start, end = _START.search(text) is not None, _END.search(text) is not None
    return None if start == end else "start" if start else "end"
