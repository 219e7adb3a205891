"""Charts and diagrams (SmartArt) of Office files as text: their titles, labels and values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ingest.formats.blocks import MarkdownLines
from rag.tables.cell_text import cell_text
from rag.text.office_package import RELATIONSHIP_ID, OfficePackage

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_D = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
GRAPHICS = frozenset({f"{_C}chart", f"{_D}relIds"})
_DIAGRAM_ID = RELATIONSHIP_ID.replace("}id", "}dm")
_MOST_POINTS = 2000


def add_graphic(lines: MarkdownLines, package: OfficePackage, part: str, element: Any) -> None:
    """Add what the chart or diagram says that an element of a part, with one of the tags `GRAPHICS`, refers to."""
    chart = element.tag == f"{_C}chart"
    key = element.get(RELATIONSHIP_ID if chart else _DIAGRAM_ID)
    target = next((relation.part for relation in package.relationships(part) if relation.id == key), None)
    if target is not None:
        lines.block()
        (_add_chart if chart else _add_diagram)(lines, package.tree(target))
        lines.block()


def _add_diagram(lines: MarkdownLines, root: Any) -> None:
    for text in root.iter(f"{_D}t"):
        for paragraph in text.iter(f"{_A}p"):
            lines.add("".join(run.text or "" for run in paragraph.iter(f"{_A}t")))
            lines.line()


def _add_chart(lines: MarkdownLines, root: Any) -> None:
    """Add the titles of a chart and of its axes, then its values as a table with a column for each series."""
    for title in root.iter(f"{_C}title"):
        lines.add("".join(text.text or "" for text in title.iter(f"{_A}t", f"{_C}v")))
        lines.line()
    series = list(root.iter(f"{_C}ser"))
    names = ["".join(text.text or "" for text in line.iterfind(f"{_C}tx//{_C}v")) for line in series]
    columns = [dict(_points(line, "val", "yVal")) for line in series]
    labels: dict[int, str] = {}
    for line in reversed(series):
        labels.update(_points(line, "cat", "xVal"))
    rows = sorted({index for column in columns for index in column})[:_MOST_POINTS]
    if any(names):
        _add_row(lines, ["", *names])
    for index in rows:
        _add_row(lines, [labels.get(index, ""), *(column.get(index, "") for column in columns)])


def _points(series: Any, *kinds: str) -> Iterator[tuple[int, str]]:
    """Yield the number and the text of each point of a series, as the chart shows it."""
    for kind in kinds:
        for cache in series.iterfind(f"{_C}{kind}//{_C}ptCount/.."):
            code = cache.findtext(f"{_C}formatCode") or "General"
            texts = cache.tag != f"{_C}numCache"
            for point in cache.iter(f"{_C}pt"):
                index, value = str(point.get("idx", "")), point.findtext(f"{_C}v")
                if index.isdecimal() and len(index) < 7 and value:
                    yield int(index), value if texts else cell_text(value, "n", code)


def _add_row(lines: MarkdownLines, cells: list[str]) -> None:
    lines.row(data=True)
    for cell in cells:
        lines.add(cell)
        lines.end_cell()
    lines.end_row()
