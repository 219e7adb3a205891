"""Files that the page sends: their names and paths, and a place for their bytes while they are read."""

from __future__ import annotations

import re
import tempfile
import unicodedata
from collections.abc import Callable
from pathlib import Path, PurePath
from typing import TypeVar
from urllib.parse import quote

from rag.errors import DatasetError, RequestError
from rag.messages import Message

Result = TypeVar("Result")
_NAME_BYTES = 200
_UNUSABLE = str.maketrans(dict.fromkeys('<>:"|?*', "_"))
"""Letters that not every file system takes."""
_PATH_BYTES, _MOST_FOLDERS = 1000, 20
_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\.|$)", re.IGNORECASE)
"""What Windows opens as a device, with any ending and in any folder."""
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Letters that turn the direction of writing, by which a name may read as another."""


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


def document_path(given: str) -> str:
    r"""Return the path of a document below its library, in NFC, with "/" between folders. Raises RequestError.

    Nothing is dropped from a path, as two could become one: what cannot be kept is refused. Only letters that not every
    file system takes are replaced.

    >>> document_path("議事録\\2024年/要約?.docx")
    '議事録/2024年/要約_.docx'
    """
    path = unicodedata.normalize("NFC", given).replace("\\", "/").translate(_UNUSABLE)
    parts = path.split("/")
    if any(letter in _TURNING or unicodedata.category(letter) in ("Cc", "Cs") for letter in path):
        raise _unusable(Message("The name of this file contains control characters"), given)
    drive = re.match("[A-Za-z]:[/\\\\]", given) is not None
    if drive or any(not part.strip(". ") or part.startswith(("~$", ".")) for part in parts):
        raise _unusable(Message("This path is not one of a file in the folder, or it is hidden"), given)
    if any(_DEVICE.match(part) for part in parts):
        raise _unusable(Message("This is the name of a device on Windows"), given)
    if any(part != part.strip(" ") or part.endswith(".") for part in parts):
        raise _unusable(Message("A name in this path begins or ends with a space, or ends with a full stop"), given)
    if any(len(part.encode()) > _NAME_BYTES for part in parts):
        what = Message("The name of this file is longer than {most} bytes", most=_NAME_BYTES)
        raise _unusable(what, given)
    if len(parts) > _MOST_FOLDERS or len(path.encode()) > _PATH_BYTES:
        what = Message(
            "This path has more than {folders} folders or {most} bytes", folders=_MOST_FOLDERS - 1, most=_PATH_BYTES
        )
        raise _unusable(what, given)
    return path


def _unusable(what: str, given: str) -> RequestError:
    where = "".join(letter if letter.isprintable() else "�" for letter in given)
    return RequestError(what, where=where if len(where) <= _NAME_BYTES else f"…{where[-_NAME_BYTES:]}", do="Rename it.")


def attachment(name: str) -> dict[str, str]:
    """Return the header by which a browser keeps a file under this name."""
    plain = f"kotae{PurePath(name).suffix}"
    plain = plain if plain.isascii() else "kotae"
    return {"Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"}


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
    if not isinstance(text, Message):
        return text.replace(folder, "")
    if not text.values:
        return text
    values = {name: _without(folder, value) if isinstance(value, str) else value for name, value in text.values.items()}
    return Message(text.template, **values)
