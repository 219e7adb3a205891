"""A Word document becomes text with headings, lists, tables and notes."""

from __future__ import annotations

from typing import Any

import pytest
from docx.oxml import parse_xml

from ingest.documents import LoadedDocument
from tests.ingest.files import WORD, docx, edited, read_as, texts, word


def text_of(fill: Any) -> str:
    (text,) = texts("a.docx", docx(fill)).values()
    return text


def test_headings_lists_and_tables_in_order() -> None:
    def fill(document: Any) -> None:
        document.add_heading("就業規則", 0)
        document.add_heading("第一章 総則", 1)
        document.add_paragraph("会社は勤務時間を定める。")
        document.add_paragraph("一つ目", style="List Bullet")
        document.add_paragraph("Second", style="List Number")
        table = document.add_table(2, 3)
        for at, text in enumerate(["区分", "時間", "備考", "早番", "8時", ""]):
            table.cell(at // 3, at % 3).text = text
        document.add_heading("Section", 2)
        document.add_paragraph("End.")

    assert text_of(fill) == (
        "# 就業規則\n\n# 第一章 総則\n\n会社は勤務時間を定める。\n- 一つ目\n1. Second\n\n"
        "| 区分 | 時間 | 備考 |\n| 早番 | 8時 | |\n\n## Section\n\nEnd."
    )


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        (
            "<w:r><w:ruby><w:rt><w:r><w:t>きんむ</w:t></w:r></w:rt>"
            "<w:rubyBase><w:r><w:t>勤務</w:t></w:r></w:rubyBase></w:ruby></w:r>",
            "前勤務後",
        ),
        ('<w:ins w:id="1" w:author="a"><w:r><w:t>挿入</w:t></w:r></w:ins>', "前挿入後"),
        ('<w:del w:id="1" w:author="a"><w:r><w:delText>削除</w:delText></w:r></w:del>', "前後"),
        ('<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>-5</w:t></w:r>', "前⁻⁵後"),
        ('<w:r><w:rPr><w:vertAlign w:val="subscript"/></w:rPr><w:t>2</w:t></w:r>', "前2後"),
        ('<w:r><w:sym w:font="Wingdings" w:char="F0FE"/><w:sym w:font="Symbol" w:char="F0B0"/></w:r>', "前☑°後"),
        ('<w:del w:id="1" w:author="a"><w:r><w:t>削除</w:t></w:r></w:del>', "前後"),
        ('<w:moveFrom w:id="1" w:author="a"><w:r><w:t>移動</w:t></w:r></w:moveFrom>', "前後"),
        ('<w:moveTo w:id="1" w:author="a"><w:r><w:t>移動</w:t></w:r></w:moveTo>', "前移動後"),
        ("<w:r><w:rPr><w:vanish/></w:rPr><w:t>隠し</w:t></w:r>", "前後"),
        ('<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>見える</w:t></w:r>', "前見える後"),
        ('<w:r><w:rPr><w:color w:val="FFFFFF"/></w:rPr><w:t>白</w:t></w:r>', "前後"),
        ('<w:r><w:rPr><w:color w:val="ffffff"/><w:shd w:fill="003366"/></w:rPr><w:t>白</w:t></w:r>', "前白後"),
        ('<w:r><w:rPr><w:color w:val="FF0000"/></w:rPr><w:t>赤</w:t></w:r>', "前赤後"),
        ('<w:r><w:rPr><w:sz w:val="1"/></w:rPr><w:t>小</w:t></w:r>', "前後"),
        ("<w:sdt><w:sdtContent><w:r><w:t>欄</w:t></w:r></w:sdtContent></w:sdt>", "前欄後"),
        ("<w:r><w:t>a</w:t><w:br/><w:t>b</w:t><w:tab/><w:t>c</w:t><w:noBreakHyphen/></w:r>", "前a\nb c-後"),
        ("<w:hyperlink><w:r><w:t>link</w:t></w:r></w:hyperlink>", "前link後"),
        (
            "<w:r><w:pict><w:txbxContent><w:p><w:r><w:t>枠</w:t></w:r></w:p></w:txbxContent></w:pict></w:r>",
            "前\n\n枠\n後",
        ),
    ],
)
def test_within_a_paragraph(xml: str, text: str) -> None:
    def fill(document: Any) -> None:
        paragraph = document.add_paragraph("前")
        paragraph._p.append(parse_xml(f"<w:p {WORD}>{xml}</w:p>")[0])
        paragraph.add_run("後")

    assert text_of(fill) == text


def test_text_boxes_are_read_once() -> None:
    box = "<w:txbxContent><w:p><w:r><w:t>枠</w:t></w:r></w:p></w:txbxContent>"
    compatible = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    xml = (
        f'<w:p {WORD} xmlns:mc="{compatible}"><w:r><mc:AlternateContent><mc:Choice Requires="wps">{box}</mc:Choice>'
        f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )
    assert text_of(lambda document: document.element.body.insert(0, parse_xml(xml))) == "枠"


def test_headings_by_outline_level_and_inherited_style() -> None:
    def fill(document: Any) -> None:
        style = document.styles.add_style("社内見出し", 1)
        style.base_style = document.styles["Heading 2"]
        document.add_paragraph("継承", style=style)
        xml = f'<w:p {WORD}><w:pPr><w:outlineLvl w:val="2"/></w:pPr><w:r><w:t>直接</w:t></w:r></w:p>'
        document.element.body.insert(1, parse_xml(xml))

    assert text_of(fill) == "## 継承\n\n### 直接"


def test_styles_based_on_each_other() -> None:
    def fill(document: Any) -> None:
        one, two = document.styles.add_style("A", 1), document.styles.add_style("B", 1)
        one.base_style, two.base_style = two, one
        document.add_paragraph("本文", style=one)

    assert text_of(fill) == "本文"


def test_merged_cells_once_and_nested_tables() -> None:
    def fill(document: Any) -> None:
        table = document.add_table(2, 2)
        table.cell(0, 0).merge(table.cell(0, 1)).text = "結合"
        table.cell(1, 0).text = "a"
        outer = document.add_table(1, 1)
        outer.cell(0, 0).text = "外"
        outer.cell(0, 0).add_table(1, 2).cell(0, 1).text = "内"

    assert text_of(fill) == "| 結合 |\n| a | |\n\n外\n\n| | 内 |"


def title_of(data: bytes) -> str:
    (document,) = read_as("規程.docx", data)
    assert isinstance(document, LoadedDocument)
    return document.title


def test_title() -> None:
    def plain(document: Any) -> None:
        document.add_paragraph("本文。")

    def headed(document: Any) -> None:
        document.add_heading("第一章", 1)
        document.add_heading("表題", 0)

    def named(document: Any) -> None:
        document.core_properties.title = "経費の手引き"
        document.add_heading("第一章", 1)

    assert [title_of(docx(fill)) for fill in (plain, headed, named)] == ["規程", "表題", "経費の手引き"]


def test_external_entities_are_not_read() -> None:
    def change(xml: bytes) -> bytes:
        entity = b'<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
        return entity + xml[xml.index(b"<w:document") :].replace(b"SECRET", b"&e;")

    data = docx(lambda document: (document.add_paragraph("本文。"), document.add_paragraph("SECRET")))
    assert texts("a.docx", edited(data, "word/document.xml", change)) == {"a.docx": "本文。"}


def test_soft_hyphens_are_left_out() -> None:
    data = docx(lambda document: document.add_paragraph("ソフト\xadハイフンとdocu\xadment"))
    assert texts("a.docx", data) == {"a.docx": "ソフトハイフンとdocument"}


def test_strict_open_xml() -> None:
    strict = {
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/main": b"http://purl.oclc.org/ooxml/wordprocessingml/main",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships": (
            b"http://purl.oclc.org/ooxml/officeDocument/relationships"
        ),
    }

    def change(xml: bytes) -> bytes:
        for ordinary, name in strict.items():
            xml = xml.replace(ordinary, name)
        return xml

    data = docx(lambda document: (document.add_heading("規則", 1), document.add_paragraph("本文", style="List Number")))
    for part in ("word/document.xml", "word/styles.xml", "word/numbering.xml", "word/_rels/document.xml.rels"):
        data = edited(data, part, change)
    assert texts("a.docx", data) == {"a.docx": "# 規則\n\n1. 本文"}


def test_a_picture_or_a_list_of_types_that_is_broken_harms_nothing() -> None:
    data = docx(lambda document: document.add_paragraph("本文。"))
    for part in ("docProps/thumbnail.jpeg", "[Content_Types].xml", "word/theme/theme1.xml"):
        assert texts("a.docx", edited(data, part, lambda _: b"broken")) == {"a.docx": "本文。"}


@pytest.mark.parametrize("xml", [b"", b"<a><b></a>", b"PK\x03\x04", b"\0" * 50])
def test_broken_properties_lose_no_text(xml: bytes) -> None:
    data = docx(lambda document: document.add_paragraph("本文である。"))
    assert list(texts("a.docx", edited(data, "docProps/core.xml", lambda _: xml)).values()) == ["本文である。"]


def test_merged_cells_count_in_every_row_and_column() -> None:
    def fill(document: Any) -> None:
        table = document.add_table(4, 3)
        rows = (("区分", "", "料金"), ("大人", "平日", "800円"), ("", "休日", "900円"), ("子", "終日", "400円"))
        for at, row in enumerate(rows):
            for column, text in enumerate(row):
                table.cell(at, column).text = text
        table.cell(0, 0).merge(table.cell(0, 1)).text = "区分"
        table.cell(1, 0).merge(table.cell(2, 0)).text = "大人"

    assert text_of(fill) == (
        "| 区分 | 区分 | 料金 |\n| 大人 | 平日 | 800円 |\n| 大人 | 休日 | 900円 |\n| 子 | 終日 | 400円 |"
    )


def test_what_is_struck_through_is_marked_and_not_lost() -> None:
    def run(text: str, settings: str = "") -> str:
        return f"<w:r><w:rPr>{settings}</w:rPr><w:t>{text}</w:t></w:r>"

    struck, not_struck = "<w:strike/>", "<w:strike w:val='0'/>"
    body = (
        f"<w:p>{run('期間は')}{run('十', struck)}{run('日', '<w:dstrike/>')}{run('二十日')}</w:p>"
        f"<w:p>{run('全文を削る。', struck)}</w:p><w:p>{run('残る。', not_struck)}</w:p>"
    )
    assert texts("a.docx", word(body)) == {"a.docx": "期間は~~十日~~二十日\n\n~~全文を削る。~~\n\n残る。"}


@pytest.mark.parametrize("element", ["altChunk", "subDoc"])
def test_a_file_inside_the_document_is_named(element: str) -> None:
    text = "<w:p><w:r><w:t>本則。</w:t></w:r></w:p>"
    found, failed = read_as("a.docx", word(f"{text}<w:{element}/>{text}"))
    assert isinstance(found, LoadedDocument)
    assert found.text == "本則。\n\n本則。"
    assert "is a file of its own is not read" in failed.message  # type: ignore[union-attr]


def test_text_hidden_by_the_style_of_its_letters_is_not_read() -> None:
    styles = (
        '<w:style w:type="character" w:styleId="A"><w:name w:val="A"/><w:rPr><w:vanish/></w:rPr></w:style>'
        '<w:style w:type="character" w:styleId="B"><w:name w:val="B"/><w:basedOn w:val="A"/></w:style>'
    )
    runs = "".join(
        f'<w:r><w:rPr><w:rStyle w:val="{style}"/>{own}</w:rPr><w:t>{text}</w:t></w:r>'
        for style, own, text in (
            ("A", "", "裏"),
            ("B", "", "陰"),
            ("B", '<w:vanish w:val="0"/>', "表"),
            ("C", "", "面"),
        )
    )
    assert texts("a.docx", word(f"<w:p>{runs}</w:p>", "", styles)) == {"a.docx": "表面"}


def test_paragraphs_hidden_by_their_style_are_not_read() -> None:
    styles = '<w:style w:type="paragraph" w:styleId="A"><w:name w:val="A"/><w:rPr><w:vanish/></w:rPr></w:style>'
    hidden = '<w:p><w:pPr><w:pStyle w:val="A"/></w:pPr><w:r><w:t>控え</w:t></w:r></w:p>'
    body = f"{hidden}<w:p><w:r><w:t>正本</w:t></w:r></w:p>"
    assert texts("a.docx", word(body, "", styles)) == {"a.docx": "正本"}


def test_a_row_that_begins_further_right_keeps_its_columns() -> None:
    def cells(*names: str) -> str:
        return "".join(f"<w:tc><w:p><w:r><w:t>{name}</w:t></w:r></w:p></w:tc>" for name in names)

    later = '<w:trPr><w:gridBefore w:val="1"/></w:trPr>'
    table = f"<w:tbl><w:tr>{cells('駅', '上り', '下り')}</w:tr><w:tr>{later}{cells('6時', '7時')}</w:tr></w:tbl>"
    assert texts("a.docx", word(table)) == {"a.docx": "| 駅 | 上り | 下り |\n| | 6時 | 7時 |"}


def test_a_paragraph_whose_end_was_deleted_goes_on_in_the_next() -> None:
    def joined(text: str) -> str:
        return f"<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"

    end, whole = (f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in ("三。", "四。"))
    body = joined("一、") + joined("二、") + end + whole
    assert texts("a.docx", word(body)) == {"a.docx": "一、二、三。\n\n四。"}
    cell = f"<w:tbl><w:tr><w:tc>{joined('甲')}</w:tc><w:tc>{end}</w:tc></w:tr></w:tbl>{whole}"
    assert texts("a.docx", word(cell)) == {"a.docx": "| 甲 | 三。 |\n\n四。"}
