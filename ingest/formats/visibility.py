"""What readers of a web page see of it: text that a control unfolds too, and the words of pictures that stand alone."""

from __future__ import annotations

import re
from itertools import islice
from typing import Any

from ingest.formats.hidden_text import is_hidden_style

# Not text, not of this page, not shown, or no longer valid; rt and rp are ruby, the small readings of Japanese letters.
_DROPPED = frozenset(
    "head script style noscript noframes template nav del rt rp rtc svg iframe object embed audio video canvas "
    "dialog datalist".split()
)
_CLICKED = frozenset({"a", "button", "option"})
_TARGETS = ("aria-controls", "data-target", "data-bs-target", "href")
_POPUPS = frozenset("alertdialog dialog listbox menu menubar".split())
"""Roles of what opens over a page, and is no text of it: notices of cookies, lists of languages."""
_CELLS = frozenset({"td", "th", "h1", "h2", "h3", "h4", "h5", "h6"})
_FILE = re.compile(r"\S{1,100}\.(?:gif|jpe?g|png|svg|webp|bmp)", re.IGNORECASE)
_NEAR = 100
"""Elements among which an equation is looked for beside the letters that draw it."""
_OUTSIDE, _LONGEST_ALT = 4, 100
_MANY, _FEWEST = 0.2, 20
"""Share of a page's letters from which hidden text is worth a word, and its letters."""


class Visibility:
    """Tells what is hidden on a page, and counts the letters that are, but for those of links."""

    def __init__(self, root: Any) -> None:
        self.hidden_letters = 0
        self._unfolded = {
            name.removeprefix("#")
            for element in root.iter()
            for key in _TARGETS
            if (value := element.get(key)) and (key != "href" or value.startswith("#"))
            for name in value.split()
        }
        self._cell: Any = None
        self._is_blank = False

    def is_hidden(self, element: Any) -> bool:
        """Tell whether readers do not see an element, nor can unfold it by a control of the page, such as a tab."""
        if not isinstance(element.tag, str) or element.tag in _DROPPED or element.get("role") == "navigation":
            return True
        if element.get("aria-hidden") == "true" and _is_beside_math(element):
            return True
        return self._is_concealed(element)

    def leave_out(self, element: Any) -> None:
        """Count the letters of a hidden element."""
        if isinstance(element.tag, str) and element.tag not in _DROPPED and not _is_popup(element):
            if not self._is_concealed(element):
                return
            texts = (part.text for part in element.iter() if part.tag not in _DROPPED and part.tag not in _CLICKED)
            self.hidden_letters += sum(len(text.strip()) for text in texts if text)

    def hides_much(self, letters: int) -> bool:
        """Tell whether a page on which so many letters are seen hides many."""
        return self.hidden_letters > max(_MANY * letters, _FEWEST)

    def picture_text(self, picture: Any) -> str:
        """Return the words for a picture (`alt`) that stands for the text of a heading or a cell: ○, ×.

        Pictures that are links are menus and logos.
        """
        words = (picture.get("alt") or "").strip()
        if not words or len(words) > _LONGEST_ALT or _FILE.fullmatch(words) or picture.get("width") in {"0", "1"}:
            return ""
        around = islice(picture.iterancestors(), _OUTSIDE)
        cell = next((outer for outer in around if outer.tag in _CELLS or outer.tag in _CLICKED), None)
        if cell is None or cell.tag in _CLICKED:
            return ""
        if cell is not self._cell:
            self._cell, self._is_blank = cell, not "".join(cell.itertext()).strip()
        return f" {words} " if self._is_blank else ""

    def _is_concealed(self, element: Any) -> bool:
        if element.get("hidden") not in {None, "until-found"}:
            return not self._is_unfolded(element)
        return is_hidden_style(style := element.get("style") or "") and not (
            "display" in style.casefold() and self._is_unfolded(element)
        )

    def _is_unfolded(self, element: Any) -> bool:
        return element.get("id") in self._unfolded and not _is_popup(element)


def _is_popup(element: Any) -> bool:
    return element.get("role") in _POPUPS or element.get("aria-modal") == "true"


def _is_beside_math(element: Any) -> bool:
    """Tell whether the element next to it has an equation, whose letters it then draws (KaTeX, MathJax)."""
    beside = (element.getprevious(), element.getnext())
    near = (islice(other.iter(), _NEAR) for other in beside if other is not None)
    return any(part.tag == "math" for parts in near for part in parts)
