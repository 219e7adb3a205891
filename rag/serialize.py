"""Records to and from JSON."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from rag.errors import KotaeError

if TYPE_CHECKING:
    from pydantic import TypeAdapter, ValidationError

T = TypeVar("T")
_QUOTED_CHARACTERS = 60
"""Maximum characters of a wrong value that are quoted."""
_ESCAPE = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u([dD][89a-fA-F][0-9a-fA-F]{2})|\\."
)
"""A pair of surrogates, a lone one (group 1), or another escape."""


def to_jsonable(value: Any) -> Any:
    """Return dataclasses as objects of their fields, tuples and sets as lists, enums as values, paths as text."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_jsonable(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): to_jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [to_jsonable(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, Path) else value


def from_json(kind: type[T], text: str | bytes, *, error: Callable[[str], KotaeError]) -> T:
    """Return the record of type `kind` that JSON text holds.

    Types are strict: "3" and true are not integers. A field that `kind` does not have is ignored. A lone surrogate,
    which Python writes and pydantic refuses, is read as U+FFFD. Raises the error that `error` makes of a description
    such as "field encoder.dimensions: Input should be a valid integer, not '3'".
    """
    from pydantic import ValidationError

    encoded = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    try:
        record: T = _adapter(cast("Any", kind)).validate_json(_without_lone_surrogates(encoded), strict=True)
    except ValidationError as invalid:
        raise error(_describe(invalid)) from invalid
    return record


def _without_lone_surrogates(text: bytes) -> bytes:
    return _ESCAPE.sub(lambda escape: rb"\ufffd" if escape[1] else escape[0], text) if rb"\u" in text else text


@functools.cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter

    return TypeAdapter(kind)


def _describe(invalid: ValidationError) -> str:
    """Return the first fault in one line, with the number of further ones."""
    first = invalid.errors(include_url=False)[0]
    field = f"field {'.'.join(map(str, first['loc']))}: " if first["loc"] else ""
    value = repr(first["input"])
    short = value if len(value) <= _QUOTED_CHARACTERS else f"{value[:_QUOTED_CHARACTERS]}…"
    given = "" if first["type"] in ("missing", "json_invalid") else f", not {short}"
    more = f" (and {invalid.error_count() - 1} more)" if invalid.error_count() > 1 else ""
    return f"{field}{first['msg']}{given}{more}"
