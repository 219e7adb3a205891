"""What a disk may refuse, under one name: no room, no permission."""

from __future__ import annotations

import errno
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.errors import CannotWrite, KotaeError

_FULL = "the disk is full"
_READ_ONLY = "it is read-only, or another user's"
_NUMBERS = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "a file may not grow so large here",
    errno.EROFS: _READ_ONLY,
    errno.EACCES: _READ_ONLY,
    errno.EPERM: _READ_ONLY,
}
# What libraries say that pass on the message but not the number: SQLite, and those written in Rust.
_SAID = {
    re.compile(r"no space left|disk is full|os error 28\b", re.IGNORECASE): _FULL,
    re.compile(r"file too large|os error 27\b", re.IGNORECASE): _NUMBERS[errno.EFBIG],
    re.compile(r"read-?only (database|file system)|permission denied|os error (13|30)\b", re.I): _READ_ONLY,
}
_ROOM = 64 * 1024
"""Bytes free below which a disk is taken for full, where a library only says that writing failed."""
_CURES = {_READ_ONLY: "Make it writable, or name another place."}
_CURE = "Make room, then run the same command again; what is finished is kept."


def refusal(error: BaseException, place: Path) -> CannotWrite | None:
    """What a failure of any library says of the disk that `place` is on, or None where it is about something else."""
    reason = _NUMBERS.get(error.errno or 0) if isinstance(error, OSError) else None
    reason = reason or next((one for said, one in _SAID.items() if said.search(str(error))), None)
    if reason is None and _no_room(place):
        reason = _FULL
    if reason is None:
        return None
    return CannotWrite(f"This cannot be written: {reason}", where=str(place), do=_CURES.get(reason, _CURE))


@contextmanager
def writing(place: Path) -> Iterator[None]:
    """Whatever the disk refuses inside, raised as CannotWrite; other failures pass."""
    try:
        yield
    except KotaeError:
        raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise refusal(error, place) or CannotWrite(f"This cannot be written: {reason}", where=str(place)) from error
    except Exception as error:
        if found := refusal(error, place):
            raise found from error
        raise


def _no_room(place: Path) -> bool:
    try:
        there = next(one for one in (place, *place.parents) if one.exists())
        return shutil.disk_usage(there).free < _ROOM
    except (OSError, StopIteration):
        return False
