"""Make foreign text safe for a terminal: write control characters as escapes."""

from __future__ import annotations

import re

_ACTED_ON = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def terminal_text(text: str) -> str:
    r"""Return a text whose control characters and directions of writing are escapes; newlines and tabs stay.

    An escape has the form of JSON, so that JSON stays the same data.

    >>> print(terminal_text("\x1b[2Ja\u202eb\r\nc"))
    \u001b[2Ja\u202eb
    c
    """
    return _ACTED_ON.sub(lambda match: f"\\u{ord(match[0]):04x}", text.replace("\r\n", "\n"))


def one_line(text: str) -> str:
    r"""Return a text on one line, with escapes as `terminal_text` has them.

    >>> one_line("a\n b\tc\x07")
    'a b c\\u0007'
    """
    return terminal_text(" ".join(text.split()))
