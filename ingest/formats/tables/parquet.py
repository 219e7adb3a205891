"""Parquet: a document for each row, with the extra `parquet` (PyArrow)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from ingest.formats.tables.columns import NamedFields, choose, lines, missing, question_of
from ingest.formats.types import Fault, Part, ReadOptions
from rag.errors import UnreadableDocument
from rag.messages import Message
from rag.tables.header import describe_header

_AT_ONCE = 256
"""Rows that are in memory together."""


def read_parquet(stream: BinaryIO, name: str, options: ReadOptions) -> Iterator[Part | Fault]:
    """Yield a document for each row: `#id=<id>` where there is a column id, else `#row=<number>`, from 1 on.

    Columns of binary data, such as pictures, are left out, and Faults name them. Raises UnreadableDocument.
    """
    try:
        from pyarrow import types
        from pyarrow.parquet import ParquetFile
    except ImportError as error:
        raise UnreadableDocument(
            "Reading Parquet needs PyArrow, which is not installed", where=name, do='pip install "kotae[parquet]"'
        ) from error
    file = ParquetFile(stream)
    fields = [field for field in file.schema_arrow if not _is_binary(types, field.type)]
    columns = [field.name for field in fields]
    for field in file.schema_arrow:
        if field.name not in columns:
            yield Fault(
                Message("The column {field} has no text, and is left out", field=field.name), field.name, left_out=True
            )
    if absent := missing(columns, options.columns):
        raise UnreadableDocument(
            Message(
                "This file has no column {absent}; it has {columns}", absent=absent, columns=describe_header(columns)
            ),
            where=name,
        )
    number = 0
    for batch in file.iter_batches(batch_size=_AT_ONCE, columns=columns):
        for row in batch.to_pylist():
            number += 1
            cells = [(column, _text(row[column])) for column in columns]
            if any(text for _, text in cells):
                yield _part(cells, f"row={number}", options)


def _is_binary(types: Any, kind: Any) -> bool:
    """Tell whether values are bytes, or have some, as pictures in data sets do."""
    if types.is_struct(kind):
        return any(_is_binary(types, kind.field(at).type) for at in range(kind.num_fields))
    return bool(types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind))


def _part(fields: NamedFields, position: str, options: ReadOptions) -> Part:
    document = choose(fields, options.columns)
    text = lines(fields) if document.text is None else document.text
    title = document.title or (None if options.columns else question_of(fields))
    return Part(text, f"id={document.id}" if document.id else position, position, title, document.language)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)
