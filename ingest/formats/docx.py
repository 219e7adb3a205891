"""Word documents: headings as Markdown has them, lists, tables row by row, footnotes last."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from ingest.formats.archive import MEBI, check_archive
from ingest.formats.blocks import MarkdownLines
from ingest.formats.hidden_text import is_hidden_run
from ingest.formats.types import Part, ReadOptions, real_title

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
_HEADING = re.compile(r"(?:heading|見出し)\s*(\d)")
_MAX_XML = 128 * MEBI


def read_docx(stream: BinaryIO, name: str, _options: ReadOptions) -> Iterator[Part]:
    """Yield the document of a file, titled by its title paragraph, its properties or its first heading.

    python-docx opens the file and finds its parts; the text is gathered from the XML, as `Paragraph.text` omits text
    with ruby, tracked insertions, content controls and text boxes. Raises UnreadableDocument.
    """
    from docx import Document
    from lxml import etree

    check_archive(stream, name, max_xml=_MAX_XML)
    document = Document(stream)
    levels = _levels(document.styles.element)
    lines = MarkdownLines()
    _walk(etree, document.element.body, lines, levels)
    for notes in ("footnotes", "endnotes"):
        for relation in document.part.rels.values():
            if not relation.is_external and relation.reltype.endswith(f"/{notes}"):
                parser = etree.XMLParser(resolve_entities=False, no_network=True)
                lines.block()
                _walk(etree, etree.fromstring(relation.target_part.blob, parser), lines, levels)
    yield Part(
        lines.text(), title=lines.headings.get(0) or real_title(document.core_properties.title) or lines.first_heading
    )


def _levels(styles: Any) -> Mapping[str, int]:
    """Return the heading level of each style that has one, its own or inherited; 0 is the style of the title."""
    own: dict[str, int] = {}
    base: dict[str, str] = {}
    for style in styles.iter(f"{_W}style"):
        key = style.get(f"{_W}styleId", "")
        name = _value(style.find(f"{_W}name")).lower()
        outline = _value(style.find(f"{_W}pPr/{_W}outlineLvl"))
        heading = _HEADING.match(name)
        if name in {"title", "表題"}:
            own[key] = 0
        elif heading:
            own[key] = int(heading.group(1))
        elif outline.isdigit() and int(outline) < 9:
            own[key] = int(outline) + 1
        base[key] = _value(style.find(f"{_W}basedOn"))
    for key in base:
        at, seen = key, {key}
        while at not in own and base.get(at) and base[at] not in seen:
            at = base[at]
            seen.add(at)
        if at in own:
            own[key] = own[at]
    return own


def _walk(etree: Any, root: Any, lines: MarkdownLines, levels: Mapping[str, int]) -> None:
    dropped: Any = None
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        if event == "start" and dropped is None:
            if element.tag in _DROPPED or (element.tag == f"{_W}r" and is_hidden_run(element)):
                dropped = element
                walk.skip_subtree()
            else:
                _open(lines, element, levels)
        elif event == "end":
            if element is dropped:
                dropped = None
            elif dropped is None:
                _close(lines, element)


def _open(lines: MarkdownLines, element: Any, levels: Mapping[str, int]) -> None:
    tag = element.tag
    if tag == f"{_W}t":
        lines.add(element.text)
    elif tag == f"{_W}p":
        _open_paragraph(lines, element, levels)
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


def _open_paragraph(lines: MarkdownLines, paragraph: Any, levels: Mapping[str, int]) -> None:
    style = _value(paragraph.find(f"{_W}pPr/{_W}pStyle"))
    outline = _value(paragraph.find(f"{_W}pPr/{_W}outlineLvl"))
    level = int(outline) + 1 if outline.isdigit() and int(outline) < 9 else levels.get(style)
    if level is not None:
        lines.heading(level)
    elif paragraph.find(f"{_W}pPr/{_W}numPr") is not None or style.startswith("List"):
        lines.item()
    else:
        lines.block()


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


def _value(element: Any) -> str:
    return "" if element is None else str(element.get(f"{_W}val", ""))
