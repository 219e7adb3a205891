"""Excel workbooks from before 2007 (.xls), read by xlrd: what their sheets show."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, BinaryIO

from rag.tables.cell_text import cell_text
from rag.tables.header import TableRow
from rag.tables.merged_cells import MergedRange
from rag.tables.number_format import GENERAL
from rag.tables.xlsx import SheetFacts, SheetStream

_KINDS = {1: "str", 2: "n", 3: "n", 4: "b"}
"""Types of cells as .xlsx files name them, by xlrd's numbers: a text, a number, a date, a truth value."""
_ERROR = 5


def read_old_sheets(stream: BinaryIO) -> Iterator[SheetStream]:
    """Yield the sheets of an .xls file, without the rows and columns that are hidden by hand.

    Values that formulas did not save are not known of. Raises whatever xlrd raises.
    """
    import xlrd

    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        book = xlrd.open_workbook(file_contents=stream.read(), formatting_info=True, logfile=nowhere)
    for sheet in book.sheets():
        facts = SheetFacts()
        if sheet.visibility:
            yield SheetStream(sheet.name, iter(()), facts, hidden=True)
            continue
        facts.merged = [
            MergedRange(top + 1, left, bottom, right - 1) for top, bottom, left, right in sheet.merged_cells
        ]
        columns = sheet.colinfo_map.items()
        facts.hidden_columns = {column for column, info in columns if info.hidden and not info.outline_level}
        yield SheetStream(sheet.name, _rows(book, sheet, facts), facts)


def _rows(book: Any, sheet: Any, facts: SheetFacts) -> Iterator[TableRow]:
    from xlrd import error_text_from_code

    for index in range(sheet.nrows):
        texts: list[str] = []
        errors: list[tuple[int, str]] = []
        for column, cell in enumerate(sheet.row(index)):
            texts.append("")
            if column in facts.hidden_columns:
                continue
            if cell.ctype == _ERROR:
                errors.append((column, error_text_from_code.get(cell.value, "#N/A")))
            elif cell.ctype in _KINDS:
                texts[column] = _text(book, cell)
        if not any(texts) and not errors:
            continue
        info = sheet.rowinfo_map.get(index)
        if info is not None and info.hidden and not info.outline_level:
            facts.hidden_rows.append(index + 1)
        else:
            yield TableRow(index + 1, index + 1, tuple(texts), errors=tuple(errors))


def _text(book: Any, cell: Any) -> str:
    shape = book.format_map.get(book.xf_list[cell.xf_index].format_key) if cell.xf_index is not None else None
    code = GENERAL if shape is None else str(shape.format_str)
    value = str(cell.value) if _KINDS[cell.ctype] in {"str", "b"} else repr(cell.value)
    return cell_text(value, _KINDS[cell.ctype], code, from_1904=bool(book.datemode)).strip()
