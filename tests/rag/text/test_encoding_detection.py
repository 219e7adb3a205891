"""Files in the encodings that Japanese and English documents come in are read; what is no text is refused."""

from __future__ import annotations

import random

import pytest

from rag.errors import UnreadableDocument
from rag.text.encoding_detection import decode, nearly_utf8
from tests.rows import each_row
from tests.samples import ENGLISH, JAPANESE

UNICODE = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
JAPANESE_ONLY = ["cp932", "shift_jis", "euc_jp", "iso2022_jp"]


def noise(seed: int, length: int) -> bytes:
    return random.Random(seed).randbytes(length)


LONG = "\n".join(JAPANESE)


@each_row("encoding", [*UNICODE, *JAPANESE_ONLY])
@each_row("text", [*JAPANESE, LONG])
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


EUC_ROWS = {"髙": b"\xfc\xe2", "﨑": b"\xf9\xf5", "①": b"\xad\xa1", "ⅰ": b"\xfc\xf1"}


def test_euc_jp_as_windows_writes_it() -> None:
    text = "髙島屋の①と山﨑ⅰ、東京。ｶﾅ"
    data = b"".join(EUC_ROWS.get(letter) or letter.encode("euc_jp") for letter in text)
    assert decode(data * 50, "a.txt") == text * 50


@pytest.mark.parametrize("text", ["①株式会社㈱、ソース。", "一行目①\n二行目"])
def test_iso_2022_jp_as_windows_writes_it(text: str) -> None:
    data = b""
    for line in text.split("\n"):
        data += b"\x1b$B" + bytes(byte & 0x7F for byte in line.encode("euc_jis_2004")) + b"\x1b(B\n"
    assert decode(data + b"ABC \x1b(I\x36\x45\x1b(B", "a.txt") == f"{text}\nABC ｶﾅ"


@pytest.mark.parametrize("damage", [b"\xff", b"\x80", b"\xe3\x81"])
@pytest.mark.parametrize("at", [0, 30, -1])
def test_damaged_utf8_is_refused_and_not_read_as_something_else(damage: bytes, at: int) -> None:
    data = LONG.encode()
    broken = data + damage if at < 0 else data[:at] + damage + data[at:]
    with pytest.raises(UnreadableDocument, match=r"UTF-8 except for a few bytes.*a\.txt"):
        decode(broken, "a.txt")


def test_a_zero_byte_in_text_is_named() -> None:
    with pytest.raises(UnreadableDocument, match=r"contains zero bytes \(1\).*a\.txt"):
        decode(LONG.encode() + b"\0" + LONG.encode(), "a.txt")


@pytest.mark.parametrize("encoding", ["cp932", "euc_jp", "iso2022_jp", "utf-16-le"])
def test_a_declaration_decides_where_the_bytes_allow_it(encoding: str) -> None:
    for declared in ("Shift_JIS", "EUC-JP", "iso-2022-jp", "no such encoding", "hex", None):
        assert decode(LONG.encode(encoding), "a.txt", declared=declared) == LONG or declared in {"Shift_JIS", "EUC-JP"}
    assert decode("ｱｲｳ".encode("cp932") * 3, "a.txt", declared="shift_jis") == "ｱｲｳ" * 3


@pytest.mark.parametrize(("text", "is_text"), [("a" * 19 + "\x01", True), ("a" * 18 + "\x01", False)])
def test_one_character_in_twenty_may_be_a_control_character(text: str, is_text: bool) -> None:
    assert _is_read(text, "utf-8") is is_text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    ("text", "is_text"),
    [("語" * 9 + "a", True), ("語" * 10 + "a", False), ("中" * 2 + "aa", True), ("中" * 3 + "aa", False)],
)
def test_without_a_mark_a_tenth_of_utf_16_is_ordinary_letters_and_half_where_it_could_be_ascii(
    text: str, encoding: str, is_text: bool
) -> None:
    """The bytes of 中 in UTF-16 are those of "-N"; with an "a" there are zero bytes, which ASCII does not have."""
    assert _is_read(text, encoding) is is_text


def _is_read(text: str, encoding: str) -> bool:
    try:
        return decode(text.encode(encoding), "a.txt") == text
    except UnreadableDocument:
        return False


@pytest.mark.parametrize(("letters", "damaged"), [(10, True), (9, False)])
def test_utf_8_with_one_bad_byte_in_ten_letters_is_damaged(letters: int, damaged: bool) -> None:
    assert nearly_utf8(("あ" * letters).encode() + b"\xff") is damaged
