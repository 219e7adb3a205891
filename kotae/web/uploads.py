"""Files that the page sends: their names, and a place for their bytes while they are read."""

from __future__ import annotations

import tempfile
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from rag.errors import DatasetError, RequestError
from rag.messages import Message

Result = TypeVar("Result")
_NAME_BYTES = 200
_UNUSABLE = str.maketrans(dict.fromkeys('<>:"|?*', "_"))
"""Letters that not every file system takes."""


def file_name(given: str) -> str:
    r"""Return the name of a file without its folders, in NFC and as any file system takes it. Raises RequestError.

    >>> file_name("C:\\Users\\me\\質問 1?.xlsx")
    '質問 1_.xlsx'
    """
    name = unicodedata.normalize("NFC", given).replace("\\", "/").rpartition("/")[2]
    kept = "".join(letter for letter in name if unicodedata.category(letter)[0] != "C")
    kept = kept.translate(_UNUSABLE).strip(" ")
    if not kept.strip(". ") or kept.startswith(("~$", ".")):
        raise RequestError("This file has no usable name", do="Give it another name.")
    if len(kept.encode()) > _NAME_BYTES:
        raise RequestError(
            Message("The name of this file is longer than {most} bytes", most=_NAME_BYTES), do="Give it a shorter name."
        )
    return kept


def read_uploaded(name: str, data: bytes, read: Callable[[Path], Result]) -> Result:
    """Return what `read` makes of a file with this name and content. Raises what it raises.

    Errors name the file as its sender does, not the place where it is read.
    """
    with tempfile.TemporaryDirectory(prefix="kotae-") as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        try:
            return read(path)
        except DatasetError as error:
            inside = str(path.parent / "x")[:-1]
            what, where, do = (_without(inside, text) for text in (error.what, error.where, error.do))
            raise DatasetError(what or "", where=where, do=do) from error


def _without(folder: str, text: str | None) -> str | None:
    """Return a message without the name of a folder in its values."""
    if text is None:
        return None
    if not isinstance(text, Message) or not text.values:
        return text.replace(folder, "")
    values = {name: _without(folder, value) if isinstance(value, str) else value for name, value in text.values.items()}
    return Message(text.template, **values)
