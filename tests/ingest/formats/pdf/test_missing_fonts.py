"""Letters that PDFium passes over for want of a font are reported; the rest of the page is read."""

from __future__ import annotations

from ingest.documents import LoadedDocument
from rag.records import Failure
from tests.ingest.files import read_as
from tests.ingest.pdf_files import Piece, drawn_pdf


def test_single_letters_in_a_font_that_is_nowhere() -> None:
    """On a machine with Japanese fonts they are read instead."""
    single = [Piece(letter, 40 + 14 * at, 600) for at, letter in enumerate("一字ずつ")]
    document, *failures = read_as("a.pdf", drawn_pdf([Piece("続く文字", 40, 700), *single]))
    assert isinstance(document, LoadedDocument)
    if "一字ずつ" not in document.text:
        (failed,) = failures
        assert isinstance(failed, Failure)
        assert "HeiseiMin-W3" in failed.message
        assert failed.subject == "a.pdf#page=1"


def test_pieces_of_several_letters_are_sound() -> None:
    (document,) = read_as("a.pdf", drawn_pdf([Piece("続く文字", 40, 700), Piece("別の行です", 40, 600)]))
    assert isinstance(document, LoadedDocument)
