"""Headers and footers: content once, no page numbers, nothing that pages do not show."""

from __future__ import annotations

import pytest

from tests.ingest.files import texts, word


def text(words: str) -> str:
    return f"<w:p><w:r><w:t>{words}</w:t></w:r></w:p>"


def field(instruction: str, result: str) -> str:
    parts = (
        '<w:fldChar w:fldCharType="begin"/>', f"<w:instrText> {instruction} </w:instrText>",
        '<w:fldChar w:fldCharType="separate"/>', f"<w:t>{result}</w:t>", '<w:fldChar w:fldCharType="end"/>',
    )  # fmt: skip
    return "".join(f"<w:r>{part}</w:r>" for part in parts)


def read(section: str, body: str = "本文。", settings: str = "", **parts: str) -> str:
    xml = text(body) + f"<w:sectPr>{section}</w:sectPr>"
    (found,) = texts("a.docx", word(xml, settings=settings, **parts)).values()
    return found


def reference(kind: str, part: str, place: str = "default") -> str:
    return f'<w:{kind}Reference w:type="{place}" r:id="{part}"/>'


BOTH = reference("header", "header1") + reference("footer", "footer1")


def test_header_first_footer_last() -> None:
    assert read(BOTH, header1=text("社外秘"), footer1=text("文書番号 HR-012")) == "社外秘\n\n本文。\n\n文書番号 HR-012"


@pytest.mark.parametrize(
    "numbers",
    [
        f"<w:p>{field('PAGE', '3')}</w:p>",
        f"<w:p><w:r><w:t>- </w:t></w:r>{field('PAGE', '3')}<w:r><w:t> / </w:t></w:r>{field('NUMPAGES', '9')}</w:p>",
        f"<w:p><w:r><w:t>Page </w:t></w:r>{field('PAGE', '3')}<w:r><w:t> of </w:t></w:r>{field('NUMPAGES', '9')}</w:p>",
        '<w:p><w:fldSimple w:instr=" PAGE "><w:r><w:t>3</w:t></w:r></w:fldSimple><w:r><w:t>ページ</w:t></w:r></w:p>',
        text("3 / 10"),
    ],
)
def test_page_numbers_are_no_content(numbers: str) -> None:
    assert read(BOTH, header1=text("規程集") + numbers, footer1=numbers) == "規程集\n\n本文。"


def test_a_number_of_the_document_beside_a_page_number_stays() -> None:
    footer = f"<w:p><w:r><w:t>HR-012 </w:t></w:r>{field('PAGE', '3')}</w:p>"
    assert read(BOTH, header1="<w:p/>", footer1=footer) == "本文。\n\nHR-012"


def test_fields_other_than_page_numbers_are_read() -> None:
    assert read(BOTH, header1=f"<w:p>{field('DOCPROPERTY X', '改定版')}</w:p>", footer1="<w:p/>") == "改定版\n\n本文。"


def test_lines_of_the_body_and_lines_that_several_headers_have_are_not_repeated() -> None:
    sections = BOTH + reference("header", "header2")
    assert read(sections, header1=text("本文。"), header2=text("社外秘"), footer1=text("社外秘")) == (
        "社外秘\n\n本文。\n\n社外秘"
    )
    assert read(sections, header1=text("甲"), header2=text("甲") + text("乙"), footer1="<w:p/>") == "甲\n乙\n\n本文。"


@pytest.mark.parametrize(
    ("place", "section", "settings", "is_shown"),
    [
        ("first", "", "", False),
        ("first", "<w:titlePg/>", "", True),
        ("first", '<w:titlePg w:val="0"/>', "", False),
        ("even", "", "", False),
        ("even", "", "<w:evenAndOddHeaders/>", True),
    ],
)
def test_headers_that_no_page_shows(place: str, section: str, settings: str, is_shown: bool) -> None:
    found = read(reference("header", "header1", place) + section, settings=settings, header1=text("表紙"))
    assert found == ("表紙\n\n本文。" if is_shown else "本文。")


def test_a_header_that_no_section_uses() -> None:
    assert read("", header1=text("古い")) == "本文。"
