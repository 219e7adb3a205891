"""Frames between a process and its worker: a length, a kind, and JSON."""

from __future__ import annotations

import struct
from enum import Enum
from typing import BinaryIO

_HEAD = struct.Struct(">cQ")


class FrameKind(Enum):
    """What a frame holds: a request, a worker's readiness, or of a task a result, the end, or an error."""

    REQUEST = b"Q"
    READY = b"Y"
    RESULT = b"R"
    END = b"E"
    ERROR = b"X"
    MEMORY = b"M"
    CRASH = b"C"


def write_frame(stream: BinaryIO, kind: FrameKind, content: bytes = b"") -> None:
    """Write a frame at once."""
    stream.write(_HEAD.pack(kind.value, len(content)))
    stream.write(content)
    stream.flush()


def read_frame(stream: BinaryIO, most: int) -> tuple[FrameKind, bytes]:
    """Read a frame. Raises EOFError where the stream ends before it does, ValueError for one of over `most` bytes."""
    head = stream.read(_HEAD.size)
    if len(head) < _HEAD.size:
        raise EOFError
    kind, size = _HEAD.unpack(head)
    if size > most:
        raise ValueError("this frame is too long")
    content = stream.read(size)
    if len(content) < size:
        raise EOFError
    return FrameKind(kind), content
