"""Upper estimates of token counts, for servers that cannot count."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.models.engine import Turn

_LETTERS = re.compile(r"[A-Za-z]+")
_CHAT, _TURN = 64, 16


def tokens_of_text(text: str) -> int:
    """Return a count that tokenizers do not exceed: one token per byte outside English words, per two letters within.

    Byte-fallback tokenizers cannot need more for Japanese; for English they need about half of it.

    >>> tokens_of_text("Tokyo is 東京.")
    11
    """
    letters = sum((len(run) + 1) // 2 for run in _LETTERS.findall(text))
    return letters + len(_LETTERS.sub("", text).replace(" ", "").encode("utf-8", "surrogatepass"))


def tokens_of_chat(turns: Sequence[Turn]) -> int:
    """Return the estimate for a chat, with 64 tokens for its template and 16 for each message."""
    return _CHAT + sum(_TURN + tokens_of_text(turn.text) for turn in turns)
