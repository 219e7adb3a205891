"""Sheets row by row, whatever size they state, and what stands in their XML beside the rows."""

from __future__ import annotations

import io
import re

import pytest

import rag.tables.xlsx
from rag.tables.xlsx import SheetFacts, look_through, read_sheets
from tests.ingest.files import edited, xlsx

XML = (
    b'<x:row><x:c s="1" r="A1"><x:v>1</x:v></x:c><x:c r="B1"><x:f>A1*2</x:f></x:c></x:row>'
    b'<row><c r="A2"><f t="shared" si="0"/><v/></c><c r="B2" t="str"><f>""</f><v></v></c>'
    b'<c r="C2"><f>1</f><v>1</v></c></row>'
    b'</sheetData><mergeCells count="2"><mergeCell ref="AA3:AB9"/><x:mergeCell ref="A1:C1"/></mergeCells>'
)


@pytest.mark.parametrize("block", [1, 10, 50, 1000])
def test_facts_do_not_depend_on_how_the_sheet_is_read(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rag.tables.xlsx, "_BLOCK", block)
    assert look_through(io.BytesIO(b"<sheetData>" * 3 + XML)) == SheetFacts({(3, 26): 9}, 2, {1: "B1", 0: "A2"})


@pytest.mark.parametrize("size", [b"A1", b"A1:B2", b"A1:ZZ900"])
def test_a_size_that_is_wrong_is_not_believed(size: bytes) -> None:
    def change(sheet: bytes) -> bytes:
        changed = re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="' + size + b'"', sheet)
        assert changed != sheet
        return changed

    rows = [["NO", "質問", "備考"], [1, "首都は？", "x"], [2, "高さは？", "y"]]
    data = edited(xlsx(表紙=[["題"]], 表=rows), "xl/worksheets/sheet2.xml", change)
    read = {sheet.title: list(sheet.rows) for sheet in read_sheets(io.BytesIO(data))}
    assert read == {"表紙": [["題"]], "表": [["NO", "質問", "備考"], ["1", "首都は？", "x"], ["2", "高さは？", "y"]]}
