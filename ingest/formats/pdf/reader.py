"""PDF: a document for each page, read by PDFium, which knows the encodings of Japanese fonts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from itertools import chain, pairwise
from typing import Any, BinaryIO

from ingest.formats.pdf.clean import clean
from ingest.formats.pdf.glyph_numbers import has_glyph_numbers
from ingest.formats.pdf.ocr import EXTRA, has_ocr, max_scans, read_scan
from ingest.formats.pdf.page import PdfPage, read_page
from ingest.formats.pdf.page_breaks import complete_last_sentence
from ingest.formats.pdf.running_heads import without_running_heads
from ingest.formats.pdf.stand_in_font import use_stand_in
from ingest.formats.types import Fault, Part, ReadOptions, contains, real_title
from rag.errors import UnreadableDocument
from rag.messages import Message

_OCR = Message(
    "Have kotae read pictures ({install}), add a text layer with another OCR program, or exclude the file.",
    install=EXTRA,
)
_IMAGE = Message("This page is an image without text")
_UNSURE_IMAGE = Message("This page is an image, and OCR is not sure enough of its letters")
_UNSURE_LETTERS = Message(
    "The fonts of this page do not say which letters they show, and OCR is not sure enough of its letters"
)
_BETTER = "Scan it again upright and with 300 dots an inch, add a text layer by another OCR program, or exclude it."
_NO_LETTERS = "The fonts of this page do not say which letters they show"
_TOO_MANY = Message("More pages of this PDF are images than OCR reads in a file of its size; this one was not read")
_XFA = "This PDF is a dynamic form (XFA), which only programs of Adobe show"
_BROKEN, _MAX_BROKEN = "This page cannot be read", 101
_UNKNOWN = re.compile("[\x00-\x08\x0e-\x1f\ufffd\ue000-\uf8ff\U000f0000-\U0010ffff]")
_MAX_UNKNOWN = 0.2


def read_pdf(stream: BinaryIO, name: str, _options: ReadOptions) -> Iterator[Part | Fault]:
    """Yield the pages with text, `#page=<number>` from 1 on; blank pages are skipped.

    A page that is an image, or whose fonts do not map to letters, is a Fault. Raises UnreadableDocument for a file that
    is not a PDF, needs a password, or has no page with text. PDFium must not run in two threads at once.
    """
    import pypdfium2
    from pypdfium2.raw import FORMTYPE_NONE, FORMTYPE_XFA_FULL, FPDF_ERR_PASSWORD

    use_stand_in()
    scans = iter(range(max_scans(stream.seek(0, 2))))
    stream.seek(0)
    try:
        document = pypdfium2.PdfDocument(stream)
    except pypdfium2.PdfiumError as error:
        if error.err_code == FPDF_ERR_PASSWORD and contains(
            stream, b"/Encrypt"
        ):  # the code may be that of an earlier file
            raise UnreadableDocument(
                "This PDF needs a password", where=name, do="Save it without a password."
            ) from error
        raise UnreadableDocument("This file is cut off, damaged or not a PDF", where=name) from error
    with closing(document):
        if document.get_formtype() == FORMTYPE_XFA_FULL:  # its pages only say that another program is needed
            raise UnreadableDocument(_XFA, where=name, do="Open it in Adobe Acrobat Reader, and print it to a PDF.")
        if document.get_formtype() != FORMTYPE_NONE:
            document.init_forms()
        title = real_title(document.get_metadata_value("Title"))
        body = without_running_heads(page for page in _pages(document, scans) if page is not None)
        yield from _require_text(_parts(body, title), name)


def _parts(pages: Iterator[PdfPage | Fault], title: str | None) -> Iterator[Part | Fault]:
    for page, following in pairwise(chain(pages, [None])):
        if isinstance(page, Fault):
            yield page
        elif page is not None:
            position = f"page={page.number}"
            yield Part(_text(page, following if isinstance(following, PdfPage) else None), position, position, title)


def _text(page: PdfPage, following: PdfPage | None) -> str:
    """Return the text of a page to the end of its last sentence, below the running heads that first occur on it."""
    after = following.lines if following and following.number == page.number + 1 else ()
    text = complete_last_sentence([line.text for line in page.lines], [line.text for line in after])
    heads = "\n".join(map(clean, page.running_heads))
    return f"{heads}\n\n{text}" if heads else text


def _pages(document: Any, scans: Iterator[int]) -> Iterator[PdfPage | Fault | None]:
    """Yield the pages, up to a run of broken ones: a damaged file may say that it has a million.

    As many are read from their pictures as `scans` has left.
    """
    broken = 0
    for number in range(1, len(document) + 1):
        page = _page(document, number, scans)
        broken = broken + 1 if isinstance(page, Fault) and page.what.startswith(_BROKEN) else 0
        if broken == _MAX_BROKEN:
            yield Fault(
                "Neither this page nor one of the hundred before it can be read; those after it are left out",
                f"page={number}",
            )
            return
        yield page


def _page(document: Any, number: int, scans: Iterator[int]) -> PdfPage | Fault | None:
    import pypdfium2

    position = f"page={number}"
    try:
        with closing(document[number - 1]) as page, closing(page.get_textpage()) as text_page:
            read = read_page(page, text_page, number)
            text = clean("\n".join(line.text for line in read.lines))
            glyph_numbers = has_glyph_numbers(text_page)
            pictures = bool(text) or any(map(_is_picture, page.get_objects(max_depth=4)))
            unknown = glyph_numbers or len(_UNKNOWN.findall(text)) > _MAX_UNKNOWN * len("".join(text.split()))
            if (unknown or not text) and pictures and has_ocr():
                if next(scans, None) is None:
                    return Fault(_TOO_MANY, position, "Split the file, or add a text layer by another OCR program.")
                return read_scan(page, number) or Fault(_UNSURE_LETTERS if text else _UNSURE_IMAGE, position, _BETTER)
    except pypdfium2.PdfiumError as error:
        return Fault(Message("This page cannot be read: {error}", error=error), position)
    if not text:
        return Fault(_IMAGE, position, _OCR) if pictures else None
    return Fault(_NO_LETTERS, position, _OCR) if unknown else read


def _is_picture(item: Any) -> bool:
    from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE, FPDF_PAGEOBJ_PATH, FPDF_PAGEOBJ_SHADING

    return item.type in {FPDF_PAGEOBJ_IMAGE, FPDF_PAGEOBJ_PATH, FPDF_PAGEOBJ_SHADING}


def _require_text(pages: Iterator[Part | Fault], name: str) -> Iterator[Part | Fault]:
    """Yield the pages; raise UnreadableDocument for the whole file instead if none of them has text."""
    faults: list[Fault] = []
    for page in pages:
        if isinstance(page, Part):
            yield from faults
            yield page
            yield from pages
            return
        faults.append(page)
    reason = Message.of(faults[0].what) if faults else Message("All pages are blank")
    raise UnreadableDocument(Message("No page of this PDF has text. {reason}", reason=reason), where=name, do=_OCR)
