"""Remove the reasoning that a model writes before its answer.

Qwen3, DeepSeek-R1 and similar models begin it with `<think>`, Magistral with `[THINK]`. If the chat template has
already opened the block, only its end is visible.
"""

from __future__ import annotations

import re
from typing import Final

_BLOCKS: Final = {"<think>": "</think>", "[THINK]": "[/THINK]"}
_ONLY_THE_END: Final = re.compile(r"</think>[ \t]*(?:\n|\Z)")


def without_reasoning(text: str) -> str:
    r"""Return the text after the reasoning; "" if the reasoning has no end. A text without any is returned unchanged.

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
    """Filters reasoning out of a text while it is written, as far as it can be recognised by then."""

    def __init__(self) -> None:
        self._text = self._passed = ""

    def feed(self, piece: str) -> str:
        """Add a piece and return the text of the answer that can be passed on."""
        self._text += piece
        answer = without_reasoning(self._text)
        if any(begin.startswith(answer.lstrip()) for begin in _BLOCKS):
            return ""
        return self._pass(answer.removeprefix(self._passed) if answer.startswith(self._passed) else piece)

    def finish(self) -> str:
        """Return the text of the answer that is still held back at the end."""
        answer = without_reasoning(self._text)
        return self._pass(answer.removeprefix(self._passed) if answer.startswith(self._passed) else "")

    def _pass(self, text: str) -> str:
        self._passed += text
        return text
