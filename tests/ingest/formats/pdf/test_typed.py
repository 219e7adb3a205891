"""What was typed into a PDF is read where it is on the page, and once."""

from __future__ import annotations

import pytest

from rag.records import Failure
from tests.ingest.files import read_as, texts
from tests.ingest.pdf_files import Piece, drawn_pdf

LABELS = (
    Piece("申請書", 40, 700),
    Piece("受付番号：", 40, 600),
    Piece("期限　　　　　　日以内。", 40, 500),
    Piece("以上です。", 40, 400),
)


def read(*fields: bytes) -> str:
    (text,) = texts("form.pdf", drawn_pdf(LABELS, fields)).values()
    return text


def field(kind: bytes, value: bytes, rect: bytes = b"120 595 300 615", more: bytes = b"") -> bytes:
    return b"/Subtype/Widget/FT/%s/T<%s>/Rect[%s]/V%s/F 4%s" % (kind, rect.hex().encode(), rect, value, more)


def hexadecimal(text: str) -> bytes:
    return b"<FEFF%s>" % text.encode("utf-16-be").hex().encode()


def test_a_value_stands_after_its_label() -> None:
    assert read(field(b"Tx", b"(RX-4471)")) == "申請書\n受付番号： RX-4471\n期限　　　　　　日以内。\n以上です。"
    assert "受付番号： 許斐剛" in read(field(b"Tx", hexadecimal("許斐剛")))


def test_a_value_within_a_line_stands_there() -> None:
    assert "期限 30 日以内" in read(field(b"Tx", b"(30)", b"80 495 130 512"))


def test_a_value_without_a_line_is_one_of_its_own() -> None:
    assert read(field(b"Tx", b"(Tokyo)", b"40 540 200 560")).split("\n")[1:4] == [
        "受付番号：",
        "Tokyo",
        "期限　　　　　　日以内。",
    ]


def test_several_values_of_a_line_keep_their_order() -> None:
    values = [field(b"Tx", b"(%d)" % at, b"%d 595 %d 615" % (100 + 50 * at, 140 + 50 * at)) for at in (1, 2, 3)]
    assert "受付番号： 1 2 3" in read(*values)
    assert "受付番号： 1 2 3" in read(*reversed(values))


@pytest.mark.parametrize("state", [b"Yes", b"On", b"1"])
def test_marked_boxes(state: bytes) -> None:
    appearance = b"/AS/%s/AP<</N<</%s 3 0 R>>>>" % (state, state)
    assert "受付番号： ☑" in read(field(b"Btn", b"/" + state, more=appearance))
    assert "☑" not in read(field(b"Btn", b"/Off", more=b"/AS/Off/AP<</N<</%s 3 0 R>>>>" % state))


def test_chosen_options_are_read_by_their_labels() -> None:
    options = b"/Opt[[(a)%s][(b)%s]]" % (hexadecimal("東京"), hexadecimal("大阪"))
    assert "受付番号： 大阪" in read(field(b"Ch", b"(b)", more=options + b"/Ff 131072"))


def test_text_boxes_are_read_and_notes_are_not() -> None:
    box = b"/Subtype/FreeText/DA(/H 12 Tf)/Rect[120 595 300 615]/F 4/Contents%s" % hexadecimal("至急")
    note = b"/Subtype/Text/Rect[120 595 140 615]/F 4/Contents%s" % hexadecimal("要確認")
    assert "受付番号： 至急" in read(box)
    assert "要確認" not in read(note)


@pytest.mark.parametrize("more", [b"/Ff 8192", b"/F 2"], ids=["password", "hidden"])
def test_passwords_and_hidden_fields_are_left_out(more: bytes) -> None:
    assert "secret" not in read(field(b"Tx", b"(secret)").replace(b"/F 4", b"") + more)


def test_an_empty_field_changes_nothing() -> None:
    assert read(field(b"Tx", b"()")) == read()


def test_lines_of_a_value() -> None:
    assert "一行目\n二行目" in read(field(b"Tx", hexadecimal("一行目\r二行目"), more=b"/Ff 4096"))


def test_a_mark_stands_before_the_label_behind_it() -> None:
    appearance = b"/AS/Yes/AP<</N<</Yes 3 0 R>>>>"
    assert "☑ 受付番号：" in read(field(b"Btn", b"/Yes", b"18 597 33 612", appearance))


def test_a_form_whose_pages_are_made_by_another_program_is_named() -> None:
    whole = drawn_pdf(LABELS, [field(b"Tx", b"(RX-4471)")])
    form = whole.replace(b"/AcroForm<<", b"/AcroForm<</XFA[(template)9 0 R]", 1)
    assert "受付番号： RX-4471" in texts("form.pdf", form)["form.pdf#page=1"]
    (failure,) = read_as("form.pdf", form.replace(b"/AcroForm", b"/NeedsRendering true/AcroForm", 1))
    assert isinstance(failure, Failure)
    assert "XFA" in failure.message
