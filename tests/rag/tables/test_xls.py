"""Workbooks from before 2007: texts as the sheet shows them, errors, merged and hidden cells."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

import xlwt

from ingest.documents import LoadedDocument
from rag.records import Failure
from tests.ingest.files import read_as


def xls(**sheets: list[list[Any]]) -> tuple[Any, dict[str, Any]]:
    book = xlwt.Workbook(encoding="utf-8")
    added = {}
    for name, rows in sheets.items():
        added[name] = book.add_sheet(name)
        for at, row in enumerate(rows):
            for column, value in enumerate(row):
                style = xlwt.XFStyle()
                value, style.num_format_str = value if isinstance(value, tuple) else (value, "General")  # noqa: PLW2901
                if value is not None:
                    added[name].write(at, column, value, style)
    return book, added


def saved(book: Any) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_cells_as_the_sheet_shows_them() -> None:
    row = [
        "札幌",
        (600001, "000-0000"),
        (7, "0000"),
        (0.125, "0.0%"),
        (datetime(2024, 4, 1), 'yyyy"年"m"月"d"日"'),
        True,
    ]
    book, _ = xls(表=[["店", "郵便番号", "番号", "割合", "日", "可"], row, ["", 12, 1.5, 3, None, False]])
    found = read_as("a.xls", saved(book))
    assert [(document.source, document.text) for document in found if isinstance(document, LoadedDocument)] == [
        ("a.xls#表!2", "店: 札幌\n郵便番号: 060-0001\n番号: 0007\n割合: 12.5%\n日: 2024年4月1日\n可: TRUE"),
        ("a.xls#表!3", "郵便番号: 12\n番号: 1.5\n割合: 3\n可: FALSE"),
    ]


def test_merged_and_hidden_cells() -> None:
    book, sheets = xls(
        表=[["部署", "名", "旧"], [None, "甲", "x"], [None, "乙", "y"], ["経理", "丙", "z"]], 旧=[["a"], ["b"]]
    )
    sheets["表"].write_merge(1, 2, 0, 0, "総務")
    sheets["表"].row(3).hidden = True
    sheets["表"].col(2).hidden = True
    sheets["旧"].visibility = 1
    found = read_as("a.xls", saved(book))
    assert [document.text for document in found if isinstance(document, LoadedDocument)] == [
        "部署: 総務\n名: 甲", "部署: 総務\n名: 乙",
    ]  # fmt: skip
    assert [(part.subject, part.error) for part in found if isinstance(part, Failure)] == [
        ("a.xls#表!4", "LeftOut"), ("a.xls#表!C", "LeftOut"), ("a.xls#旧", "LeftOut"),
    ]  # fmt: skip


def test_what_is_no_workbook_is_named() -> None:
    for data in (b"", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), b"not a workbook"):
        (failed,) = read_as("a.xls", data)
        assert isinstance(failed, Failure)
