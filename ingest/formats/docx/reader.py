"""Word documents: headings as Markdown has them, numbered paragraphs, tables row by row, footnotes last."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from ingest.formats.archive import MEBI, check_archive
from ingest.formats.blocks import BULLET, STRUCK, MarkdownLines
from ingest.formats.docx.equation_fields import equation_text
from ingest.formats.docx.equations import M, linear
from ingest.formats.docx.form_values import box_of, form_value, is_on
from ingest.formats.docx.margins import content_lines, margin_parts
from ingest.formats.docx.numbering import Numbering
from ingest.formats.docx.styles import ParagraphStyles, attribute, outline_level, value_of
from ingest.formats.docx.symbols import symbol
from ingest.formats.graphics import GRAPHICS, add_graphic
from ingest.formats.hidden_text import is_hidden_run
from ingest.formats.merged_table import count_of
from ingest.formats.types import Fault, Part, ReadOptions, real_title
from rag.errors import UnreadableDocument
from rag.text.office_package import OfficePackage
from rag.text.superscript import is_raisable, raised

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
# Deleted text, ruby (the readings of Japanese letters), and the second copy of text boxes for old programs.
_DROPPED = frozenset(
    {
        f"{_W}del",
        f"{_W}moveFrom",
        f"{_W}rt",
        "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
    }
)
# The elements that say anything; a document has several times as many others, for its looks.
_READ = (
    *_DROPPED,
    *GRAPHICS,
    f"{M}oMath",
    *(f"{_W}{name}" for name in ("t", "fldChar", "fldSimple", "instrText", "p", "r", "br", "cr", "tab", "ptab")),
    *(f"{_W}{name}" for name in ("noBreakHyphen", "sym", "tr", "tc", "tbl", "sdt")),
)
_CELLS = frozenset({f"{_W}tc", f"{_W}tbl"})
_OTHER_FILES = (f"{_W}altChunk", f"{_W}subDoc")
_SAVE = "Open the document in Word and save it: that makes such parts text of its own."
_LONGEST = 1000
"""Characters of the instruction of a field that are looked at."""
_MAX_XML = 128 * MEBI


def read_docx(stream: BinaryIO, name: str, _options: ReadOptions) -> Iterator[Part | Fault]:
    """Yield the document of a file, titled by its title paragraph, its properties or its first heading.

    The text is gathered from the XML, with ruby bases, tracked insertions, content controls, text boxes and the numbers
    that Word gives to paragraphs. Raises UnreadableDocument.
    """
    check_archive(stream, name, max_xml=_MAX_XML)
    package = OfficePackage(stream)
    main = package.main_part()
    body = package.tree(main)
    if body.tag != f"{_W}document":
        raise UnreadableDocument("This file is not a Word file", where=name, do="Rename it with the right extension.")
    styles = ParagraphStyles(next(map(package.tree, package.related(main, "styles")), None))
    text = _DocumentText(package, styles, Numbering.of(package, main, styles))
    text.add(main, body)
    for notes in ("footnotes", "endnotes"):
        for part in package.related(main, notes):
            text.lines.block()
            text.add(part, package.tree(part))
    lines = text.lines
    title = lines.headings.get(0) or real_title(_title(package)) or lines.first_heading
    inner = lines.text()
    known = {line.strip("#- |") for line in inner.split("\n")}
    margins = []
    for kind in ("header", "footer"):
        outer = _DocumentText(package, styles, Numbering())
        for part in margin_parts(package, main, body, kind):
            outer.lines.block()
            outer.add(part, package.tree(part))
        margins.append("\n".join(content_lines(outer.lines.text(), known)))
    yield Part("\n\n".join(filter(None, [margins[0], inner, margins[1]])), title=title)
    if next(body.iter(*_OTHER_FILES), None) is not None:
        yield Fault("A part of this document that is a file of its own is not read", "altChunk", _SAVE)


def _title(package: OfficePackage) -> str | None:
    from lxml import etree

    try:
        properties = next(map(package.tree, package.related("", "core-properties")), None)
    except etree.XMLSyntaxError:  # they are no part of the text
        return None
    title = None if properties is None else properties.find("{http://purl.org/dc/elements/1.1/}title")
    return None if title is None else title.text


def _is_page_number(instruction: str) -> bool:
    return instruction.split()[:1] in (["PAGE"], ["NUMPAGES"], ["SECTIONPAGES"])


@dataclass(slots=True)
class _Field:
    """A field of Word while it is read; the result of a hidden one, such as a page number, is not text."""

    instruction: str = ""
    hidden: bool = False
    has_result: bool = False
    separated: bool = False


@dataclass(slots=True)
class _Control:
    """A content control while it is read: the box that its runs stand for, "" once it is written."""

    box: str = ""
    is_dropped: bool = False

    @staticmethod
    def of(element: Any) -> _Control:
        """Return a control, whose runs are dropped if they are a box or a hint and no rows of a table."""
        box, hint = box_of(element), element.find(f"{_W}sdtPr/{_W}showingPlcHdr")
        is_empty = box or (hint is not None and is_on(hint))
        return _Control(box, is_dropped=bool(is_empty) and next(element.iter(f"{_W}tr"), None) is None)


class _DocumentText:
    """The text of a document, gathered part by part: its body first, then its notes."""

    def __init__(self, package: OfficePackage, styles: ParagraphStyles, numbering: Numbering) -> None:
        self.lines = MarkdownLines()
        self._package = package
        self._styles = styles
        self._numbering = numbering
        self._fields: list[_Field] = []
        self._controls: list[_Control] = []
        self._struck = False
        self._goes_on = False

    def add(self, part: str, root: Any) -> None:
        """Add the text of a part, given the root of its tree."""
        from lxml import etree

        dropped: Any = None
        walk = etree.iterwalk(root, events=("start", "end"), tag=_READ)
        for event, element in walk:
            if event == "start" and dropped is None:
                if self._is_dropped(element):
                    dropped = element
                    walk.skip_subtree()
                elif element.tag == f"{M}oMath":
                    self.lines.add(linear(element))
                    dropped = element
                    walk.skip_subtree()
                elif element.tag in GRAPHICS:
                    add_graphic(self.lines, self._package, part, element)
                elif element.tag == f"{_W}sdt":
                    self._controls.append(_Control.of(element))
                else:
                    self._open(element)
            elif event == "end":
                if element is dropped:
                    dropped = None
                elif dropped is None:
                    self._end(element)

    def _end(self, element: Any) -> None:
        if element.tag == f"{_W}p":
            self._strike(on=False)
        if element.tag == f"{_W}sdt":
            self._controls.pop()
        self._goes_on = self._goes_on and element.tag not in _CELLS
        if element.tag != f"{_W}p" or not self._goes_on:
            _close(self.lines, element)

    def _is_dropped(self, element: Any) -> bool:
        if element.tag == f"{_W}fldSimple":
            return _is_page_number(attribute(element, "instr"))
        if element.tag != f"{_W}r":
            return element.tag in _DROPPED
        if self._controls and (control := self._controls[-1]).is_dropped:
            self.lines.add(control.box)
            control.box = ""
            return True
        settings = next(element.iterchildren(f"{_W}rPr"), None)
        hidden = bool(self._styles.hidden) and self._is_hidden_by_style(element, settings)
        return is_hidden_run(element, by_style=hidden)

    def _is_hidden_by_style(self, run: Any, settings: Any) -> bool:
        style = "" if settings is None else value_of(settings, "rStyle")
        paragraph = next(run.iterancestors(f"{_W}p"), None)
        of_paragraph = "" if paragraph is None else self._styles.of(paragraph)
        return not self._styles.hidden.isdisjoint({style, of_paragraph})

    def _open(self, element: Any) -> None:
        tag, lines = element.tag, self.lines
        if tag == f"{_W}t":
            for field in self._fields:
                field.has_result = True
            if not any(field.hidden for field in self._fields):
                self._strike(on=_is_struck(element))
                lines.add(raised(text) if is_raisable(text := element.text or "") and _is_raised(element) else text)
        elif tag == f"{_W}fldChar":
            self._pass_field(attribute(element, "fldCharType"))
            lines.add(form_value(element))
        elif tag == f"{_W}instrText" and self._fields:
            field = self._fields[-1]
            field.instruction = (field.instruction + (element.text or ""))[:_LONGEST]
        elif tag == f"{_W}p":
            self._open_paragraph(element)
        elif tag in {f"{_W}br", f"{_W}cr"}:
            lines.line()
        elif tag in {f"{_W}tab", f"{_W}ptab"}:
            lines.add("\t")
        elif tag == f"{_W}noBreakHyphen":
            lines.add("-")
        elif tag == f"{_W}sym":
            lines.add(symbol(attribute(element, "font"), attribute(element, "char")))
        elif tag == f"{_W}tr":
            _open_row(lines, element)
        elif tag == f"{_W}tbl":
            lines.table()

    def _strike(self, *, on: bool) -> None:
        """Mark where text that is struck through begins or ends."""
        if on is not self._struck:
            self._struck = on
            self.lines.add(STRUCK)

    def _pass_field(self, place: str) -> None:
        if place == "begin":
            self._fields.append(_Field())
        elif self._fields and place == "separate":
            self._fields[-1].separated = True
            self._fields[-1].hidden = _is_page_number(self._fields[-1].instruction)
        elif self._fields and place == "end":
            field = self._fields.pop()
            if not field.has_result and all(outer.separated for outer in self._fields):
                self.lines.add(equation_text(field.instruction))

    def _open_paragraph(self, paragraph: Any) -> None:
        settings = paragraph.find(f"{_W}pPr")
        goes_on, self._goes_on = self._goes_on, _is_joined(settings)
        if goes_on:
            return
        style = self._styles.of(paragraph)
        level = None if settings is None else outline_level(value_of(settings, "outlineLvl"))
        level = self._styles.headings.get(style) if level is None else level
        number = self._numbering.advance(paragraph)
        if level is not None:
            self.lines.heading(level, "" if number in {None, BULLET} else str(number))
        elif number or (number is None and style.startswith("List")):
            self.lines.item(number or BULLET)
        else:
            self.lines.block()


def _open_row(lines: MarkdownLines, row: Any) -> None:
    data = next(row.iter(f"{_W}tbl"), None) is None  # a row with a table inside lays out a page
    lines.row(data=data)
    before = row.find(f"{_W}trPr/{_W}gridBefore")
    if data and before is not None:
        lines.end_cell(count_of(attribute(before, "val")))


def _is_joined(settings: Any) -> bool:
    """Tell whether the end of a paragraph was deleted, so that the next one goes on where it ends."""
    marks = () if settings is None else settings.iterfind(f"{_W}rPr/{_W}del")
    return any(True for _ in marks)


def _is_raised(text: Any) -> bool:
    setting = text.getparent().find(f"{_W}rPr/{_W}vertAlign")
    return setting is not None and attribute(setting, "val") == "superscript"


def _is_struck(text: Any) -> bool:
    settings = text.getparent().find(f"{_W}rPr")
    marks = () if settings is None else (settings.find(f"{_W}{name}") for name in ("strike", "dstrike"))
    return any(mark is not None and is_on(mark) for mark in marks)


def _close(lines: MarkdownLines, element: Any) -> None:
    tag = element.tag
    if tag == f"{_W}p":
        lines.end_heading()
        lines.end_item()
    elif tag == f"{_W}tc":
        merged = element.find(f"{_W}tcPr/{_W}vMerge")
        across = element.find(f"{_W}tcPr/{_W}gridSpan")
        again = merged is not None and attribute(merged, "val") != "restart"
        lines.end_cell(1 if across is None else count_of(attribute(across, "val")), again=again)
    elif tag == f"{_W}tr":
        lines.end_row()
    elif tag == f"{_W}tbl":
        lines.block()
