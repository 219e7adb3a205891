"""PDF: a document a page. PDFium reads it, which knows the encodings of Japanese fonts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from contextlib import closing
from typing import Any, BinaryIO

from ingest.formats.parts import Fault, Part, ReadOptions, holds, real_title
from ingest.formats.readings import text_without_readings
from rag.errors import UnreadableDocument

_OCR = "kotae reads no pictures: put the text in with an OCR program first, or exclude the file."
_HYPHEN = re.compile("[\ufffe\x02\xad]\n?")  # PDFium's marks for a hyphen that divides a word at the end of a line
_DIVIDED = re.compile("(?<=[a-z])\u2010\n(?=[a-z])")  # as browsers divide words
_COMPATIBLE = re.compile("[\u2f00-\u2fdf\ufb00-\ufb06]")  # radicals and ligatures that fonts give for plain letters
_UNKNOWN = re.compile("[\x00-\x08\x0e-\x1f\ufffd\ue000-\uf8ff\U000f0000-\U0010ffff]")
_JAPANESE = re.compile("[\u3001-\u30ff\u3400-\u9fff\uf900-\ufaff\uff01-\uff60]")
_SENTENCE_END = "。．！？!?.:：」』）)"
_MAX_UNKNOWN = 0.2
_FULL_LINE = 0.8


def read_pdf(stream: BinaryIO, name: str, _options: ReadOptions) -> Iterator[Part | Fault]:
    """The pages that have text, `#page=<number>` from 1 on; blank pages are passed over.

    A page that is a picture, or whose fonts do not say which letters they show, is a Fault. Raises UnreadableDocument
    where the file is no PDF, asks for a password, or has no page with text. PDFium must not run in two threads at once.
    """
    import pypdfium2
    from pypdfium2.raw import FPDF_ERR_PASSWORD

    try:
        document = pypdfium2.PdfDocument(stream)
    except pypdfium2.PdfiumError as error:
        if error.err_code == FPDF_ERR_PASSWORD and holds(
            stream, b"/Encrypt"
        ):  # the code may be that of an earlier file
            raise UnreadableDocument(
                "This PDF asks for a password", where=name, do="Save it without a password."
            ) from error
        raise UnreadableDocument("This PDF is cut off, damaged or none", where=name) from error
    with closing(document):
        title = real_title(document.get_metadata_value("Title"))
        pages = (_page(document, number, title) for number in range(1, len(document) + 1))
        yield from _unless_all_pictures((page for page in pages if page is not None), name)


def _page(document: Any, number: int, title: str | None) -> Part | Fault | None:
    import pypdfium2

    place = f"page={number}"
    try:
        with closing(document[number - 1]) as page, closing(page.get_textpage()) as shown:
            text = clean(text_without_readings(shown))
            pictures = bool(text) or any(_is_picture(one) for one in page.get_objects(max_depth=4))
    except pypdfium2.PdfiumError as error:
        return Fault(f"This page cannot be read: {error}", place)
    if not text:
        return Fault("This page is a picture without text", place, _OCR) if pictures else None
    if len(_UNKNOWN.findall(text)) > _MAX_UNKNOWN * len("".join(text.split())):
        return Fault("The fonts of this page do not say which letters they show", place, _OCR)
    return Part(text, place, place, title)


def _is_picture(one: Any) -> bool:
    from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE, FPDF_PAGEOBJ_PATH, FPDF_PAGEOBJ_SHADING

    return one.type in {FPDF_PAGEOBJ_IMAGE, FPDF_PAGEOBJ_PATH, FPDF_PAGEOBJ_SHADING}


def _unless_all_pictures(pages: Iterator[Part | Fault], name: str) -> Iterator[Part | Fault]:
    """The pages; where not one has text, an UnreadableDocument for the whole file in their place."""
    held: list[Fault] = []
    for page in pages:
        if isinstance(page, Part):
            yield from held
            yield page
            yield from pages
            return
        held.append(page)
    reason = held[0].what if held else "All pages are blank"
    raise UnreadableDocument(f"No page of this PDF has text. {reason}", where=name, do=_OCR)


def clean(text: str) -> str:
    """A page's text as one would type it: divided words and Japanese lines joined, plain letters for special forms.

    A line break between Japanese letters goes where the line is full, that is at least four fifths as wide as the
    page's widest; other lines stay as they are.
    """
    text = _HYPHEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _DIVIDED.sub("", text)
    text = _COMPATIBLE.sub(lambda found: unicodedata.normalize("NFKC", found.group()), text)
    rows = [line.strip() for line in text.split("\n")]
    full = _FULL_LINE * max(map(_width, rows), default=0)
    joined: list[str] = []
    before = ""
    for row in rows:
        if joined and _runs_on(before, row) and _width(before) >= full:
            joined[-1] += row
        else:
            joined.append(row)
        before = row
    return "\n".join(joined).strip()


def _runs_on(line: str, following: str) -> bool:
    return bool(
        line
        and following
        and line[-1] not in _SENTENCE_END
        and _JAPANESE.match(line[-1])
        and _JAPANESE.match(following[0])
    )


def _width(line: str) -> int:
    """The columns that a line takes, two for a Japanese letter."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in line)
