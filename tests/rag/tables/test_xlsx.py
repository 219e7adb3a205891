"""Sheets row by row, whatever size they state, and what stands in their XML beside the rows."""

from __future__ import annotations

import io
import re
import time
import zipfile
from collections.abc import Mapping

import pytest

import rag.tables.xlsx
from rag.tables.merged_cells import MergedRange
from rag.tables.xlsx import SheetFacts, SheetStream, column_letters, column_number, look_through, read_sheets
from tests.ingest.files import edited, xlsx

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATED = "http://schemas.openxmlformats.org/package/2006/relationships"
Rows = list[tuple[int, tuple[str, ...]]]


def book(
    sheet: str, *, others: Mapping[str, str] | None = None, names: Mapping[str, str] | None = None, strict: bool = False
) -> io.BytesIO:
    """A workbook with one sheet of this XML; `others` are its other parts, by kind, `names` where they are."""
    names = {"worksheet": "worksheets/sheet1.xml", "sharedStrings": "sharedStrings.xml", "styles": "styles.xml"} | dict(
        names or {}
    )
    parts = {"worksheet": f'<worksheet xmlns="{MAIN}">{sheet}</worksheet>', **(others or {})}
    related = "".join(
        f'<Relationship Id="{kind}" Type="{KIND}/{kind}" Target="{names[kind]}"/>' for kind in parts if kind in names
    )
    main = (
        f'<workbook xmlns="{MAIN}" xmlns:r="{KIND}"><sheets><sheet name="表" sheetId="1" r:id="worksheet"/></sheets>'
        "</workbook>"
    )
    files = {
        "_rels/.rels": f'<Relationships xmlns="{RELATED}"><Relationship Id="d" Type="{KIND}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{RELATED}">{related}</Relationships>',
        "xl/workbook.xml": main,
        **{f"xl/{names[kind]}".replace("xl//", ""): xml for kind, xml in parts.items()},
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, xml in files.items():
            archive.writestr(name, strictly(xml) if strict else xml)
    return out


def strictly(xml: str) -> str:
    purl = "http://purl.oclc.org/ooxml/"
    return xml.replace(KIND, f"{purl}officeDocument/relationships").replace(MAIN, f"{purl}spreadsheetml/main")


def rows_of(stream: io.BytesIO, **options: bool) -> Rows:
    return [(row.number, row.cells) for sheet in read_sheets(stream, **options) for row in sheet.rows]


def sheet_of(stream: io.BytesIO) -> tuple[SheetStream, Rows]:
    ((sheet, rows),) = [(sheet, [(row.number, row.cells) for row in sheet.rows]) for sheet in read_sheets(stream)]
    return sheet, rows


TAIL = (
    b'</sheetData><mergeCells count="3"><mergeCell ref="AA3:AB9"/><x:mergeCell  ref = \'A1:C1\' />'
    b"<mergeCell foo='1' ref='$D$1:$D$2'></mergeCell></mergeCells>"
)
MERGED = [MergedRange(3, 26, 9, 27), MergedRange(1, 0, 1, 2), MergedRange(1, 3, 2, 3)]


@pytest.mark.parametrize("block", [1, 10, 50, 1000])
def test_facts_do_not_depend_on_how_the_sheet_is_read(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rag.tables.xlsx, "_BLOCK", block)
    facts = SheetFacts()
    head = b"<cols><col min='3' max='4' hidden='1'/><col min=\"6\" max=\"6\"/></cols>"
    look_through(io.BytesIO(head + b"<sheetData>" * 3 + TAIL), facts)
    assert facts.merged == MERGED
    assert facts.hidden_columns == {2, 3}


def test_formulas_whose_values_were_not_saved() -> None:
    sheet, rows = sheet_of(
        book(
            "<sheetData><row><c s='1' r='A1'><v>1</v></c><c r='B1'><f>A1*2</f></c></row>"
            "<row><c r='A2'><f t='shared' si='0'/><v/></c><c r='B2' t='str'><f>\"\"</f><v></v></c>"
            "<c r='C2'><f>1</f><v>1</v></c></row></sheetData>"
        )
    )
    assert (sheet.facts.unsaved, sheet.facts.firsts, sheet.facts.first) == (2, {1: "B1", 0: "A2"}, "B1")
    assert rows == [(1, ("1", "")), (2, ("", "", "1"))]


@pytest.mark.parametrize("size", [b"A1", b"A1:B2", b"A1:ZZ900"])
def test_a_size_that_is_wrong_is_not_believed(size: bytes) -> None:
    def change(sheet: bytes) -> bytes:
        changed = re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="' + size + b'"', sheet)
        assert changed != sheet
        return changed

    rows = [["NO", "質問", "備考"], [1, "首都は？", "x"], [2, "高さは？", "y"]]
    data = edited(xlsx(表紙=[["題"]], 表=rows), "xl/worksheets/sheet2.xml", change)
    read = {sheet.title: [list(row.cells) for row in sheet.rows] for sheet in read_sheets(io.BytesIO(data))}
    assert read == {"表紙": [["題"]], "表": [["NO", "質問", "備考"], ["1", "首都は？", "x"], ["2", "高さは？", "y"]]}


def test_rows_and_cells_without_references_and_out_of_order() -> None:
    xml = (
        "<sheetData><row><c><v>1</v></c><c r='C1'><v>3</v></c><c><v>4</v></c></row><row r='5'><c><v>5</v></c></row>"
        "<row><c r='B6'><v>6</v></c><c r='A6'><v>0</v></c></row></sheetData>"
    )
    assert rows_of(book(xml)) == [(1, ("1", "", "3", "4")), (5, ("5",)), (6, ("0", "6"))]


STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="170" formatCode="000-0000"/></numFmts><cellXfs>'
    '<xf numFmtId="0"/><xf numFmtId="170"/><xf numFmtId="14"/><xf numFmtId="9"/></cellXfs></styleSheet>'
)
SHARED = (
    f'<sst xmlns="{MAIN}"><si><t>共有</t></si><si><r><t>二</t></r><r><t>片</t></r><rPh><t>ニ</t></rPh></si>'
    "<si><t>_x0033_40</t></si></sst>"
)
CELLS = (
    "<sheetData><row r='1'><c t='s'><v>0</v></c><c t='s'><v>1</v></c><c t='s'><v>2</v></c><c t='s'><v>9</v></c>"
    "<c t='inlineStr'><is><t>一_x000D_\n二</t></is></c><c s='1'><v>600001</v></c><c s='2'><v>45383</v></c>"
    "<c s='3'><v>0.5</v></c><c t='d' s='2'><v>2024-04-01T00:00:00</v></c><c t='b'><v>1</v></c>"
    "<c s='77'><v>7</v></c></row></sheetData>"
)
READ = ("共有", "二片", "340", "", "一\n二", "060-0001", "2024-04-01", "50%", "2024-04-01", "TRUE", "7")


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("folder", ["", "/xl/deep/", "../elsewhere/", "deep/er/"])
def test_parts_are_found_by_their_relationships(folder: str, strict: bool) -> None:
    names = {"styles": f"{folder}formats.xml", "sharedStrings": f"{folder}texts.xml"}
    at = {"": "", "/xl/deep/": "deep/", "../elsewhere/": "../elsewhere/", "deep/er/": "deep/er/"}[folder]
    stream = book(CELLS, others={"styles": STYLES, "sharedStrings": SHARED}, names=names, strict=strict)
    moved = io.BytesIO()
    with zipfile.ZipFile(stream) as old, zipfile.ZipFile(moved, "w") as new:
        for name in old.namelist():
            kind = name.rpartition("/")[2]
            target = {"formats.xml": f"xl/{at}{kind}", "texts.xml": f"xl/{at}{kind}"}.get(kind, name)
            new.writestr(target.replace("xl/../", ""), old.read(name))
    assert rows_of(moved) == [(1, READ)]


def test_parts_that_are_missing_cost_what_they_would_have_said() -> None:
    assert rows_of(book(CELLS)) == [
        (1, ("", "", "", "", "一\n二", "600001", "45383", "0.5", "2024-04-01", "TRUE", "7"))
    ]


def test_errors_of_formulas_are_no_texts() -> None:
    xml = "<sheetData><row r='2'><c r='A2'><v>1</v></c><c r='C2' t='e'><f>X</f><v>#N/A</v></c></row></sheetData>"
    ((row,),) = [list(sheet.rows) for sheet in read_sheets(book(xml))]
    assert (row.cells, row.errors) == (("1", "", ""), ((2, "#N/A"),))


HIDDEN = (
    "<sheetData><row r='1'><c><v>1</v></c></row><row r='2' hidden='1'><c><v>2</v></c></row>"
    "<row r='3' hidden='true' outlineLevel='1'><c><v>3</v></c></row><row r='4' hidden='1'/></sheetData>"
)


def test_rows_and_columns_hidden_by_hand() -> None:
    assert [number for number, _ in rows_of(book(HIDDEN), with_hidden=False)] == [1, 3]
    assert [number for number, _ in rows_of(book(HIDDEN))] == [1, 2, 3]
    filtered = HIDDEN + '<autoFilter ref="A1:A3"><filterColumn colId="0"/></autoFilter>'
    assert [number for number, _ in rows_of(book(filtered), with_hidden=False)] == [1, 2, 3]
    columns = (
        "<cols><col min='2' max='2' hidden='1'/><col min='3' max='3' hidden='1' outlineLevel='1'/>"
        "<col min='5' max='16384' hidden='1'/></cols><sheetData><row><c><v>1</v></c>"
        "<c><v>2</v></c><c><v>3</v></c></row></sheetData>"
    )
    assert rows_of(book(columns), with_hidden=False) == [(1, ("1", "", "3"))]


@pytest.mark.parametrize(
    ("xml", "message"),
    [
        ("<row r='1000000000000'><c><v>1</v></c></row>", "states a row 1000000000000"),
        ("<row r='1048577'><c><v>1</v></c></row>", "states a row 1048577"),
        ("<row><c r='XFE1'><v>1</v></c></row>", "states a cell XFE1"),
        ("<row>" + "<c r='A1'><v>1</v></c>" * 16_385 + "</row>", "16,384 columns"),
    ],
)
def test_rows_and_cells_that_no_sheet_has(xml: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        rows_of(book(f"<sheetData>{xml}</sheetData>"))


def test_work_is_that_of_the_cells_that_are_there() -> None:
    far = "".join(f"<row r='{at * 50 + 1}'><c><v>1</v></c><c r='XFD{at}' s='1'/></row>" for at in range(20_000))
    began = time.process_time()
    assert len(rows_of(book(f"<sheetData>{far}</sheetData>"))) == 20_000
    assert time.process_time() - began < 5


def test_letters_of_columns() -> None:
    assert [column_number(column_letters(at)) for at in range(20_000)] == list(range(20_000))
    assert [column_letters(at) for at in (25, 26, 701, 702, 16_383)] == ["Z", "AA", "ZZ", "AAA", "XFD"]


def test_what_is_struck_out_is_marked_but_not_in_a_verification_set() -> None:
    fonts = "<fonts><font/><font><strike/></font><font><strike val='0'/></font></fonts>"
    styles = "".join(f"<xf fontId='{at}'/>" for at in range(3))
    pieces = "<r><rPr><strike/></rPr><t>500円</t></r><r><t>600円</t></r>"
    cells = "".join(f"<c s='{at}' t='inlineStr'><is><t>旧品</t></is></c>" for at in range(3))
    sheet = f"<sheetData><row>{cells}<c t='inlineStr'><is>{pieces}</is></c></row></sheetData>"
    parts = {"styles": f"<styleSheet xmlns='{MAIN}'>{fonts}<cellXfs>{styles}</cellXfs></styleSheet>"}
    (shown,) = [row.cells for read in read_sheets(book(sheet, others=parts), with_hidden=False) for row in read.rows]
    assert shown == ("旧品", "~~旧品~~", "旧品", "~~500円~~600円")
    (whole,) = [row.cells for read in read_sheets(book(sheet, others=parts)) for row in read.rows]
    assert whole == ("旧品", "旧品", "旧品", "~~500円~~600円")


def test_pieces_of_a_struck_cell_that_have_a_font_of_their_own_are_not_struck() -> None:
    fonts = "<fonts><font/><font><strike/></font></fonts><cellXfs><xf fontId='0'/><xf fontId='1'/></cellXfs>"
    styles = f"<styleSheet xmlns='{MAIN}'>{fonts}</styleSheet>"
    pieces = "<r><t>500円</t></r><r><rPr><b/></rPr><t>600円</t></r>"
    texts = f"<sst xmlns='{MAIN}'><si>{pieces}</si><si><t>旧品</t></si></sst>"
    shared = "".join(f"<c s='{style}' t='s'><v>{at}</v></c>" for at in (0, 1) for style in (0, 1))
    sheet = (
        f"<sheetData><row>{shared}<c s='1' t='inlineStr'><is>{pieces}</is></c><c s='1'><v>5</v></c></row></sheetData>"
    )
    workbook = book(sheet, others={"styles": styles, "sharedStrings": texts})
    ((_, cells),) = rows_of(workbook, with_hidden=False)
    assert cells == ("500円600円", "~~500円~~600円", "旧品", "~~旧品~~", "~~500円~~600円", "~~5~~")
