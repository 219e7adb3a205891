"""JSON Lines: an object a line, with `text` and, where there are such keys, `id`, `title` and `lang`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import BinaryIO

from ingest.formats.tables.columns import choose, missing
from ingest.formats.types import Fault, Part, ReadOptions
from rag.text.lines import read_lines

_SHAPE = "A line is one JSON object with `text` and, if you like, `id`, `title` and `lang`."


def read_jsonl(stream: BinaryIO, name: str, options: ReadOptions) -> Iterator[Part | Fault]:
    """A document a line, `#<id>` or else `#line=<number>`, read one by one; blank lines are passed over."""
    for number, line in enumerate(read_lines(stream, name), 1):
        place = f"line={number}"
        if line.fault is not None:
            yield Fault(f"This line {line.fault}", place)
        elif line.text.strip():
            yield _part(line.text, place, options)


def _part(line: str, place: str, options: ReadOptions) -> Part | Fault:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        return Fault(f"This line is not JSON: {error}", place, _SHAPE)
    if not isinstance(value, dict):
        return Fault(f"This line is no JSON object but {type(value).__name__}", place, _SHAPE)
    fields = [(str(key), _shown(one)) for key, one in value.items()]
    if absent := missing(value, options.columns):
        return Fault(f"This line has no {absent}; it has {', '.join(value) or 'nothing'}", place)
    record = choose(fields, options.columns)
    if record.text is None:
        return Fault(f"This line has no `text`; it has {', '.join(value) or 'nothing'}", place, "Or use --columns.")
    return Part(record.text, record.id or place, place, record.title, record.language)


def _shown(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
