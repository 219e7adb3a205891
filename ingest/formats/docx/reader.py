"""Word documents: headings as Markdown has them, numbered paragraphs, tables row by row, footnotes last."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from ingest.formats.archive import MEBI, check_archive
from ingest.formats.blocks import BULLET, MarkdownLines
from ingest.formats.docx.numbering import Numbering
from ingest.formats.docx.styles import ParagraphStyles, outline_level, value_of
from ingest.formats.hidden_text import is_hidden_run
from ingest.formats.types import Part, ReadOptions, real_title
from rag.errors import UnreadableDocument
from rag.text.office_package import OfficePackage

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
_MAX_XML = 128 * MEBI


def read_docx(stream: BinaryIO, name: str, _options: ReadOptions) -> Iterator[Part]:
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
    text = _DocumentText(styles, Numbering.of(package, main, styles))
    text.add(body)
    for notes in ("footnotes", "endnotes"):
        for part in package.related(main, notes):
            text.lines.block()
            text.add(package.tree(part))
    lines = text.lines
    yield Part(lines.text(), title=lines.headings.get(0) or real_title(_title(package)) or lines.first_heading)


def _title(package: OfficePackage) -> str | None:
    properties = next(map(package.tree, package.related("", "core-properties")), None)
    title = None if properties is None else properties.find("{http://purl.org/dc/elements/1.1/}title")
    return None if title is None else title.text


class _DocumentText:
    """The text of a document, gathered part by part: its body first, then its notes."""

    def __init__(self, styles: ParagraphStyles, numbering: Numbering) -> None:
        self.lines = MarkdownLines()
        self._styles = styles
        self._numbering = numbering

    def add(self, root: Any) -> None:
        """Add the text of a part."""
        from lxml import etree

        dropped: Any = None
        walk = etree.iterwalk(root, events=("start", "end"))
        for event, element in walk:
            if event == "start" and dropped is None:
                if element.tag in _DROPPED or (element.tag == f"{_W}r" and is_hidden_run(element)):
                    dropped = element
                    walk.skip_subtree()
                else:
                    self._open(element)
            elif event == "end":
                if element is dropped:
                    dropped = None
                elif dropped is None:
                    _close(self.lines, element)

    def _open(self, element: Any) -> None:
        tag, lines = element.tag, self.lines
        if tag == f"{_W}t":
            lines.add(element.text)
        elif tag == f"{_W}p":
            self._open_paragraph(element)
        elif tag in {f"{_W}br", f"{_W}cr"}:
            lines.line()
        elif tag in {f"{_W}tab", f"{_W}ptab"}:
            lines.add("\t")
        elif tag == f"{_W}noBreakHyphen":
            lines.add("-")
        elif tag == f"{_W}tr":
            lines.row(data=next(element.iter(f"{_W}tbl"), None) is None)  # a row with a table inside lays out a page
        elif tag == f"{_W}tbl":
            lines.block()

    def _open_paragraph(self, paragraph: Any) -> None:
        settings = paragraph.find(f"{_W}pPr")
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


def _close(lines: MarkdownLines, element: Any) -> None:
    tag = element.tag
    if tag == f"{_W}p":
        lines.end_heading()
        lines.end_item()
    elif tag == f"{_W}tc":
        lines.end_cell()
    elif tag == f"{_W}tr":
        lines.end_row()
    elif tag == f"{_W}tbl":
        lines.block()
