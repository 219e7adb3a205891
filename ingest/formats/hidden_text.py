"""Text that stands in a page or a Word file and that its reader does not see."""

from __future__ import annotations

import re
from typing import Any

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

_DECLARATION = re.compile(r"([a-z-]+)\s*:\s*([^;]+)")
_NO_OPACITY = re.compile(r"0+(?:\.0*)?%?|\.0+")
_NO_SIZE = re.compile(r"(?:0+(?:\.\d*)?|\.\d+)(?:px|pt)|0(?:em|rem|%)?|1(?:px|pt)")
_FAR_OFF = re.compile(r"-\d{3,}(?:\.\d*)?(?:px|pt|em|rem|%|vw|vh)")
_PLACES = ("left", "right", "top", "bottom", "text-indent", "margin-left")
_WHITE = {"white", "#fff", "#ffffff", "rgb(255,255,255)"}
_OFF = {"0", "false", "off"}


def unseen_style(style: str) -> bool:
    """Whether an element with this `style` attribute shows no text.

    It is not displayed, transparent, of no size, far off the page, or in the colour of the background that it names.
    White text alone is not enough: what it stands on may be dark.

    >>> unseen_style("color:#FFF; background:white"), unseen_style("color:#fff"), unseen_style("font-size: 0px")
    (True, False, True)
    """
    found = {name: " ".join(value.split()).casefold() for name, value in _DECLARATION.findall(style.casefold())}
    found = {name: value.removesuffix("!important").strip() for name, value in found.items()}
    if found.get("display") == "none" or found.get("visibility") in {"hidden", "collapse"}:
        return True
    if _NO_OPACITY.fullmatch(found.get("opacity", "")) or _NO_SIZE.fullmatch(found.get("font-size", "")):
        return True
    if any(_FAR_OFF.fullmatch(found.get(name, "")) for name in _PLACES):
        return True
    colour = _colour(found.get("color", ""))
    return bool(colour) and colour == _colour(found.get("background-color") or found.get("background", ""))


def _colour(value: str) -> str:
    plain = value.replace(" ", "")
    return "white" if plain in _WHITE else plain


def unseen_run(run: Any) -> bool:
    """Whether a run of a Word file is hidden, or white with nothing dark known to be behind it.

    In tables and text boxes white letters are common, on a background that a style gives; there they count as seen.
    """
    settings = run.find(f"{_W}rPr")
    if settings is None:
        return False
    mark = settings.find(f"{_W}vanish")
    if mark is not None and mark.get(f"{_W}val", "true") not in _OFF:
        return True
    size = settings.find(f"{_W}sz")
    if size is not None and size.get(f"{_W}val", "") in {"0", "1", "2"}:  # half points
        return True
    colour = settings.find(f"{_W}color")
    return colour is not None and colour.get(f"{_W}val", "").upper() == "FFFFFF" and not _on_something(run)


def _on_something(run: Any) -> bool:
    if any(run.find(f"{_W}rPr/{_W}{name}") is not None for name in ("shd", "highlight")):
        return True
    around = {f"{_W}tc", f"{_W}txbxContent"}
    for element in run.iterancestors():
        if element.tag in around or element.find(f"{_W}pPr/{_W}shd") is not None:
            return True
        if element.tag == f"{_W}document":
            return element.find(f"{_W}background") is not None
    return False
