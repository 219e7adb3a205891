"""JSON Lines: an object a line, with `text` and, where there are such keys, `id`, `title` and `lang`."""

from __future__ import annotations

import json
from collections.abc import Iterator

from ingest.formats.parts import Fault, Part, ReadOptions
from ingest.formats.record import choose, missing
from rag.decode import decode

_SHAPE = "A line is one JSON object with `text` and, if you like, `id`, `title` and `lang`."


def read_jsonl(data: bytes, name: str, options: ReadOptions) -> Iterator[Part | Fault]:
    """A document a line, `#<id>` or else `#line=<number>`; blank lines are passed over."""
    for number, line in enumerate(_lines(data, name), 1):
        place = f"line={number}"
        if line is None:
            yield Fault("This line is not UTF-8", place)
        elif line.strip():
            yield _part(line, place, options)


def _lines(data: bytes, name: str) -> Iterator[str | None]:
    """The lines; None for one that is no UTF-8 in a file that otherwise is. Raises UnreadableDocument."""
    lines = [_utf8(line) for line in data.removeprefix(b"\xef\xbb\xbf").split(b"\n")]
    foreign = sum(1 for line in lines if line is None)
    beyond_ascii = sum(1 for line in lines if line is not None and not line.isascii())
    if foreign > beyond_ascii or b"\0" in data:
        yield from decode(data, name).split("\n")
    else:
        yield from lines


def _utf8(line: bytes) -> str | None:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return None


def _part(line: str, place: str, options: ReadOptions) -> Part | Fault:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        return Fault(f"This line is not JSON: {error}", place, _SHAPE)
    if not isinstance(value, dict):
        return Fault(f"This line is no JSON object but {type(value).__name__}", place, _SHAPE)
    fields = [(str(key), _shown(one)) for key, one in value.items()]
    if absent := missing(fields, options.columns):
        return Fault(f"This line has no {absent}; it has {', '.join(value) or 'nothing'}", place)
    record = choose(fields, options.columns)
    if record.text is None:
        return Fault(f"This line has no `text`; it has {', '.join(value) or 'nothing'}", place, "Or use --columns.")
    return Part(record.text, record.id or place, place, record.title, record.language)


def _shown(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
