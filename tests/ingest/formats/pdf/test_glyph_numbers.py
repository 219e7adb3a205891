"""Pages whose fonts have numbers instead of letters are named; fonts without a map that are read right are not."""

from __future__ import annotations

import pytest

from ingest.formats.pdf.glyph_numbers import is_implausible
from rag.records import Failure
from tests.ingest.files import read_as
from tests.ingest.pdf_files import Piece, drawn_pdf
from tests.samples import ENGLISH, JAPANESE


def test_a_page_of_glyph_numbers_is_named() -> None:
    (failed,) = read_as("a.pdf", drawn_pdf([Piece("受付番号は下記の通りです" * 2, 40, 700)], mapped=False))
    assert isinstance(failed, Failure)
    assert "OCR" in failed.message


@pytest.mark.parametrize("text", ENGLISH)
@pytest.mark.parametrize("shift", [-29, -31, 28])
def test_shifted_letters_are_implausible(text: str, shift: int) -> None:
    """Fonts number their glyphs in the order of ASCII, from 3 on: a blank is 3, an A 36."""
    assert is_implausible("".join(chr(ord(letter) + shift) for letter in text * 2 if 31 < ord(letter) < 127))


@pytest.mark.parametrize("first", [0x3400, 0x4E00 + 9000, 0xAC00, 0x4000, 0xA000])
def test_numbers_of_kanji_and_kana_are_implausible(first: int) -> None:
    assert is_implausible("".join(chr(first + ord(letter) % 2000) for letter in JAPANESE[0]))


@pytest.mark.parametrize("text", [*JAPANESE, *ENGLISH, "1,234.50 %", "", "é", "☑", "NHK", "№ 5", "(a) rhythm"])
def test_texts_are_plausible(text: str) -> None:
    assert not is_implausible(text)
