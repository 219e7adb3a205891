"""Numbers of the items of ordered lists in HTML, as a browser shows them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from ingest.formats.blocks import BULLET
from ingest.formats.docx.number_formats import write_number

_FORMATS: Final = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_STYLE: Final = re.compile(r"list-style(?:-type)?\s{0,9}:([^;:]{0,80})", re.IGNORECASE)
_NO_NUMBERS: Final = frozenset({"none", "disc", "circle", "square"})
_STYLES: Final = {
    "lower-roman": "lowerRoman", "upper-roman": "upperRoman", "lower-alpha": "lowerLetter",
    "upper-alpha": "upperLetter", "lower-latin": "lowerLetter", "upper-latin": "upperLetter",
    "decimal-leading-zero": "decimalZero",
    "katakana": "aiueoFullWidth", "katakana-iroha": "irohaFullWidth", "cjk-ideographic": "japaneseCounting",
    "cjk-decimal": "japaneseDigitalTenThousand", "japanese-informal": "japaneseCounting",
    "japanese-formal": "japaneseLegal",
}  # fmt: skip
_OWN_NUMBER: Final = re.compile(
    r"(?:[(（第①-⑳]|[0-9０-９]{1,9}\s{0,9}[.．、)）]|[一二三四五六七八九十]{1,9}\s{0,9}[、.．)）])"
)
"""How an item begins that has its number in its text; the sheet of styles then shows no other."""
_DIGITS: Final = 9
_LONGEST: Final = 1000
"""Letters of a `style` that are looked at."""


@dataclass(slots=True)
class _List:
    """A list: the number of its next item and the step to the one after, and how numbers are written."""

    number: int = 0
    step: int = 0
    number_format: str = ""


class HtmlLists:
    """The lists that are open in a walk through a page."""

    def __init__(self) -> None:
        self._open: list[_List] = []

    def begin(self, element: Any) -> None:
        """Open a list."""
        style = _STYLE.search((element.get("style") or "")[:_LONGEST])
        words = style.group(1).lower().split() if style else []
        if element.tag != "ol" or not _NO_NUMBERS.isdisjoint(words):
            self._open.append(_List())
            return
        backwards = element.get("reversed") is not None
        count = sum(child.tag == "li" for child in element) if backwards else 1
        number_format = _FORMATS.get(element.get("type") or "", "decimal")
        number_format = next((_STYLES[word] for word in words if word in _STYLES), number_format)
        self._open.append(_List(_number(element.get("start"), count), -1 if backwards else 1, number_format))

    def end(self) -> None:
        """Close the innermost list."""
        if self._open:
            self._open.pop()

    def mark(self, item: Any) -> str:
        """Return the mark of an item: its number where its list has them and its text has none."""
        if not self._open or not (inner := self._open[-1]).step:
            return BULLET
        number = _number(item.get("value"), inner.number)
        inner.number = number + inner.step
        if _OWN_NUMBER.match((item.text or "").lstrip()):
            return BULLET
        return f"{write_number(number, inner.number_format)}. "


def _number(text: str | None, otherwise: int) -> int:
    text = (text or "").strip()
    return int(text) if re.fullmatch(f"-?[0-9]{{1,{_DIGITS}}}", text) else otherwise
