"""PowerPoint presentations: a document for each slide, with its tables, charts, diagrams and notes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from ingest.formats.archive import MEBI, check_archive
from ingest.formats.blocks import STRUCK, MarkdownLines
from ingest.formats.docx.equations import M, linear
from ingest.formats.graphics import GRAPHICS, add_graphic
from ingest.formats.merged_table import count_of
from ingest.formats.slide_numbering import SlideNumbering
from ingest.formats.types import Fault, Part, ReadOptions
from rag.errors import UnreadableDocument
from rag.text.office_package import RELATIONSHIP_ID, OfficePackage
from rag.text.superscript import is_raisable, raised

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_TITLES = frozenset({"title", "ctrTitle"})
_MARGINS = frozenset({"sldNum", "dt", "ftr", "hdr", "sldImg"})
_STRUCK = frozenset({"sngStrike", "dblStrike"})
_YES = frozenset({"1", "true"})
_MAX_XML = 128 * MEBI


def read_pptx(stream: BinaryIO, name: str, _options: ReadOptions) -> Iterator[Part | Fault]:
    """Yield a document for each slide, `#slide=<number>`, titled by its title. Raises UnreadableDocument.

    Numbers, dates and footers of slides are not read. A hidden slide is left out, and a Fault says so.
    """
    check_archive(stream, name, max_xml=_MAX_XML)
    package = OfficePackage(stream)
    main = package.main_part()
    presentation = package.tree(main)
    if presentation.tag != f"{_P}presentation":
        raise UnreadableDocument(
            "This file is not a PowerPoint file", where=name, do="Rename it with the right extension."
        )
    parts = {relation.id: relation.part for relation in package.relationships(main)}
    slides = [str(slide.get(RELATIONSHIP_ID, "")) for slide in presentation.iter(f"{_P}sldId")]
    for number, key in enumerate(slides, 1):
        position = f"slide={number}"
        if key not in parts:
            yield Fault("This slide is missing from its file", position)
            continue
        slide = package.tree(parts[key])
        if slide.get("show") in {"0", "false"}:
            yield Fault("This slide is hidden, and left out", position, "Unhide it to have it read.", left_out=True)
            continue
        lines = MarkdownLines()
        title = _add(lines, package, parts[key], slide)
        for notes in package.related(parts[key], "notesSlide"):
            lines.block()
            _add(lines, package, notes, package.tree(notes))
        if text := lines.text():
            yield Part(text, position, position, title)


def _add(lines: MarkdownLines, package: OfficePackage, part: str, slide: Any) -> str | None:
    """Add the text of a slide, and return its title."""
    from lxml import etree

    title: str | None = None
    dropped: Any = None
    numbering = SlideNumbering()
    _put_title_first(slide)
    walk = etree.iterwalk(slide, events=("start", "end"))
    for event, element in walk:
        if event == "start" and dropped is None:
            kind = _placeholder(element)
            across = element.tag == f"{_A}tc" and element.get("hMerge") in _YES  # part of the cell before it
            equation = element.tag == f"{M}oMath"
            if equation:
                lines.add(linear(element))
            if equation or across or kind in _MARGINS or _is_margin(element):
                dropped = element
                walk.skip_subtree()
            elif kind in _TITLES and title is None:
                title = " ".join("".join(text.text or "" for text in element.iter(f"{_A}t")).split()) or None
                lines.heading(1)
            elif element.tag in GRAPHICS:
                add_graphic(lines, package, part, element)
            elif element.tag == f"{_A}p":
                if mark := numbering.advance(element):
                    lines.item(mark)
            else:
                _open(lines, element)
        elif event == "end":
            if element is dropped:
                dropped = None
            elif dropped is None:
                _close(lines, element, heading=_placeholder(element) in _TITLES)
    return title


def _put_title_first(slide: Any) -> None:
    """Move the title before the shapes that were drawn before it."""
    shapes = slide.find(f"{_P}cSld/{_P}spTree")
    title = None if shapes is None else next((item for item in shapes if _placeholder(item) in _TITLES), None)
    if title is not None:
        shapes.insert(0, title)


def _is_margin(element: Any) -> bool:
    """Tell whether an element is the number of the slide, a date that changes, or a copy for old programs."""
    if element.tag == f"{_A}fld":
        return str(element.get("type", "")).startswith(("slidenum", "datetime"))
    return str(element.tag).endswith("}Fallback")


def _placeholder(element: Any) -> str:
    """Return what a shape is a placeholder for; "" for any other element."""
    if element.tag != f"{_P}sp":
        return ""
    place = element.find(f"{_P}nvSpPr/{_P}nvPr/{_P}ph")
    return "" if place is None else str(place.get("type", "body"))


def _open(lines: MarkdownLines, element: Any) -> None:
    if element.tag == f"{_A}t":
        struck = STRUCK if _setting(element, "strike") in _STRUCK else ""
        raises = is_raisable(text := element.text or "") and not _setting(element, "baseline").startswith(("-", "0"))
        lines.add(f"{struck}{raised(text) if raises else text}{struck}")
    elif element.tag == f"{_A}br":
        lines.line()
    elif element.tag == f"{_A}tr":
        lines.row(data=True)
    elif element.tag == f"{_P}sp":
        lines.block()
    elif element.tag == f"{_A}tbl":
        lines.table()


def _setting(text: Any, name: str) -> str:
    """Return a setting of the run that a text is in."""
    run = text.getparent().find(f"{_A}rPr")
    return "0" if run is None else str(run.get(name, "0"))


def _close(lines: MarkdownLines, element: Any, *, heading: bool) -> None:
    if heading:
        lines.end_heading()
    elif element.tag == f"{_A}p":
        lines.end_item()
    elif element.tag == f"{_A}tc":
        again = element.get("vMerge") in _YES
        lines.end_cell(count_of(element.get("gridSpan")), again=again)
    elif element.tag == f"{_A}tr":
        lines.end_row()
