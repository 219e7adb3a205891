"""Read what people typed into a PDF: form fields and text boxes, which are not in the text of the page."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

_HIDDEN = 0x02 | 0x20  # hidden, or not to be viewed
_PASSWORD = 1 << 13


@dataclass(frozen=True, slots=True)
class TypedText:
    """A typed text, and the edges of its box in points; `top` is greater than `bottom`."""

    text: str
    left: float
    bottom: float
    right: float
    top: float

    @property
    def middle(self) -> float:
        """The middle of the box across the page."""
        return (self.left + self.right) / 2

    def beside(self, top: float, bottom: float) -> bool:
        """Tell whether a line of text between these edges is on the height of the box."""
        shared = min(self.top, top) - max(self.bottom, bottom)
        return shared > 0.5 * min(self.top - self.bottom, top - bottom)


def typed_texts(page: Any) -> Sequence[TypedText]:
    """Return the typed texts of a page of PDFium, from top to bottom: field values, ☑ for marked boxes, text boxes.

    Fields that are not shown, passwords and buttons are left out. The document's forms must have been initialised.
    """
    from pypdfium2 import raw

    found = []
    for index in range(raw.FPDFPage_GetAnnotCount(page.raw)):
        with _annotation(page, index) as annotation:
            if annotation and not raw.FPDFAnnot_GetFlags(annotation) & _HIDDEN:
                text = _text(annotation, page.formenv)
                box = raw.FS_RECTF()
                if text and raw.FPDFAnnot_GetRect(annotation, ctypes.byref(box)):
                    edges = (min(box.left, box.right), min(box.bottom, box.top), max(box.left, box.right))
                    found.append(TypedText(text, *edges, max(box.bottom, box.top)))
    return sorted(found, key=lambda typed: (-typed.top, typed.left))


@contextmanager
def _annotation(page: Any, index: int) -> Iterator[Any]:
    from pypdfium2 import raw

    annotation = raw.FPDFPage_GetAnnot(page.raw, index)
    try:
        yield annotation
    finally:
        if annotation:
            raw.FPDFPage_CloseAnnot(annotation)


def _text(annotation: Any, forms: Any) -> str:
    from pypdfium2 import raw

    kind = raw.FPDFAnnot_GetSubtype(annotation)
    if kind == raw.FPDF_ANNOT_FREETEXT:
        text = _string(lambda buffer, size: raw.FPDFAnnot_GetStringValue(annotation, b"Contents", buffer, size))
    elif kind == raw.FPDF_ANNOT_WIDGET and forms:
        text = _value(annotation, forms)
    else:
        text = ""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").strip()


def _value(field: Any, forms: Any) -> str:
    from pypdfium2 import raw

    kind = raw.FPDFAnnot_GetFormFieldType(forms, field)
    if kind in {raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON}:
        return "☑" if raw.FPDFAnnot_IsChecked(forms, field) else ""
    if kind in {raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX}:
        labels = [
            _string(lambda buffer, size, at=option: raw.FPDFAnnot_GetOptionLabel(forms, field, at, buffer, size))
            for option in range(raw.FPDFAnnot_GetOptionCount(forms, field))
            if raw.FPDFAnnot_IsOptionSelected(forms, field, option)
        ]
        if labels:
            return "、".join(labels)
    elif kind != raw.FPDF_FORMFIELD_TEXTFIELD or raw.FPDFAnnot_GetFormFieldFlags(forms, field) & _PASSWORD:
        return ""
    return _string(lambda buffer, size: raw.FPDFAnnot_GetFormFieldValue(forms, field, buffer, size))


def _string(fill: Any) -> str:
    """Return a string that PDFium writes into a buffer as UTF-16; `fill(None, 0)` returns its bytes."""
    from pypdfium2 import raw

    size = fill(None, 0)
    buffer = ctypes.create_string_buffer(size)
    fill(ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), size)
    return buffer.raw.decode("utf-16-le", "replace").rstrip("\0")
