"""PDF: a document a page. PDFium reads it, which knows the encodings of Japanese fonts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from itertools import chain, pairwise
from typing import Any, BinaryIO

from ingest.formats.pdf.clean import clean
from ingest.formats.pdf.page import Sheet, sheet_of
from ingest.formats.pdf.page_breaks import completed
from ingest.formats.pdf.running_heads import without_running
from ingest.formats.types import Fault, Part, ReadOptions, holds, real_title
from rag.errors import UnreadableDocument

_OCR = "kotae reads no pictures: put the text in with an OCR program first, or exclude the file."
_UNKNOWN = re.compile("[\x00-\x08\x0e-\x1f\ufffd\ue000-\uf8ff\U000f0000-\U0010ffff]")
_MAX_UNKNOWN = 0.2


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
        pages = (_page(document, number) for number in range(1, len(document) + 1))
        settled = without_running(page for page in pages if page is not None)
        yield from _unless_all_pictures(_parts(settled, title), name)


def _parts(pages: Iterator[Sheet | Fault], title: str | None) -> Iterator[Part | Fault]:
    for page, following in pairwise(chain(pages, [None])):
        if isinstance(page, Fault):
            yield page
        elif page is not None:
            place = f"page={page.number}"
            yield Part(_text(page, following if isinstance(following, Sheet) else None), place, place, title)


def _text(page: Sheet, following: Sheet | None) -> str:
    """The text of a page with the end of its last sentence, below the running lines that it is the first to have."""
    after = following.lines if following and following.number == page.number + 1 else ()
    text = completed([line.text for line in page.lines], [line.text for line in after])
    running = "\n".join(clean(line) for line in page.running)
    return f"{running}\n\n{text}" if running else text


def _page(document: Any, number: int) -> Sheet | Fault | None:
    import pypdfium2

    place = f"page={number}"
    try:
        with closing(document[number - 1]) as page, closing(page.get_textpage()) as shown:
            sheet = sheet_of(page, shown, number)
            text = clean("\n".join(line.text for line in sheet.lines))
            pictures = bool(text) or any(_is_picture(one) for one in page.get_objects(max_depth=4))
    except pypdfium2.PdfiumError as error:
        return Fault(f"This page cannot be read: {error}", place)
    if not text:
        return Fault("This page is a picture without text", place, _OCR) if pictures else None
    if len(_UNKNOWN.findall(text)) > _MAX_UNKNOWN * len("".join(text.split())):
        return Fault("The fonts of this page do not say which letters they show", place, _OCR)
    return sheet


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
