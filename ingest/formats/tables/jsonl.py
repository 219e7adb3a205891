"""JSON Lines: an object a line, with `text` and optionally `id`, `title` and `lang`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import BinaryIO

from ingest.formats.tables.columns import choose, missing
from ingest.formats.types import Fault, Part, ReadOptions
from rag.messages import Message
from rag.tables.header import describe_header
from rag.text.json_errors import json_fault
from rag.text.lines import read_lines

_SHAPE = "A line is one JSON object with `text` and optionally `id`, `title` and `lang`."


def read_jsonl(stream: BinaryIO, name: str, options: ReadOptions) -> Iterator[Part | Fault]:
    """Yield a document for each line, `#<id>` or else `#line=<number>`, read one by one; blank lines are skipped."""
    for number, line in enumerate(read_lines(stream, name, options.encoding), 1):
        position = f"line={number}"
        if line.fault is not None:
            yield Fault(Message("This line {fault}", fault=line.fault), position)
        elif line.text.strip():
            yield _part(line.text, position, options)


def _part(line: str, position: str, options: ReadOptions) -> Part | Fault:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        return Fault(Message("This line is not JSON: {error}", error=json_fault(error)), position, _SHAPE)
    if not isinstance(value, dict):
        return Fault(Message("This line is not a JSON object but {name}", name=type(value).__name__), position, _SHAPE)
    fields = [(str(key), _field_text(field)) for key, field in value.items()]
    if absent := missing(value, options.columns):
        return Fault(
            Message(
                "This line has no {absent}; it has {value}",
                absent=absent,
                value=describe_header(value) or Message("nothing"),
            ),
            position,
        )
    document = choose(fields, options.columns)
    if document.text is None:
        has = describe_header(value) or Message("nothing")
        return Fault(Message("This line has no `text`; it has {has}", has=has), position, "Or use --columns.")
    return Part(document.text, document.id or position, position, document.title, document.language)


def _field_text(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
