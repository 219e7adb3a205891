"""A PDF becomes a document a page, whatever way its fonts name Japanese letters."""

from __future__ import annotations

import pytest

from ingest.documents import LoadedDocument
from ingest.formats.pdf.clean import clean
from rag.records import Failure
from tests.ingest.files import read_as, texts
from tests.ingest.pdf_files import BLANK, PICTURE, Page, pdf

JAPANESE = ["富士山は標高3776メートルで、日本で最も高い", "山である。表示能力。"]
JOINED = "富士山は標高3776メートルで、日本で最も高い山である。表示能力。"


@pytest.mark.parametrize(
    ("cmap", "codec"),
    [
        ("ToUnicode", ""),
        ("90ms-RKSJ-H", "cp932"),
        ("EUC-H", "euc_jp"),
        ("UniJIS-UTF16-H", "utf-16-be"),
        ("UniJIS-UCS2-H", "utf-16-be"),
    ],
)
def test_japanese_fonts(cmap: str, codec: str) -> None:
    assert texts("山.pdf", pdf(Page(JAPANESE, cmap, codec))) == {"山.pdf#page=1": JOINED}


def test_a_document_a_page_and_blank_pages_passed_over() -> None:
    pages = [Page(["一頁目。"]), Page(cmap=BLANK), Page(["The third page.", "Two lines."])]
    documents = read_as("a.pdf", pdf(*pages, title="経費の手引き"))
    assert [(one.source, one.text, one.language, one.title) for one in documents] == [  # type: ignore[union-attr]
        ("a.pdf#page=1", "一頁目。", "ja", "経費の手引き"),
        ("a.pdf#page=3", "The third page.\nTwo lines.", "en", "経費の手引き"),
    ]


@pytest.mark.parametrize("title", ["", "Microsoft Word - 文書1.docx", "untitled"])
def test_a_title_that_a_program_put_there_is_none(title: str) -> None:
    (document,) = read_as("山.pdf", pdf(Page(["本文。"]), title=title))
    assert isinstance(document, LoadedDocument)
    assert document.title == "山"


def test_pictures_among_pages_are_named() -> None:
    found = read_as("a.pdf", pdf(Page(cmap=PICTURE), Page(["本文。"]), Page(cmap=PICTURE)))
    assert [one.source if isinstance(one, LoadedDocument) else one.subject for one in found] == [
        "a.pdf#page=1",
        "a.pdf#page=2",
        "a.pdf#page=3",
    ]
    assert [isinstance(one, LoadedDocument) for one in found] == [False, True, False]


def test_a_page_whose_fonts_do_not_tell_is_named() -> None:
    page = Page(["日本語の文章です"], "UniJIS-UTF8-H", "utf-8")  # a CMap that PDFium does not know
    document, failed = read_as("a.pdf", pdf(Page(["本文。"]), page))
    assert isinstance(document, LoadedDocument)
    assert "a.pdf#page=2" in failed.message  # type: ignore[union-attr]
    assert "OCR" in failed.message  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        (
            "日本で最も高い山は富士山で、標高は\r\n3776メートルである。",
            "日本で最も高い山は富士山で、標高は\n3776メートルである。",
        ),
        (
            "概要\r\nこの規程は会社の経費の精算について定め\r\nるものとする。",
            "概要\nこの規程は会社の経費の精算について定めるものとする。",
        ),
        ("これで一つの文が終わる。\r\nここから次の文が始まる", "これで一つの文が終わる。\nここから次の文が始まる"),
        ("the high\ufffe\r\nest mountain", "the highest mountain"),
        ("the high\x02est", "the highest"),
        ("the high\u2010\r\nest of well\u2010known", "the highest of well\u2010known"),
        ("the high\xad\r\nest moun\xadtain", "the highest mountain"),
        ("⽇本の⼈⼝ ﬁnal", "日本の人口 final"),
        ("line one\r\nline two\r\n\r\n", "line one\nline two"),
    ],
)
def test_clean(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


def test_readings_beside_the_letters_are_left_out_and_small_notes_are_not() -> None:
    lines = ["しずおか", "静岡県と山梨県にまたがる山であり、標高が最も", "ふじ", "高い。", "ちいさい注", "かな"]
    page = Page(lines, "90ms-RKSJ-H", "cp932", sizes=(6, 12, 6, 12, 6, 12))
    read = texts("山.pdf", pdf(page))["山.pdf#page=1"]
    assert read == "静岡県と山梨県にまたがる山であり、標高が最も高い。\nちいさい注\nかな"


def test_a_page_of_small_kana_alone_is_kept() -> None:
    page = Page(["ひらがな", "カタカナ"], "90ms-RKSJ-H", "cp932", sizes=(6, 6))
    assert texts("a.pdf", pdf(page)) == {"a.pdf#page=1": "ひらがなカタカナ"}


def test_a_file_that_says_it_has_a_million_pages() -> None:
    data = pdf(Page(["一頁目です。"]), Page(["二頁目です。"])).replace(b"/Count 2", b"/Count 1000000")
    found = read_as("a.pdf", data)
    assert [outcome.source for outcome in found if isinstance(outcome, LoadedDocument)] == [
        "a.pdf#page=1",
        "a.pdf#page=2",
    ]
    failed = [outcome for outcome in found if isinstance(outcome, Failure)]
    assert len(failed) == 101
    assert "those after it are left out" in failed[-1].message
