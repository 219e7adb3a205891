"""How many tokens a text has at most, where nobody can be asked."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.models.engine import Turn

_LETTERS = re.compile(r"[A-Za-z]+")
_CHAT, _TURN = 64, 16


def tokens_of_text(text: str) -> int:
    """A count that tokenizers stay below: a byte outside English words is a token, two letters within one are.

    Tokenizers with bytes to fall back on cannot need more for Japanese; for English this is about twice what they need.

    >>> tokens_of_text("Tokyo is 東京.")
    11
    """
    letters = sum((len(run) + 1) // 2 for run in _LETTERS.findall(text))
    return letters + len(_LETTERS.sub("", text).replace(" ", "").encode("utf-8", "surrogatepass"))


def tokens_of_chat(turns: Sequence[Turn]) -> int:
    """The same of a chat, with room for its template: 64 tokens, and 16 for each message."""
    return _CHAT + sum(_TURN + tokens_of_text(turn.text) for turn in turns)
