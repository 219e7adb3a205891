"""The bundled model with its first layers alone: real weights, tokenizer and chat template, in a third of the time.

For tests of engines and servers that do not look at what an answer says.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

from rag.models import gguf_header

LAYERS = 8
"""Of 28; with fewer the same words follow different questions."""
_ALIGNMENT = 32


def write_shallow(model: Path, out: Path) -> Path:
    """Write the GGUF file `model` to `out`, less the layers after the first ones; return `out`."""
    with model.open("rb") as file, out.open("wb") as copy:
        file.seek(8)
        tensors, fields = struct.unpack("<QQ", file.read(16))
        layers_at = _end_of_fields(file, fields)
        fields_end = file.tell()
        infos = [_tensor(file) for _ in range(tensors)]
        data = _aligned(file.tell())
        ends = [*sorted(offset for _, _, offset in infos)[1:], model.stat().st_size - data]
        sizes = dict(zip(sorted(offset for _, _, offset in infos), ends, strict=True))
        kept = [info for info in infos if not info[0].startswith("blk.") or int(info[0].split(".")[1]) < LAYERS]

        file.seek(0)
        header = bytearray(file.read(fields_end))
        header[8:16] = struct.pack("<Q", len(kept))
        header[layers_at : layers_at + 4] = struct.pack("<I", LAYERS)
        copy.write(header)
        place = 0
        for _, form, offset in kept:
            copy.write(form + struct.pack("<Q", place))
            place = _aligned(place + sizes[offset] - offset)
        for _, _, offset in kept:
            copy.write(b"\0" * (_aligned(copy.tell()) - copy.tell()))
            file.seek(data + offset)
            copy.write(file.read(sizes[offset] - offset))
    return out


def _end_of_fields(file: BinaryIO, fields: int) -> int:
    """Go to the end of the fields; return where the number of layers stands."""
    layers_at = 0
    for _ in range(fields):
        name = gguf_header._read_text(file)
        (kind,) = struct.unpack("<I", file.read(4))
        if name.endswith(".block_count"):
            layers_at = file.tell()
        gguf_header._skip(file, kind, gguf_header._Items())
    return layers_at


def _tensor(file: BinaryIO) -> tuple[str, bytes, int]:
    """Return a tensor's name, its description without the offset, and its offset in the data."""
    begin = file.tell()
    name = gguf_header._read_text(file)
    (dimensions,) = struct.unpack("<I", file.read(4))
    file.seek(8 * dimensions + 4, 1)
    end = file.tell()
    file.seek(begin)
    form = file.read(end - begin)
    return name, form, struct.unpack("<Q", file.read(8))[0]


def _aligned(place: int) -> int:
    return -(-place // _ALIGNMENT) * _ALIGNMENT
