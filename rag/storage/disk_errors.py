"""Map disk-full, quota and permission errors to CannotWrite."""

from __future__ import annotations

import errno
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.errors import CannotWrite, KotaeError
from rag.messages import Message

_FULL = Message("the disk is full")
_READ_ONLY = Message("it is read-only, or another user's")
_BY_ERRNO = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: Message("the disk quota is used up"),
    errno.EFBIG: Message("the file would exceed the size limit here"),
    errno.EROFS: _READ_ONLY,
    errno.EACCES: _READ_ONLY,
    errno.EPERM: _READ_ONLY,
}
# SQLite and libraries written in Rust pass on the message without the number.
_BY_MESSAGE = {
    re.compile(r"no space left|disk is full|os error 28\b", re.IGNORECASE): _FULL,
    re.compile(r"file too large|os error 27\b", re.IGNORECASE): _BY_ERRNO[errno.EFBIG],
    re.compile(r"read-?only (database|file system)|permission denied|os error (13|30)\b", re.I): _READ_ONLY,
}
_MIN_FREE_BYTES = 64 * 1024
"""Less free space than this counts as a full disk when a library only reports that writing failed."""
_REMEDIES = {_READ_ONLY: Message("Make it writable, or choose another location.")}
_REMEDY = Message("Free some space, then run the same command again; finished work is kept.")


def classify_os_error(error: BaseException, path: Path) -> CannotWrite | None:
    """Return CannotWrite if a library's failure is about the disk that `path` is on, else None."""
    reason = _BY_ERRNO.get(error.errno or 0) if isinstance(error, OSError) else None
    reason = reason or next((named for message, named in _BY_MESSAGE.items() if message.search(str(error))), None)
    if reason is None and _is_full(path):
        reason = _FULL
    if reason is None:
        return None
    return CannotWrite(
        Message("Cannot write: {reason}", reason=reason), where=str(path), do=_REMEDIES.get(reason, _REMEDY)
    )


@contextmanager
def translate_os_errors(path: Path) -> Iterator[None]:
    """Raise CannotWrite for disk errors inside the block; let other failures pass."""
    try:
        yield
    except KotaeError:
        raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise classify_os_error(error, path) or CannotWrite(
            Message("Cannot write: {reason}", reason=reason), where=str(path)
        ) from error
    except Exception as error:
        if refused := classify_os_error(error, path):
            raise refused from error
        raise


def _is_full(path: Path) -> bool:
    try:
        existing = next(folder for folder in (path, *path.parents) if folder.exists())
        return shutil.disk_usage(existing).free < _MIN_FREE_BYTES
    except (OSError, StopIteration):
        return False
