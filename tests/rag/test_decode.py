"""Files in the encodings that Japanese and English documents come in are read; what is no text is refused."""

from __future__ import annotations

import random

import pytest

from rag.decode import decode
from rag.errors import UnreadableDocument
from tests.samples import ENGLISH, JAPANESE

UNICODE = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
JAPANESE_ONLY = ["cp932", "shift_jis", "euc_jp", "iso2022_jp"]


def noise(seed: int, length: int) -> bytes:
    return random.Random(seed).randbytes(length)


LONG = "\n".join(JAPANESE)


@pytest.mark.parametrize("encoding", [*UNICODE, *JAPANESE_ONLY])
@pytest.mark.parametrize("text", [*JAPANESE, LONG])
def test_japanese(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding), "a.txt") == text


@pytest.mark.parametrize("encoding", UNICODE)
@pytest.mark.parametrize("text", ENGLISH)
def test_english(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding), "a.txt") == text


@pytest.mark.parametrize("bom", [b"\xfe\xff", b""])
def test_utf16_big_endian_with_and_without_mark(bom: bytes) -> None:
    assert decode(bom + LONG.encode("utf-16-be"), "a.txt") == LONG


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp932", "①②はNEC特殊文字、髙島屋と﨑は異体字です。"),
        ("cp932", "ソ連の表示能力は十分だ。"),  # second bytes that are backslashes
        ("cp932", "表"),
        ("euc_jp", "髙くはない山"[1:]),
        ("cp932", "日本\r\n東京\r京都\n"),
    ],
)
def test_awkward_characters(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding), "a.txt") == text.replace("\r\n", "\n").replace("\r", "\n")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "text", ["これはひらがなとカタカナの文です。", "言語の宣言を一言で言う。", "日本国の首都は、東京都である。"]
)
def test_utf16_without_mark_is_not_told_by_zero_bytes_alone(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding), "a.txt") == text


@pytest.mark.parametrize("encoding", ["cp932", "euc_jp"])
def test_tables_of_numbers_are_not_utf16(encoding: str) -> None:
    text = "価格,1000,2000,3000,00,000\n" * 5 + "合計10000000円\n" * 9
    assert decode(text.encode(encoding), "a.txt") == text


def test_line_ends_become_one_newline() -> None:
    assert decode(b"a\r\nb\rc\n", "a.txt") == "a\nb\nc\n"


def test_empty_is_text() -> None:
    assert decode(b"", "a.txt") == ""


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n" + noise(1, 4000),
        b"\x7fELF\x02\x01\x01" + bytes(9) + noise(2, 4000),
        b"PK\x03\x04" + noise(3, 4000),
        noise(4, 5000),
        bytes(range(256)) * 8,
        b"\x00" * 512,
        b"\x01\x02\x03\x04" * 100,
        b"\xff\xfe" + b"\x01\x00\x02\x00" * 50,
    ],
    ids=["png", "elf", "zip", "noise", "all bytes", "zeros", "control", "control in utf-16"],
)
def test_binary_is_refused_by_name(data: bytes) -> None:
    with pytest.raises(UnreadableDocument, match=r"picture\.txt"):
        decode(data, "picture.txt")
