"""A quarter of a letter's width between Japanese and Latin letters is no blank; that between cells is."""

from __future__ import annotations

import pytest

from tests.ingest.files import texts
from tests.ingest.pdf_files import Piece, drawn_pdf

SIZE = 14.0


def read(gap: float, *texts_: str) -> str:
    """The text of a line of pieces with white between them, in widths of a letter."""
    left, drawn = 60.0, []
    for text in texts_:
        drawn.append(Piece(text, left, 700, SIZE))
        left += SIZE * (len(text) + gap)
    (whole,) = texts("a.pdf", drawn_pdf(drawn)).values()
    return whole


@pytest.mark.parametrize("gap", [0.2, 0.25, 0.33])
def test_white_of_a_quarter_is_no_blank(gap: float) -> None:
    line = ("第", "12", "条の", "PDF", "は", "3", "年間保存する。")
    assert read(gap, *line) == "".join(line)


def test_cells_and_what_was_typed_keep_their_blanks() -> None:
    assert read(1.0, "国内", "120", "円") == "国内 120 円"
    assert read(0.0, "国内 120 円") == "国内 120 円"
    assert read(0.25, "paid", "in", "full.") == "paid in full."


def test_letters_that_a_reading_spreads_are_one_word() -> None:
    assert read(0.3, "承", "る", "件") == "承る件"
    reading = Piece("うけたまわ", 60, 715, SIZE / 2)
    word = [
        Piece(text, left, 700, SIZE) for text, left in (("承", 60), ("る", 60 + 1.7 * SIZE), ("のみ", 60 + 2.7 * SIZE))
    ]
    (whole,) = texts("a.pdf", drawn_pdf([*word, reading])).values()
    assert whole == "承るのみ"
