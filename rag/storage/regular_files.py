"""Read whole files that others may have put there: regular ones only, up to a size."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Final

MEBI: Final = 1 << 20
MAX_STORED: Final = 64 * MEBI
"""Bytes of run.json, of the calibration, the cosines or the judge's replies beside it, and the like."""
_MOST_VALUES: Final = 4_000_000
"""Values of such a file, of which each takes a hundred bytes of memory; commas in its texts count too."""


def read_regular(path: Path, most: int, *, follow: bool = True) -> bytes:
    """Return the bytes of a file of at most `most` bytes; without `follow` a link is refused.

    Raises OSError, whose strerror says what is wrong; a pipe or a device is neither waited for nor read.
    """
    # A pipe that nobody writes to would be waited for without O_NONBLOCK, which Windows does not have.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    if not follow and path.is_symlink():
        raise OSError(errno.EINVAL, "it is a link", str(path))
    with os.fdopen(os.open(path, flags), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file", str(path))
        data = file.read(most + 1)
    if len(data) > most:
        raise OSError(errno.EFBIG, f"it is larger than {_size(most)}", str(path))
    return data


def read_stored(path: Path, *, follow: bool = True) -> bytes:
    """Return a file of JSON that others may have put there.

    Raises OSError as `read_regular` does, and for millions of values, which take many times their bytes of memory.
    """
    data = read_regular(path, MAX_STORED, follow=follow)
    if sum(map(data.count, (b",", b"[", b"{"))) > _MOST_VALUES:
        raise OSError(errno.EFBIG, f"it holds more than {_MOST_VALUES:,} values", str(path))
    return data


def _size(most: int) -> str:
    return f"{most // MEBI:,} MiB" if most >= MEBI else f"{most >> 10} KiB"
