"""Copies of a GGUF file with part of its weights, for tests that do not need all: real weights and tokenizer.

A test that does not look at what an answer says takes the first layers; one of few texts, the tokens of those.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rag.models import gguf_header

LAYERS = 8
"""Of 28; with fewer the same words follow different questions."""
FIRST_TOKENS = 4096
"""Kept whatever the texts: control tokens, bytes, and the most frequent tokens."""
_ALIGNMENT = 32
_TOKENS = "tokenizer.ggml.tokens"
_BY_TOKEN = ("tokenizer.ggml.scores", "tokenizer.ggml.token_type")
_EMBEDDING = "token_embd.weight"


@dataclass(frozen=True)
class _Tensor:
    """A tensor: `shape` from the innermost dimension on, its type, and its bytes."""

    name: str
    shape: tuple[int, ...]
    kind: int
    data: memoryview

    def info(self, place: int) -> bytes:
        """Return its entry in the header."""
        name = self.name.encode()
        form = f"<Q{len(name)}sI{len(self.shape)}QIQ"
        return struct.pack(form, len(name), name, len(self.shape), *self.shape, self.kind, place)


def write_shallow(model: Path, out: Path) -> Path:
    """Write the GGUF file `model` to `out`, less the layers after the first ones; return `out`."""
    fields, tensors = _read(model)
    layers = next(name for name in fields if name.endswith(".block_count"))
    fields[layers] = fields[layers][:4] + struct.pack("<I", LAYERS)
    kept = [each for each in tensors if not each.name.startswith("blk.") or int(each.name.split(".")[1]) < LAYERS]
    return _write(out, fields, kept)


def write_small(model: Path, out: Path, texts: Iterable[str]) -> Path:
    """Write the GGUF file `model` to `out` with the first tokens and those that occur in `texts`; return `out`.

    The texts have the tokens of before: what a tokenizer merges into a token of a text occurs in the text itself.
    """
    fields, tensors = _read(model)
    tokens = _strings(fields[_TOKENS])
    occurring = _occurring(set(tokens), texts)
    kept = [number for number, token in enumerate(tokens) if number < FIRST_TOKENS or token in occurring]
    written = (struct.pack("<Q", len(tokens[number])) + tokens[number] for number in kept)
    fields[_TOKENS] = fields[_TOKENS][:8] + struct.pack("<Q", len(kept)) + b"".join(written)
    for name in _BY_TOKEN:
        fields[name] = fields[name][:8] + struct.pack("<Q", len(kept)) + _chosen(fields[name][16:], kept, 4)
    smaller = []
    for each in tensors:
        if each.name == _EMBEDDING:
            rows = _chosen(each.data, kept, len(each.data) // len(tokens))
            each = replace(each, shape=(each.shape[0], len(kept)), data=memoryview(rows))  # noqa: PLW2901
        smaller.append(each)
    return _write(out, fields, smaller)


def token_texts(model: Path) -> list[str]:
    """Return the texts of the tokens of a GGUF file."""
    return [token.decode("utf-8", "replace") for token in _strings(_read(model)[0][_TOKENS])]


def _occurring(tokens: set[bytes], texts: Iterable[str]) -> set[bytes]:
    longest = max(map(len, tokens))
    found: set[bytes] = set()
    for text in texts:
        written = text.replace(" ", "▁").encode()
        pieces = (written[at : at + size] for at in range(len(written)) for size in range(1, longest + 1))
        found.update(tokens.intersection(pieces))
    return found


def _chosen(data: bytes | memoryview, numbers: Sequence[int], size: int) -> bytes:
    return b"".join(data[number * size : (number + 1) * size] for number in numbers)


def _strings(value: bytes) -> list[bytes]:
    """Return the items of a field that is an array of texts."""
    (count,) = struct.unpack_from("<Q", value, 8)
    at, items = 16, []
    for _ in range(count):
        (length,) = struct.unpack_from("<Q", value, at)
        items.append(value[at + 8 : at + 8 + length])
        at += 8 + length
    return items


def _read(model: Path) -> tuple[dict[str, bytes], list[_Tensor]]:
    """Return the fields, with their types as in the file, and the tensors."""
    with model.open("rb") as file:
        file.seek(8)
        count, fields = struct.unpack("<QQ", file.read(16))
        values = {}
        for _ in range(fields):
            name = gguf_header._read_text(file)
            begin = file.tell()
            gguf_header._skip(file, *struct.unpack("<I", file.read(4)), gguf_header._Items())
            size = file.tell() - begin
            file.seek(begin)
            values[name] = file.read(size)
        infos = []
        for _ in range(count):
            name = gguf_header._read_text(file)
            (dimensions,) = struct.unpack("<I", file.read(4))
            *shape, kind, offset = struct.unpack(f"<{dimensions}QIQ", file.read(8 * dimensions + 12))
            infos.append((name, tuple(shape), kind, offset))
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)  # gigabytes, of which few may be wanted
        content = memoryview(mapped)[_aligned(file.tell()) :]
    starts = sorted(offset for *_, offset in infos)
    ends = dict(zip(starts, [*starts[1:], len(content)], strict=True))
    return values, [_Tensor(*info, content[offset : ends[offset]]) for *info, offset in infos]


def _write(out: Path, fields: dict[str, bytes], tensors: Sequence[_Tensor]) -> Path:
    with out.open("wb") as file:
        file.write(b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(fields)))
        for name, value in fields.items():
            file.write(struct.pack("<Q", len(name.encode())) + name.encode() + value)
        place = 0
        for each in tensors:
            file.write(each.info(place))
            place = _aligned(place + len(each.data))
        for each in tensors:
            file.write(b"\0" * (_aligned(file.tell()) - file.tell()))
            file.write(each.data)
    return out


def _aligned(place: int) -> int:
    return -(-place // _ALIGNMENT) * _ALIGNMENT
