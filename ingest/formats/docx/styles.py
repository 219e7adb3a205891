"""Styles of a Word document: the heading level and the list of the paragraphs that have them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_HEADING = re.compile(r"(?:heading|見出し)\s*(\d)")
_DEEPEST = 12
_OFF = frozenset({"0", "false", "off"})


def attribute(element: Any, name: str) -> str:
    """Return an attribute of WordprocessingML; "" if it is absent."""
    return str(element.get(f"{_W}{name}", ""))


def value_of(element: Any, child: str) -> str:
    """Return the value of the child element of this name; "" if it is absent."""
    return next((attribute(found, "val") for found in element.iterchildren(f"{_W}{child}")), "")


def is_on(switch: Any) -> bool:
    """Tell whether an element that switches something on is there, and does not switch it off."""
    return switch is not None and switch.get(f"{_W}val", "true") not in _OFF


class ParagraphStyles:
    """Styles by their id.

    `headings`: the level of a heading, 0 for the title of the document. `numbers` and `levels`: the list (w:numId) and
    its level; `hidden`: those of letters that are not shown. All are the style's own, or inherited.
    """

    def __init__(self, root: Any = None) -> None:
        self.headings: dict[str, int] = {}
        self.numbers: dict[str, str] = {}
        self.levels: dict[str, int] = {}
        self.hidden: frozenset[str] = frozenset()
        hidden: dict[str, bool] = {}
        self._base: dict[str, str] = {}
        self._default = ""
        for style in () if root is None else root.iter(f"{_W}style"):
            self._add(style)
            if (vanish := style.find(f"{_W}rPr/{_W}vanish")) is not None:
                hidden[attribute(style, "styleId")] = is_on(vanish)
        for styles in (self.headings, self.numbers, self.levels, hidden):
            self._inherit(styles)
        self.hidden = frozenset(style for style, is_hidden in hidden.items() if is_hidden)

    def of(self, paragraph: Any) -> str:
        """Return the style of a paragraph."""
        for settings in paragraph.iterchildren(f"{_W}pPr"):
            for style in settings.iterchildren(f"{_W}pStyle"):
                return attribute(style, "val")
        return self._default

    def chain(self, style: str) -> Iterator[str]:
        """Yield a style and those that it is based on, as far as Word follows them."""
        for _ in range(_DEEPEST):
            if not style:
                return
            yield style
            style = self._base.get(style, "")

    def _add(self, style: Any) -> None:
        key, name = attribute(style, "styleId"), value_of(style, "name").lower()
        self._base[key] = value_of(style, "basedOn")
        if attribute(style, "type") == "paragraph" and attribute(style, "default") in {"1", "true", "on"}:
            self._default = key
        settings = style.find(f"{_W}pPr")
        outline = "" if settings is None else value_of(settings, "outlineLvl")
        heading = _HEADING.match(name)
        if name in {"title", "表題"}:
            self.headings[key] = 0
        elif heading:
            self.headings[key] = int(heading.group(1))
        elif (level := outline_level(outline)) is not None:
            self.headings[key] = level
        numbered = None if settings is None else settings.find(f"{_W}numPr")
        if numbered is not None:
            if number := value_of(numbered, "numId"):
                self.numbers[key] = number
            if (place := value_of(numbered, "ilvl")) in set("012345678"):
                self.levels[key] = int(place)

    def _inherit(self, own: dict[str, Any]) -> None:
        defining = {key: next((style for style in self.chain(key) if style in own), "") for key in self._base}
        own.update({key: own[style] for key, style in defining.items() if style})


def outline_level(outline: str) -> int | None:
    """Return the level of a heading by the outline level of Word, from 0 to 8; None for one that is none.

    >>> outline_level("0"), outline_level("9"), outline_level("")
    (1, None, None)
    """
    return int(outline) + 1 if len(outline) == 1 and outline in "012345678" else None
