"""Read an Excel file in a worker, because it may be made to use up all memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rag.errors import DatasetError
from rag.messages import Message
from rag.serialize import from_json, to_jsonable
from rag.storage.regular_files import MEBI
from rag.tables.header import TableRow
from rag.tables.xlsx import SheetFacts, read_sheets
from rag.worker.limits import LimitExceeded, Limits, short_of_memory
from rag.worker.pool import run_task

_TASK: Final = "rag.tables.isolated_sheets:blocks"
_LIMITS: Final = Limits(output=256 * MEBI)
_BLOCK: Final = 1 << 16
"""Characters of cells that are sent at a time."""


@dataclass(slots=True)
class Sheet:
    """A visible sheet that was read: its title, its rows with any text, and the facts about it."""

    title: str
    rows: list[TableRow]
    facts: SheetFacts


@dataclass(frozen=True, slots=True)
class _Block:
    """Some rows of a sheet; the last block of a sheet has its facts."""

    title: str
    rows: list[TableRow]
    facts: SheetFacts | None = None


def isolated_sheets(path: Path) -> list[Sheet]:
    """Return the visible sheets of an .xlsx file. Raises DatasetError."""

    def unreadable(fault: str) -> DatasetError:
        return DatasetError(
            Message("This file cannot be read as an Excel workbook: {fault}", fault=fault), where=str(path)
        )

    sheets: list[Sheet] = []
    rows: list[TableRow] = []
    try:
        for result in run_task(_TASK, {"path": str(path)}, _LIMITS):
            block = from_json(_Block, result, error=unreadable)
            rows += block.rows
            if block.facts is not None:
                sheets.append(Sheet(block.title, rows, block.facts))
                rows = []
    except LimitExceeded as error:
        raise DatasetError(
            Message("Reading this file {what}", what=Message.of(error.what)),
            where=str(path),
            do="It may be damaged. If it is not, save the sheet that you need as CSV.",
        ) from error
    return sheets


def blocks(path: str) -> Iterator[Any]:
    """Do the worker's part: yield blocks of rows. Raises DatasetError."""
    try:
        with Path(path).open("rb") as file:
            for sheet in read_sheets(file):
                if sheet.hidden:
                    continue
                rows: list[TableRow] = []
                size = 0
                for row in sheet.rows:
                    rows.append(row)
                    size += 16 + sum(map(len, row.cells))
                    if size > _BLOCK:
                        yield to_jsonable(_Block(sheet.title, rows))
                        rows, size = [], 0
                yield to_jsonable(_Block(sheet.title, rows, sheet.facts))
    except MemoryError:
        raise
    except Exception as error:  # whatever zipfile and lxml raise
        if short_of_memory():
            raise MemoryError from error
        raise DatasetError(
            Message("This file cannot be read as an Excel workbook: {error}", error=error), where=path
        ) from error
