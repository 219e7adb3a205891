"""The header of a GGUF file: fields by name, read without llama.cpp."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

_TEXT, _ARRAY = 8, 9
_SIZES: Final = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
"""Bytes of a value, by the number of its type in GGUF."""
_INTEGERS: Final = {4: "<I", 5: "<i", 10: "<Q", 11: "<q"}
_MOST_FIELDS, _MOST_ITEMS, _LONGEST = 100_000, 10_000_000, 1 << 24
"""Fields, items of all arrays that are not numbers, and bytes of a text, beyond which a header is damaged."""
_DAMAGE: Final = (EOFError, OSError, struct.error, KeyError, ValueError, OverflowError, MemoryError, RecursionError)


def texts(path: Path, prefix: str) -> list[str]:
    """Return the texts in the fields whose names begin with `prefix`; of a damaged file, those before the damage."""
    return [value for name, value in _fields(path) if name.startswith(prefix) and isinstance(value, str)]


def context_length(path: Path) -> int | None:
    """Return the tokens of context that the model in a file was made for; None if the file does not say."""
    for name, value in _fields(path):
        if name.endswith(".context_length") and isinstance(value, int):
            return value
        if name.startswith("tokenizer."):  # comes after the fields of the model, and is long
            return None
    return None


def _fields(path: Path) -> Iterator[tuple[str, str | int | None]]:
    """Yield names and values, None for those that are neither texts nor whole numbers, up to the first damage."""
    try:
        with path.open("rb") as file:
            file.seek(16)  # after magic, version and the number of tensors
            (count,) = _numbers(file, "<Q")
            items = _Items()
            for _ in range(min(count, _MOST_FIELDS)):
                name = _read_text(file)
                (kind,) = _numbers(file, "<I")
                yield name, _value(file, kind, items)
    except _DAMAGE:
        return


@dataclass(slots=True)
class _Items:
    """The items that may still be skipped one by one."""

    left: int = _MOST_ITEMS


def _value(file: BinaryIO, kind: int, items: _Items) -> str | int | None:
    if kind == _TEXT:
        return _read_text(file)
    if kind in _INTEGERS:
        return _numbers(file, _INTEGERS[kind])[0]
    _skip(file, kind, items)
    return None


def _numbers(file: BinaryIO, form: str) -> tuple[int, ...]:
    return struct.unpack(form, file.read(struct.calcsize(form)))


def _read_text(file: BinaryIO) -> str:
    (length,) = _numbers(file, "<Q")
    data = file.read(min(length, _LONGEST))
    if len(data) < length:
        raise EOFError
    return data.decode("utf-8", "replace")


def _skip(file: BinaryIO, kind: int, items: _Items) -> None:
    if kind == _TEXT:
        (length,) = _numbers(file, "<Q")
        file.seek(length, 1)
    elif kind == _ARRAY:
        item, count = _numbers(file, "<IQ")
        if item in _SIZES:
            file.seek(_SIZES[item] * count, 1)
        else:
            items.left -= count
            if items.left < 0:
                raise EOFError
            for _ in range(count):
                _skip(file, item, items)
    else:
        file.seek(_SIZES[kind], 1)
