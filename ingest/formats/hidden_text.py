"""Detect text in a web page or a Word file that its readers do not see."""

from __future__ import annotations

import re
from typing import Any

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_VANISH, _SIZE, _COLOUR = f"{_W}vanish", f"{_W}sz", f"{_W}color"

_NO_OPACITY = re.compile(r"0+(?:\.0*)?%?|\.0+")
_NO_SIZE = re.compile(r"(?:0+(?:\.\d*)?|\.\d+)(?:px|pt)|0(?:em|rem|%)?|1(?:px|pt)")
_FAR_OFF = re.compile(r"-\d{3,}(?:\.\d*)?(?:px|pt|em|rem|%|vw|vh)")
_POSITIONS = ("left", "right", "top", "bottom", "text-indent", "margin-left")
_WHITE = {"white", "#fff", "#ffffff", "rgb(255,255,255)"}
_OFF = {"0", "false", "off"}


def is_hidden_style(style: str) -> bool:
    """Tell whether an element with this `style` attribute shows no text.

    It is not displayed, transparent, of no size, far off the page, or in the colour of its own background. White text
    alone is not enough: its background may be dark.

    >>> [is_hidden_style(style) for style in ("color:#FFF; background:white", "color:#fff", "font-size: 0px")]
    [True, False, True]
    """
    if not style:
        return False
    declarations = (part.partition(":") for part in style.casefold().split(";"))
    values = {name.strip().lstrip("*_"): " ".join(value.split()) for name, _, value in declarations if value}
    values = {name: value.removesuffix("!important").strip() for name, value in values.items()}
    if values.get("display") == "none" or values.get("visibility") in {"hidden", "collapse"}:
        return True
    if _NO_OPACITY.fullmatch(values.get("opacity", "")) or _NO_SIZE.fullmatch(values.get("font-size", "")):
        return True
    if any(_FAR_OFF.fullmatch(values.get(name, "")) for name in _POSITIONS):
        return True
    colour = _colour(values.get("color", ""))
    return bool(colour) and colour == _colour(values.get("background-color") or values.get("background", ""))


def _colour(value: str) -> str:
    plain = value.replace(" ", "")
    return "white" if plain in _WHITE else plain


def is_hidden_run(run: Any, *, by_style: bool = False) -> bool:
    """Tell whether a run of a Word file is hidden, or white on a background that is not known to be dark.

    `by_style`: its style hides it, unless the run itself says otherwise. White letters in tables and text boxes count
    as visible: a style often gives these a dark background.
    """
    settings = next(run.iterchildren(f"{_W}rPr"), None)
    white = False
    for setting in () if settings is None else settings.iterchildren(_VANISH, _SIZE, _COLOUR):
        value = setting.get(f"{_W}val", "true")
        if setting.tag == _VANISH:
            by_style = value not in _OFF
        if setting.tag == _SIZE and value in {"0", "1", "2"}:  # half points
            return True
        white = white or (setting.tag == _COLOUR and value.upper() == "FFFFFF")
    return by_style or (white and not _has_background(run))


def _has_background(run: Any) -> bool:
    if any(run.find(f"{_W}rPr/{_W}{name}") is not None for name in ("shd", "highlight")):
        return True
    around = {f"{_W}tc", f"{_W}txbxContent"}
    for element in run.iterancestors():
        if element.tag in around or element.find(f"{_W}pPr/{_W}shd") is not None:
            return True
        if element.tag == f"{_W}document":
            return element.find(f"{_W}background") is not None
    return False
