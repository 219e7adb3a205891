"""What was chosen in the fields of a Word form: marked boxes and entries of lists, which no text of the file says."""

from __future__ import annotations

from typing import Any

from ingest.formats.docx.styles import attribute, value_of

_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def form_value(field: Any) -> str:
    """Return the value of a form's field (the element that begins it): ☑, ☐ or the chosen entry; else ""."""
    box, entries = (field.find(f"{_W}ffData/{_W}{name}") for name in ("checkBox", "ddList"))
    if box is not None:
        states = [state for name in ("checked", "default") if (state := box.find(f"{_W}{name}")) is not None]
        return "☑" if states and is_on(states[0]) else "☐"
    if entries is None:
        return ""
    chosen = value_of(entries, "result") or value_of(entries, "default") or "0"
    texts = [attribute(entry, "val") for entry in entries.findall(f"{_W}listEntry")]
    return texts[int(chosen)] if chosen.isdecimal() and len(chosen) < 5 and int(chosen) < len(texts) else ""


def box_of(control: Any) -> str:
    """Return ☑ or ☐ for a content control that is a box, whose own sign for a marked one is often ☒; else ""."""
    box = control.find(f"{_W}sdtPr/{_W14}checkbox")
    if box is None:
        return ""
    state = box.find(f"{_W14}checked")
    return "☑" if state is not None and state.get(f"{_W14}val", "1") not in {"0", "false", "off"} else "☐"


def is_on(setting: Any) -> bool:
    """Tell whether a setting that is there is on: without a value it is."""
    return attribute(setting, "val") not in {"0", "false", "off"}
