"""What a reasoning model writes before its answer, told apart from the answer.

Qwen3, DeepSeek-R1 and their like begin with `<think>`, Magistral with `[THINK]`. Where the chat template has opened the
block already, its end is all that there is to see.
"""

from __future__ import annotations

import re
from typing import Final

_BLOCKS: Final = {"<think>": "</think>", "[THINK]": "[/THINK]"}
_ONLY_THE_END: Final = re.compile(r"</think>[ \t]*(?:\n|\Z)")


def without_reasoning(text: str) -> str:
    r"""The text behind the thinking; "" where that has no end. A text without any is left as it is.

    >>> without_reasoning("<think>\n大阪かな\n</think>\n\n東京"), without_reasoning("大阪かな\n</think>\n\n東京")
    ('東京', '東京')
    """
    begun = text.lstrip()
    for begin, end in _BLOCKS.items():
        if begun.startswith(begin):
            return without_reasoning(begun.partition(end)[2].lstrip())
    only_end = _ONLY_THE_END.search(text)
    return text if only_end is None else without_reasoning(text[only_end.end() :].lstrip())


class AnswerStream:
    """Lets through of a text that is being written what is no thinking, as far as can be told by then."""

    def __init__(self) -> None:
        self._text = self._shown = ""

    def take(self, piece: str) -> str:
        """What may be shown after another piece."""
        self._text += piece
        said = without_reasoning(self._text)
        if any(begin.startswith(said.lstrip()) for begin in _BLOCKS):
            return ""
        return self._show(said.removeprefix(self._shown) if said.startswith(self._shown) else piece)

    def rest(self) -> str:
        """What is left to show where the text has ended."""
        said = without_reasoning(self._text)
        return self._show(said.removeprefix(self._shown) if said.startswith(self._shown) else "")

    def _show(self, text: str) -> str:
        self._shown += text
        return text
