"""Raised figures of a PDF stay raised, however the file draws them; figures that only are small or high do not."""

from __future__ import annotations

import pytest

from tests.ingest.files import texts
from tests.ingest.pdf_files import Piece, drawn_pdf


def read(*pieces: tuple[str, float, float]) -> str:
    """The text of a line of pieces, one behind the other: what each says, its size, and how high it stands."""
    left, drawn = 60.0, []
    for text, size, rise in pieces:
        drawn.append(Piece(text, left, 700 + rise, size))
        left += size * len(text)
    (text,) = texts("a.pdf", drawn_pdf(drawn)).values()
    return text


@pytest.mark.parametrize(
    ("size", "rise"), [(11.6, 4.6), (9.8, 5.0), (9.0, 4.0), (7.0, 6.0)], ids=["browser", "LaTeX", "Word", "half"]
)
def test_raised_figures(size: float, rise: float) -> None:
    assert read(("速度は三×一〇", 14, 0), ("8", size, rise), ("毎秒である。", 14, 0)) == "速度は三×一〇⁸毎秒である。"
    assert read(("面積は九ｍ", 14, 0), ("2", size, rise)) == "面積は九ｍ²"
    assert read(("長さは一〇", 14, 0), ("-12", size, rise), ("ｍ。", 14, 0)) == "長さは一〇⁻¹²ｍ。"


@pytest.mark.parametrize(
    "pieces",
    [
        (("料金", 14, 0), ("800", 9, 0), ("円", 14, 0)),
        (("料金", 14, 0), ("800", 14, 3), ("円", 14, 0)),
        (("水はＨ", 14, 0), ("2", 9, -3), ("Ｏ", 14, 0)),
        (("残りは", 14, 0), ("1", 9, 5), ("/2", 9, 0), ("杯", 14, 0)),
    ],
    ids=["small", "high", "low", "a fraction"],
)
def test_other_figures_stay(pieces: tuple[tuple[str, float, float], ...]) -> None:
    assert "".join(read(*pieces).split()) == "".join(text for text, _, _ in pieces)


def test_a_small_line_above_another_is_none() -> None:
    drawn = [Piece("注のある文の終わり。", 60, 700), Piece("2024年の注。", 210, 712, 8)]
    (text,) = texts("a.pdf", drawn_pdf(drawn)).values()
    assert "2024年の注。" in text


def test_a_line_goes_on_behind_a_raised_figure_and_a_blank() -> None:
    assert (
        read(("体積は一〇", 14, 0), ("5", 9, 5), (" ｍ", 14, 0), ("3", 9, 5), ("である。", 14, 0))
        == "体積は一〇⁵ ｍ³である。"
    )
