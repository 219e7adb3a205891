"""The light encoder of questions computes what sentence-transformers computes, and imports neither it nor PyTorch."""

from __future__ import annotations

import functools
import math
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.encoders.embeddings import open_encoder
from rag.encoders.question_encoder import QuestionEncoder, _gelu
from rag.errors import ModelUnavailable
from tests.samples import REPOSITORY

TEXTS = [
    "日本の首都はどこですか？",
    "What is the capital of Japan?",
    "",
    " ",
    "  two   spaces \n\t and a tab ",
    "ﾄｳｷｮｳ ＡＢＣ ㍿ ½ ﬁ",
    "😀 𠮷野家 <s> </s> <pad> ▁",
    "é à ñ e\u0301 \u200b\u00a0\ufeff",
    "\x00\x07\ufffd\U0010ffff",
    "a" * 3000,
    "水は液体である。" * 400,
]


def test_vectors_are_those_of_sentence_transformers(encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    """To the precision of float32, with what exceeds the window cut off at the same token."""
    import torch

    from rag.encoders import embeddings

    monkeypatch.setattr(embeddings, "_dtype", lambda _: torch.float32)
    whole = embeddings.Encoder(encoder._folder)
    found, expected = encoder.encode_queries(TEXTS), whole.encode_queries(TEXTS)
    assert found.dtype == np.float32
    assert np.abs(found - expected).max() < 2e-6
    assert whole.count_tokens(TEXTS) == encoder.count_tokens(TEXTS)
    assert whole.window == encoder.window


def test_a_vector_depends_on_its_text_alone(encoder) -> None:
    texts = TEXTS[:9]
    with ThreadPoolExecutor(2) as pool:
        threads = list(pool.map(encoder.embed_query, texts * 3))
    alone = encoder.encode_queries(texts)
    assert (np.array(threads, dtype=np.float32) == np.vstack([alone] * 3)).all()
    assert (encoder.encode_queries(texts[::-1])[::-1] == alone).all()
    assert encoder.encode_queries([]).shape == (0, 384)


@pytest.mark.usefixtures("encoder")
@settings(max_examples=15, deadline=None)
@given(
    texts=st.lists(
        st.sampled_from([*TEXTS[:9], "水は液体である。" * 9, "How high is Mount Fuji in metres?"]), max_size=30
    )
)
def test_texts_beside_it_change_no_bit_of_a_vector(texts: list[str]) -> None:
    encoder = open_encoder("bundled")
    together = encoder.encode_queries(texts)
    assert all((row == _alone(text)).all() for row, text in zip(together, texts, strict=True))


@functools.cache
def _alone(text: str) -> np.ndarray:
    return open_encoder("bundled").encode_queries([text])[0]


def test_gelu_is_exact_to_float32() -> None:
    values = np.linspace(-9, 9, 20_001, dtype=np.float32)
    exact = [x / 2 * (1 + math.erf(x / math.sqrt(2))) for x in map(float, values)]
    assert np.abs(_gelu(values) - exact).max() < 1e-6


@pytest.mark.usefixtures("process", "encoder")
def test_a_question_needs_no_large_library() -> None:
    code = (
        "import sys; from rag.encoders.embeddings import open_encoder; encoder = open_encoder('bundled')\n"
        "encoder.embed_query('東京'); encoder.count_tokens(['東京']); encoder.window\n"
        "large = {'torch', 'transformers', 'sentence_transformers', 'sklearn', 'scipy', 'pandas', 'onnxruntime'}\n"
        "print(*sorted(large & {*sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, env={**os.environ}, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""


@pytest.mark.parametrize("damage", ["no weights", "weights", "tokenizer", "config"])
def test_a_damaged_folder_is_named(tmp_path: Path, damage: str) -> None:
    from safetensors.numpy import save_file

    save_file({"embeddings.word_embeddings.weight": np.zeros((2, 2), np.float32)}, tmp_path / "model.safetensors")
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "tokenizer.json").write_text("{}")
    if damage == "no weights":
        (tmp_path / "model.safetensors").unlink()
    if damage == "weights":
        (tmp_path / "model.safetensors").write_bytes(b"\x00" * 100)
    if damage == "config":
        (tmp_path / "config.json").write_text("{")
    with pytest.raises(ModelUnavailable, match=str(tmp_path)):
        QuestionEncoder(tmp_path)
