"""Letters in fonts that are neither in the PDF nor on the machine are read like any others."""

from __future__ import annotations

import pytest

from tests.ingest.files import texts
from tests.ingest.pdf_files import Piece, drawn_pdf


def test_single_letters() -> None:
    single = [Piece(letter, 40 + 14 * at, 600) for at, letter in enumerate("一字ずつ Ⅲ")]
    (text,) = texts("a.pdf", drawn_pdf([Piece("続く文字", 40, 700), *single])).values()
    assert text == "続く文字一字ずつ Ⅲ"


@pytest.mark.parametrize("ordering", [b"(Japan1)", b"(Identity)"])
@pytest.mark.parametrize("turn", [b"0 1 -1 0", b"0 -1 1 0"])
def test_turned_lines(ordering: bytes, turn: bytes) -> None:
    data = drawn_pdf([Piece("回した文字です。", 300, 400)]).replace(b"(Japan1)", ordering)
    (text,) = texts("a.pdf", data.replace(b"1 0 0 1 300", turn + b" 300")).values()
    assert text == "回した文字です。"
