"""Parts of a workbook (.xlsx) that its sheets refer to: their names, shared texts and number formats."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rag.tables.cell_text import BUILT_IN, unescape
from rag.tables.number_format import GENERAL
from rag.text.office_package import RELATIONSHIP_ID, OfficePackage
from rag.text.superscript import raised

_HIDDEN = frozenset({"hidden", "veryHidden"})


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A sheet of a workbook and the part of the file that it is in."""

    title: str
    part: str
    hidden: bool


class WorkbookParts:
    """The sheets, texts and formats of a workbook. A part that is missing costs what it would have said, no more."""

    def __init__(self, package: OfficePackage) -> None:
        self.package = package
        main = package.main_part()
        book = package.tree(main)
        if _name(book) != "workbook":
            raise ValueError("its document is not a workbook")
        self.from_1904 = any(element.get("date1904") in {"1", "true", "on"} for element in book.iter("{*}workbookPr"))
        self.sheets = self._sheets(main, book)
        self._texts_if_struck: dict[int, str] = {}
        self._texts = self._shared_texts(main)
        self._formats: dict[str, str] = {}
        self._struck: set[str] = set()
        self._read_styles(main)

    def shared_text(self, index: str, *, struck: bool = False) -> str:
        """Return a text that cells share, by its number, as it is in a cell whose style is struck out or not."""
        at = int(index) if index.isdecimal() else -1
        if not 0 <= at < len(self._texts):
            return ""
        return self._texts_if_struck.get(at) or strike(self._texts[at]) if struck else self._texts[at]

    def number_format(self, style: str) -> str:
        """Return the number format of a cell by its style."""
        return self._formats.get(style, GENERAL)

    def is_struck(self, style: str) -> bool:
        """Tell whether the text of a cell is struck out by its style."""
        return style in self._struck

    def rich_text(self, element: Any, *, struck: bool = False) -> str:
        """Return the text of a cell of several pieces, without the readings of its letters.

        A piece without a font of its own has that of the cell, which is struck out or not.
        """
        pieces = []
        for child in element:
            name = _name(child)
            if name == "t":
                pieces.append(strike(child.text or "") if struck else child.text or "")
            elif name == "r":
                is_raised = any(mark.get("val") == "superscript" for mark in child.iterfind("{*}rPr/{*}vertAlign"))
                text = "".join(piece.text or "" for piece in child if _name(piece) == "t")
                own = child.find("{*}rPr")
                is_struck = struck if own is None else any(map(_is_on, own.iterfind("{*}strike")))
                pieces.append(raised(text) if is_raised else strike(text) if is_struck else text)
        return unescape("".join(pieces))

    def texts_of_shapes(self, sheet: str) -> Iterator[str]:
        """Yield the text of each shape that is drawn on a sheet, such as a text box, its paragraphs as lines."""
        for part in self.package.related(sheet, "drawing"):
            for body in self.package.tree(part).iter("{*}txBody"):
                paragraphs = (
                    "".join(run.text or "" for run in line.iter("{*}t")) for line in body.iterchildren("{*}p")
                )
                if text := "\n".join(paragraphs).strip():
                    yield text

    def _sheets(self, main: str, book: Any) -> list[SheetPart]:
        by_id = {relation.id: relation for relation in self.package.relationships(main)}
        sheets = []
        for element in book.iter("{*}sheet"):
            relation = by_id.get(str(element.get(RELATIONSHIP_ID, "")))
            if relation is not None and relation.kind == "worksheet":
                hidden = element.get("state") in _HIDDEN
                sheets.append(SheetPart(str(element.get("name", "")), relation.part, hidden))
        return sheets

    def _shared_texts(self, main: str) -> list[str]:
        from lxml import etree

        texts: list[str] = []
        for part in self.package.related(main, "sharedStrings")[:1]:
            with self.package.open(part) as xml:
                for _, element in etree.iterparse(
                    xml, tag="{*}si", resolve_entities=False, no_network=True, huge_tree=True
                ):
                    if element.find("{*}r/{*}rPr") is not None:
                        self._texts_if_struck[len(texts)] = self.rich_text(element, struck=True)
                    texts.append(self.rich_text(element))
                    element.clear()
                    while element.getprevious() is not None:
                        del element.getparent()[0]
        return texts

    def _read_styles(self, main: str) -> None:
        parts = self.package.related(main, "styles")
        if not parts:
            return
        styles = self.package.tree(parts[0])
        own = {str(element.get("numFmtId")): str(element.get("formatCode", "")) for element in styles.iter("{*}numFmt")}
        of_cells = next(styles.iter("{*}cellXfs"), None)
        fonts = [any(map(_is_on, font.iterfind("{*}strike"))) for font in styles.iterfind("{*}fonts/{*}font")]
        struck = {str(at) for at, is_struck in enumerate(fonts) if is_struck}
        for at, xf in enumerate(() if of_cells is None else of_cells.iterchildren("{*}xf")):
            key = str(xf.get("numFmtId", "0"))
            code = own.get(key) or (BUILT_IN.get(int(key), GENERAL) if key.isdecimal() else GENERAL)
            if code.casefold() != GENERAL.casefold():
                self._formats[str(at)] = code
            if xf.get("fontId") in struck:
                self._struck.add(str(at))


def strike(text: str) -> str:
    r"""Return a text that is struck out as Markdown has it.

    >>> strike("500円\n"), strike(" ")
    ('~~500円~~\n', ' ')
    """
    inner = text.strip()
    return text.replace(inner, f"~~{inner}~~") if inner else text


def _is_on(mark: Any) -> bool:
    return mark.get("val", "1") not in {"0", "false", "off"}


def _name(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
