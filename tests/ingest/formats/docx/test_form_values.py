"""What was chosen in a Word form is read where its field stands."""

from __future__ import annotations

import pytest

from tests.ingest.files import texts, word

ENTRIES = "".join(f'<w:listEntry w:val="{city}"/>' for city in ("札幌", "仙台", "那覇"))


def field(data: str) -> str:
    begin = f'<w:fldChar w:fldCharType="begin"><w:ffData>{data}</w:ffData></w:fldChar>'
    parts = (begin, "<w:instrText>FORM</w:instrText>", '<w:fldChar w:fldCharType="end"/>')
    return "".join(f"<w:r>{part}</w:r>" for part in parts)


@pytest.mark.parametrize(
    ("data", "value"),
    [
        ("<w:checkBox><w:checked/></w:checkBox>", "☑"),
        ('<w:checkBox><w:default w:val="1"/><w:checked w:val="0"/></w:checkBox>', "☐"),
        ('<w:checkBox><w:default w:val="1"/></w:checkBox>', "☑"),
        ("<w:checkBox/>", "☐"),
        (f'<w:ddList><w:result w:val="2"/>{ENTRIES}</w:ddList>', "那覇"),
        (f'<w:ddList><w:default w:val="1"/>{ENTRIES}</w:ddList>', "仙台"),
        (f"<w:ddList>{ENTRIES}</w:ddList>", "札幌"),
        ('<w:ddList><w:result w:val="99999999999"/></w:ddList>', ""),
        ('<w:textInput><w:default w:val="x"/></w:textInput>', ""),
    ],
)
def test_values(data: str, value: str) -> None:
    body = f"<w:p>{field(data)}<w:r><w:t>希望する</w:t></w:r></w:p>"
    assert texts("a.docx", word(body)) == {"a.docx": f"{value}希望する"}


@pytest.mark.parametrize(("state", "sign", "text"), [("1", "☒", "☑"), ("0", "☐", "☐"), ("true", "✔", "☑")])
def test_boxes_are_marked_alike_whatever_sign_shows_it(state: str, sign: str, text: str) -> None:
    names = 'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
    box = f'<w:sdtPr><w14:checkbox {names}><w14:checked w14:val="{state}"/></w14:checkbox></w:sdtPr>'
    inner = f"<w:sdtContent><w:r><w:t>{sign}</w:t></w:r></w:sdtContent>"
    body = f"<w:p><w:sdt>{box}{inner}</w:sdt><w:r><w:t>承諾</w:t></w:r></w:p>"
    assert texts("a.docx", word(body)) == {"a.docx": f"{text}承諾"}


NAMES = 'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
MARKED = f'<w14:checkbox {NAMES}><w14:checked w14:val="1"/></w14:checkbox>'


def cell(text: str) -> str:
    return f"<w:tc><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>"


def around(inner: str, settings: str) -> str:
    return f"<w:sdt><w:sdtPr>{settings}</w:sdtPr><w:sdtContent>{inner}</w:sdtContent></w:sdt>"


@pytest.mark.parametrize(
    ("row", "line"),
    [
        (around(cell("☒"), MARKED) + cell("掃除") + cell("佐藤"), "| ☑ | 掃除 | 佐藤 |"),
        (cell("朝") + around(cell("氏名を入力"), "<w:showingPlcHdr/>") + cell("佐藤"), "| 朝 | | 佐藤 |"),
        (cell("朝") + around(cell("山田"), '<w:showingPlcHdr w:val="0"/>') + cell("佐藤"), "| 朝 | 山田 | 佐藤 |"),
        (cell("朝") + around(around(cell("庭"), "<w:text/>"), "<w:showingPlcHdr/>") + cell("夜"), "| 朝 | 庭 | 夜 |"),
    ],
    ids=["box", "hint", "no hint", "a value within"],
)
def test_a_control_around_a_cell_leaves_the_other_cells_in_their_columns(row: str, line: str) -> None:
    head = f"<w:tr>{cell('甲')}{cell('乙')}{cell('丙')}</w:tr>"
    (text,) = texts("a.docx", word(f"<w:tbl>{head}<w:tr>{row}</w:tr></w:tbl>")).values()
    assert text.split("\n")[-1] == line


def test_a_control_around_a_row_or_a_paragraph() -> None:
    row = f"<w:tr>{cell('掃除')}{cell('佐藤')}</w:tr>"
    table = f"<w:tbl><w:tr>{cell('係')}{cell('名')}</w:tr>{around(row, '<w:showingPlcHdr/>')}</w:tbl>"
    assert texts("a.docx", word(table))["a.docx"].split("\n")[-1] == "| 掃除 | 佐藤 |"
    runs = "<w:r><w:t>☒</w:t></w:r>" * 2
    body = around(f"<w:p>{runs}</w:p>", MARKED) + "<w:p><w:r><w:t>済</w:t></w:r></w:p>"
    assert texts("a.docx", word(body)) == {"a.docx": "☑\n\n済"}


def test_the_hint_of_an_empty_field_is_not_read() -> None:
    def control(text: str, settings: str) -> str:
        inner = f"<w:sdtContent><w:r><w:t>{text}</w:t></w:r></w:sdtContent>"
        return f"<w:p><w:r><w:t>氏名：</w:t></w:r><w:sdt><w:sdtPr>{settings}</w:sdtPr>{inner}</w:sdt></w:p>"

    body = control("ここに入力してください", "<w:showingPlcHdr/>") + control("己川", "<w:text/>")
    assert texts("a.docx", word(body)) == {"a.docx": "氏名：\n\n氏名：己川"}
