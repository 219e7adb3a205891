"""Lines of a PDF page that ruby breaks are whole."""

from __future__ import annotations

import pytest

from tests.ingest.files import texts
from tests.ingest.pdf_files import Piece, drawn_pdf


def read(*pieces: Piece) -> str:
    (text,) = texts("a.pdf", drawn_pdf(pieces)).values()
    return text


def line(*words: str, top: float = 700.0, size: float = 14.0) -> list[Piece]:
    """A line of words; "|" is before the reading of a word, which is drawn after it."""
    left, pieces = 40.0, []
    for word in words:
        base, _, ruby = word.partition("|")
        pieces.append(Piece(base, left, top, size))
        if ruby:
            middle = left + len(base) * size / 2
            pieces.append(Piece(ruby, middle - len(ruby) * size / 4, top + size + 1, size / 2))
        left += len(base) * size
    return pieces


@pytest.mark.parametrize(
    "words",
    [
        ["子供|こども", "たちの", "権利|けんり", "条約|じょうやく", "は千九百八十九年に", "採択|さいたく", "された。"],
        ["学校|がっこう", "教育|きょういく", "制度|せいど", "です。"],
        ["これは", "漢字|かんじ"],
    ],
)
def test_words_with_ruby_stay_in_their_line(words: list[str]) -> None:
    text = "".join(word.partition("|")[0] for word in words)
    assert read(*line(*words)) == text
    assert read(*line(*words), *line("次の", "段落|だんらく", "です。", top=600)) == f"{text}\n次の段落です。"


def test_lines_without_ruby_and_columns_stay_apart() -> None:
    apart = [Piece("左の欄", 40, 700), Piece("かな", 44, 715, 7.0), Piece("右の欄", 300, 700)]
    assert read(*apart, Piece("本文の行である。", 40, 500)).split("\n")[:2] == ["左の欄", "右の欄"]
    assert read(*line("一行目です"), *line("二行目です", top=680)) == "一行目です二行目です"


def test_a_letter_of_two_units_changes_nothing_else() -> None:
    columns = [(f"左の欄の{line}行目の文である", f"右の欄の{line}行目の文である") for line in "一二三四五"]
    pieces = [
        Piece(text, 60 + 240 * at, 700 - 20 * row) for row, pair in enumerate(columns) for at, text in enumerate(pair)
    ]
    (plain,) = texts("a.pdf", drawn_pdf(pieces)).values()
    pieces[0] = Piece("左の欄の𠮟行目の文である", pieces[0].left, pieces[0].bottom)
    (rare,) = texts("a.pdf", drawn_pdf(pieces)).values()
    assert rare == plain.replace("左の欄の一行目", "左の欄の𠮟行目")
    assert plain.index("左の欄の五") < plain.index("右の欄の一")


@pytest.mark.parametrize("size", [10.0, 12.0, 14.0])
@pytest.mark.parametrize("gap", [14, 20, 26])
def test_rows_of_a_table_drawn_cell_by_cell_stay_apart(size: float, gap: int) -> None:
    rows = [("品名", "数量", "金額"), ("机", "2", "60,000"), ("椅子", "4", "60,000"), ("棚", "1", "20,000")]
    pieces = [
        Piece(cell, 60 + 150 * column, 700 - gap * at, size)
        for at, row in enumerate(rows)
        for column, cell in enumerate(row)
    ]
    assert read(*pieces).split("\n") == [" ".join(row) for row in rows]
