"""The rows of a verification set, whatever file they come in: a table, JSON, Parquet, or XML."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from pathlib import Path
from typing import Any

from eval.dataset.columns import FieldColumn, find_columns, names_columns
from eval.dataset.published_layouts import SetRecord, flat_records, niilc_records, records_in
from rag.errors import DatasetError
from rag.messages import Message
from rag.tables.files import MAX_ROWS, read_text, refuse_rows
from rag.tables.header import TableRow, repeated
from rag.tables.merged_cells import MergedCells
from rag.tables.reader import Table, read_tables, select_table
from rag.text.json_errors import json_fault

_WHAT = Message("verification set")
_TABLES, _LINES = (".xlsx", ".csv", ".tsv"), (".jsonl", ".ndjson")
SUFFIXES = (*_TABLES, *_LINES, ".json", ".parquet", ".xml")
_LARGEST = 256 * 1024 * 1024  # bytes
_BATCH = 64 * 1024 * 1024  # bytes
_COLUMNS = 2000
_VALUES = 10_000_000
"""Values of JSON and XML, counted by the signs around them: each takes about 200 bytes in memory."""


@dataclass(frozen=True, slots=True)
class SetRow:
    """A row: its number, as a spreadsheet counts or from 1, where it is, and its values by header."""

    number: int
    position: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SetTable:
    """The rows below a header. `sheet` is what a table was read from; JSON and Parquet have none."""

    where: str
    header: tuple[str, ...]
    header_where: str
    rows: tuple[SetRow, ...]
    sheet: Table | None = None

    def require_saved(self, headers: Iterable[str]) -> None:
        """Raise DatasetError for a formula in one of these columns whose value was not saved."""
        if self.sheet is not None:
            self.sheet.columns(headers)


def read_set(path: Path, data: bytes, given: Sequence[FieldColumn]) -> SetTable:
    """Return the rows of a file by its extension. Raises DatasetError."""
    if len(data) > _LARGEST:
        raise DatasetError(
            Message("The verification set has more than {largest} MiB", largest=_LARGEST >> 20),
            where=str(path),
            do="Split it into several files.",
        )
    suffix = path.suffix.lower()
    if suffix in _TABLES:
        return _from_table(path, data, given)
    if suffix in (*_LINES, ".json", ".xml"):
        _refuse_values(path, data)
    if suffix in (*_LINES, ".json"):
        records = _json_records(path, read_text(path, data), by_line=suffix in _LINES)
    elif suffix == ".parquet":
        records = records_in(_parquet(path, data), str(path))
    elif suffix == ".xml":
        records = niilc_records(_xml(path, data))
    else:
        raise DatasetError(
            Message(
                "The verification set must be {suffixes} or {suffixes_2}, not {suffix}",
                suffixes=", ".join(SUFFIXES[:-1]),
                suffixes_2=SUFFIXES[-1],
                suffix=suffix or Message("without an extension"),
            ),
            where=str(path),
        )
    return _from_records(path, records)


def _from_table(path: Path, data: bytes, given: Sequence[FieldColumn]) -> SetTable:
    tables = read_tables(path, data, _WHAT, lambda names: names_columns(names, given))
    table = select_table(path, tables)
    if not tables or (table is not None and not table.rows):
        raise _no_rows(path)
    if table is None:  # says which of the columns is not there
        table = max(tables, key=lambda table: len(table.first_row.filled))
        find_columns(table.first_row.cells, given, table.locate(table.first_row))
        raise _no_rows(path)
    header = table.header.cells
    _refuse_width(len(table.header.filled), table.locate(table.header))
    merged = MergedCells(table.sheet.merged if table.sheet else ())
    rows = tuple(SetRow(row.number, row.position, _values(header, row)) for row in map(merged.fill, table.rows))
    sheet = replace(table, rows=tuple(replace(row, errors=()) for row in table.rows))  # they are among the values
    return SetTable(table.where, header, table.locate(table.header), rows, sheet)


def _values(header: Sequence[str], row: TableRow) -> dict[str, str]:
    """Return the cells of a row by header, also those with the error of a formula."""
    errors = ((header[column], error) for column, error in row.errors if column < len(header))
    return dict(filter(itemgetter(0), (*zip(header, row.cells, strict=False), *errors)))


def _from_records(path: Path, records: Iterable[SetRecord]) -> SetTable:
    header: dict[str, None] = {}
    rows: list[SetRow] = []
    for record in records:
        header.update(dict.fromkeys(record.fields))
        _refuse_width(len(header), f"{path}, {record.position}")
        rows.append(SetRow(len(rows) + 1, record.position, record.fields))
        refuse_rows(len(rows), str(path))
    if not rows:
        raise _no_rows(path)
    return SetTable(str(path), tuple(header), str(path), tuple(rows))


def _json_records(path: Path, text: str, *, by_line: bool) -> Iterator[SetRecord]:
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    if not lines:
        raise _no_rows(path)
    if by_line and lines[0][1].strip() in ("[", "{"):  # one document after all, written over many lines
        by_line = False
    if not by_line and len(lines) > 1 and _is_object(lines[0][1]):
        by_line = True
    if not by_line:
        yield from records_in(_parsed(path, text, ""), str(path))
        return
    for number, line in lines:
        value = _parsed(path, line, Message(", line {number}", number=number))
        if not isinstance(value, dict):
            raise DatasetError(
                "This line is not a JSON object", where=Message("{path}, line {number}", path=path, number=number)
            )
        yield from flat_records(value, Message("line {number}", number=number))


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _parsed(path: Path, text: str, place: str) -> Any:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        fields = dict(pairs)
        if len(fields) < len(pairs):
            twice = repeated(name for name, _ in pairs)[0]
            raise DatasetError(
                Message("A JSON object has the field {twice!r} twice", twice=twice),
                where=Message("{path}{place}", path=path, place=place),
            )
        return fields

    try:
        return json.loads(text, object_pairs_hook=once)
    except (ValueError, RecursionError) as error:
        raise DatasetError(
            Message("This is not JSON: {error}", error=json_fault(error)),
            where=Message("{path}{place}", path=path, place=place),
        ) from error


def _parquet(path: Path, data: bytes) -> list[dict[str, Any]]:
    try:
        from pyarrow import parquet
    except ImportError as error:
        raise DatasetError(
            "Reading Parquet needs pyarrow, which is not installed", where=str(path), do="pip install pyarrow"
        ) from error
    records: list[dict[str, Any]] = []
    left = 4 * _LARGEST
    try:
        file = parquet.ParquetFile(io.BytesIO(data))
        groups = [file.metadata.row_group(number).total_byte_size for number in range(file.metadata.num_row_groups)]
        large = file.metadata.num_rows > MAX_ROWS or sum(groups) > left
        # A value may stand once in the file and in every row of it: a batch is small if they all are that long.
        batches = iter(()) if large else file.iter_batches(max(1, min(1000, _BATCH // max([1, *groups]))))
        while not large and (batch := next(batches, None)) is not None:
            rows = batch.to_pylist()
            left -= batch.nbytes + sum(
                len(value) for row in rows for value in row.values() if isinstance(value, str | bytes)
            )
            large = left < 0
            records += rows
    except Exception as error:  # pyarrow raises errors of many kinds for a damaged file
        raise DatasetError(
            Message("This file cannot be read as Parquet: {error}", error=error), where=str(path)
        ) from error
    if large:
        raise DatasetError(
            Message(
                "The verification set has more than {max_rows:,} rows, or {value} MiB unpacked",
                max_rows=MAX_ROWS,
                value=4 * _LARGEST >> 20,
            ),
            where=str(path),
        )
    return records


def _xml(path: Path, data: bytes) -> Any:
    from lxml import etree

    try:
        root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))
    except etree.XMLSyntaxError as error:
        raise DatasetError(Message("This file cannot be read as XML: {error}", error=error), where=str(path)) from error
    if root.find(".//question/answers/answer") is None:
        raise DatasetError(
            "This XML file is not laid out as NIILC's, with question, text and answers/answer", where=str(path)
        )
    return root


def _refuse_values(path: Path, data: bytes) -> None:
    if sum(map(data.count, (b",", b"[", b"{", b"<", b"\n"))) > _VALUES:
        raise DatasetError(
            Message("The verification set has more than {values:,} values", values=_VALUES),
            where=str(path),
            do="Split it into several files.",
        )


def _refuse_width(columns: int, where: str) -> None:
    if columns > _COLUMNS:
        raise DatasetError(
            Message("The verification set has more than {columns:,} columns", columns=_COLUMNS),
            where=where,
            do="Keep only the columns that are needed.",
        )


def _no_rows(path: Path) -> DatasetError:
    return DatasetError(Message("The verification set has no rows"), where=str(path))
