"""The header of a GGUF file: the context that its model was made for, and what the user asks for."""

from __future__ import annotations

import os
import struct
import time
from pathlib import Path

import pytest

from rag.errors import SettingsError
from rag.models.engine import usable_context
from rag.models.gguf_header import context_length, texts
from rag.settings import DEFAULT_CONTEXT


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value.encode())) + value.encode()


def gguf(path: Path, *fields: bytes) -> Path:
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, len(fields)) + b"".join(fields))
    return path


NAME = text("general.name") + struct.pack("<I", 8) + text("名前")
TAGS = text("general.tags") + struct.pack("<IIQ", 9, 8, 2) + text("a") + text("b")
CONTEXT = text("qwen2.context_length") + struct.pack("<II", 4, 32768)
LONG = text("llama.context_length") + struct.pack("<IQ", 10, 131072)
TOKENS = text("tokenizer.ggml.model") + struct.pack("<I", 8) + text("gpt2")


@pytest.mark.parametrize(
    ("fields", "tokens"),
    [
        ((NAME, TAGS, CONTEXT, TOKENS), 32768),
        ((LONG,), 131072),
        ((NAME, TOKENS, CONTEXT), None),
        ((NAME,), None),
        ((), None),
        ((NAME, CONTEXT[:-2]), None),
        ((text("x") + struct.pack("<I", 99), CONTEXT), None),
    ],
)
def test_the_context_is_read_from_the_header(tmp_path: Path, fields: tuple[bytes, ...], tokens: int | None) -> None:
    assert context_length(gguf(tmp_path / "m.gguf", *fields)) == tokens
    assert context_length(tmp_path / "none.gguf") is None


def test_the_default_context_gives_way_and_a_chosen_one_does_not() -> None:
    assert usable_context(DEFAULT_CONTEXT, 2048) == 2048
    assert usable_context(3000, 4096) == usable_context(3000, 3000) == usable_context(3000, None) == 3000
    with pytest.raises(SettingsError, match="--context 3000 is more than the 2048 tokens"):
        usable_context(3000, 2048)


def damaged(*fields: bytes, count: int = 5) -> bytes:
    return b"GGUF" + struct.pack("<IQQ", 3, 0, count) + b"".join(fields)


@pytest.mark.parametrize(
    "data",
    [
        damaged(count=2**63),
        damaged(struct.pack("<Q", 2**63)),
        damaged(struct.pack("<Q", 2**64 - 1) + b"x"),
        damaged(text("a") + struct.pack("<IIQ", 9, 8, 2**63 - 1)),
        damaged(text("a") + struct.pack("<IIQ", 9, 4, 2**62)),
        damaged(text("a") + struct.pack("<I", 9) + struct.pack("<IQ", 9, 10) * 50_000),
        damaged(text("a") + struct.pack("<IQ", 8, 1 << 40)),
    ],
)
def test_a_header_that_says_it_has_no_end(tmp_path: Path, data: bytes) -> None:
    """Nor where the file goes on for gigabytes, as those of models do."""
    path = tmp_path / "a.gguf"
    path.write_bytes(data)
    os.truncate(path, 4 << 30)
    began = time.process_time()
    assert context_length(path) is None
    assert texts(path, "tokenizer") == []
    assert time.process_time() - began < 10
