"""Lines of files of any size: those of the file read whole; one that is damaged is named and costs no other."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Iterator

import pytest

import rag.text.lines
from rag.errors import UnreadableDocument
from rag.text.encoding_detection import decode
from rag.text.lines import LONGEST, TextLine, read_lines
from tests.rows import each_row
from tests.samples import JAPANESE

ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp932", "euc_jp", "iso2022_jp"]
ROWS = [
    "番号,本文",
    *(f"{n},{text}" for n, text in enumerate([*JAPANESE, "It was called Edo."])),
    "",
    '9,"二行\r\nの欄"',
    "10,終",
]


def lines(data: bytes) -> list[TextLine]:
    return list(read_lines(io.BytesIO(data), "a.csv"))


@each_row("block", [1, 2, 3, 7, 64, 1 << 18])
@each_row("end", ["\n", "\r\n", "\r"])
@each_row("encoding", ENCODINGS)
def test_lines_are_those_of_the_file_read_whole(
    encoding: str, end: str, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rag.text.lines, "_BLOCK", block)
    text = end.join(ROWS)
    data = text.encode(encoding)
    found = lines(data)
    assert "".join(line.text for line in found) == decode(data, "a.csv")
    assert [line.text.count("\n") for line in found] == [1] * (len(found) - 1) + [0]
    assert {line.fault for line in found} == {None}


@pytest.mark.parametrize("encoding", ["cp932", "euc_jp", "iso2022_jp", "utf-8"])
def test_japanese_that_begins_after_a_mebibyte_of_ascii(encoding: str) -> None:
    data = b"1,plain\r\n" * 150_000 + "2,表示能力と東京都。ソ連\r\n".encode(encoding) * 5
    assert len(data) > 1 << 20
    assert lines(data)[-1] == TextLine("2,表示能力と東京都。ソ連\n")


DAMAGED = [
    ("utf-8", b"\xff", "is not UTF-8: its byte 10 is 0xFF"),
    ("utf-8-sig", b"\x80", "is not UTF-8: its byte 10 is 0x80"),
    ("cp932", b"\xfc\xfc", "is not CP932: its byte 8 is 0xFC"),
    ("euc_jp", b"\xff", "is not EUC-JP: its byte 8 is 0xFF"),
    ("iso2022_jp", b"\xff", "is not ISO-2022-JP: its byte 14 is 0xFF"),
    ("utf-16", b"\x00\xdc", "is not UTF-16: its byte 11 is half a letter"),
    ("utf-16-be", b"\xdc\x00", "is not UTF-16: its byte 11 is half a letter"),
]


@pytest.mark.parametrize(("encoding", "damage", "says"), DAMAGED)
def test_a_damaged_line_is_named_by_its_byte_and_the_others_are_whole(encoding: str, damage: bytes, says: str) -> None:
    begin, end = "1,a日本", "語,b"
    good = "12,東京都と京都府。山川\n"
    plain = encoding.removesuffix("-sig").replace("utf-16", "utf-16-le").replace("-le-be", "-be")
    marks = "".encode("utf-16")[:2] if encoding == "utf-16" else "".encode(encoding)
    bad = begin.encode(plain) + damage + end.encode(plain) + "\n".encode(plain)
    found = lines(marks + good.encode(plain) * 3 + bad + good.encode(plain))
    assert [line.text for line in found if line.fault is None] == [good] * 4
    assert found[3].fault == says
    assert found[3].text.endswith("\n")
    assert found[3].text.count(",") == 2


def test_one_damaged_line_alone_is_still_utf8() -> None:
    assert [line.fault for line in lines("東京都は日本国の首都".encode() + b"\xff\n")] == [
        "is not UTF-8: its byte 31 is 0xFF"
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "utf-16"])
def test_a_file_cut_off_in_a_letter_loses_that_line(encoding: str) -> None:
    found = lines(("東京都は首都。\n" * 3 + "京都").encode(encoding)[:-1])
    assert [line.fault is None for line in found] == [True] * 3 + [False]


def test_iso_2022_jp_whose_mode_lasts_beyond_the_line() -> None:
    kanji = "東京都".encode("iso2022_jp").removesuffix(b"\x1b(B")
    data = kanji + b"\n" + "日本".encode("iso2022_jp").removeprefix(b"\x1b$B") + b"\nplain\n"
    assert [line.text for line in lines(data)] == ["東京都\n", "日本\n", "plain\n"]


@pytest.mark.parametrize(
    "data", [bytes(range(256)) * 9, b"\x89PNG\r\n\x1a\n" + bytes(900), b"\0" * 50, b"\x93\xff" * 99]
)
def test_what_is_no_text_is_refused_by_name(data: bytes) -> None:
    with pytest.raises(UnreadableDocument, match=r"a\.csv"):
        lines(data)


def test_nothing_is_no_line() -> None:
    assert lines(b"") == []


class Endless(io.RawIOBase):
    """A file of `size` bytes that repeats one line."""

    def __init__(self, line: bytes, size: int) -> None:
        self._line, self._size, self._at = line * (1 + (1 << 18) // len(line)), size, 0

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = offset
        return offset

    def read(self, size: int = -1) -> bytes:
        got = self._line[: min(size, self._size - self._at)]
        self._at += len(got)
        return got


@pytest.fixture
def traced() -> Iterator[None]:
    tracemalloc.start()
    yield
    tracemalloc.stop()


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "utf-16-le"])
def test_memory_does_not_grow_with_the_file(encoding: str, traced: None) -> None:
    line = ("1," + "東京都と京都府のこと" * 100 + "\n").encode(encoding)
    count = sum(1 for _ in read_lines(Endless(line, 16_000_000), "a.csv"))  # type: ignore[arg-type]
    assert count > 5000
    assert tracemalloc.get_traced_memory()[1] < 12e6


def test_a_line_that_is_too_long_is_passed_over(traced: None) -> None:
    data = io.BytesIO(b"1,a\n" + b"x" * (3 * LONGEST) + b"\n2,b\n")
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    found = list(read_lines(data, "a.csv"))
    assert found == [TextLine("1,a\n"), TextLine("\n", "is longer than 16,777,216 bytes"), TextLine("2,b\n")]
    assert tracemalloc.get_traced_memory()[1] - before < 4 * LONGEST


def test_one_line_that_could_be_another_encoding_does_not_decide() -> None:
    found = lines("ﾂｱ\n".encode("cp932") + "東京都の表\n".encode("cp932") * 5)  # two bytes that UTF-8 has too
    assert [line.text for line in found] == ["ﾂｱ\n"] + ["東京都の表\n"] * 5
