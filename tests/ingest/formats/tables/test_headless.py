"""A table without a header loses no row to its names; one with a header keeps it."""

from __future__ import annotations

import csv
import io

import pytest

from tests.ingest.files import texts

Rows = list[list[str]]


def read(rows: Rows) -> list[str]:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return list(texts("a.csv", out.getvalue().encode()).values())


@pytest.mark.parametrize(
    "rows",
    [
        [["2000", "R.06/04/01", "普通預金"], ["2000", "R.06/04/02", "現金"], ["2000", "R.06/04/03", "現金"]],
        [["2024/4/1", "開会式"], ["2024/5/3", "遠足"], ["2024/6/10", "参観日"]],
        [["令和6年4月1日", "開会式"], ["令和6年5月3日", "遠足"], ["令和6年6月10日", "参観日"]],
        [["山田", "03-1111-2222"], ["佐藤", "052-333-4444"], ["鈴木", "0120-55-6666"]],
        [["Ann", "a@b.example"], ["Bob", "b@b.example"], ["Cy", "c@b.example"]],
        [["1", "机"], ["2", "椅子"], ["3", "棚"]],
        [["東京都", "千代田区", "一番町"], ["東京都", "千代田区", "二番町"], ["東京都", "中央区", "銀座"]],
    ],
)
def test_every_row_is_a_document_with_numbered_columns(rows: Rows) -> None:
    assert len(read(rows)) == len(rows)
    unnamed = "column " if rows[0][0] == "Ann" else "列"
    assert read(rows)[0].split("\n") == [f"{unnamed}{at}: {cell}" for at, cell in enumerate(rows[0], 1)]


@pytest.mark.parametrize(
    "rows",
    [
        [["品目", "2021", "2022"], ["ペン", "100", "120"], ["のり", "50", "55"], ["紙", "5", "6"]],
        [["氏名", "2024/4/1", "2024/4/2"], ["山田", "出", "休"], ["佐藤", "休", "出"], ["林", "休", "出"]],
        [["年", "額"], ["2021", "10"], ["2022", "20"], ["2023", "30"]],
        [["2021", "額"], ["2021", "10"]],
        [["日", "備考"], ["2024/4/1", ""], ["2024/4/2", "備考"], ["2024/4/3", ""]],
        [["氏名", "6", "7", "8"], ["山田", "8", "8", "8"], ["佐藤", "8", "8", "8"], ["林", "8", "0", "8"]],
        [["部署", "4", "5"], ["営業", "5", "6"], ["総務", "6", "7"]],
        [["氏名", "野球", "卓球"], ["山田", "野球", ""], ["佐藤", "野球", "卓球"], ["林", "", "卓球"]],
        [["月", "山田", "佐藤"], ["4", "山田", "佐藤"], ["5", "山田", "佐藤"], ["6", "佐藤", "佐藤"]],
        [["東京", "4月", "5月"], ["東京", "10", "20"], ["東京", "30", "40"]],
        [["工程", "2024/4/1 時点"], ["設計", "2024/5/1"], ["実装", "2024/6/1"], ["試験", "2024/7/1"]],
    ],
)
def test_a_header_is_no_row(rows: Rows) -> None:
    assert len(read(rows)) == len(rows) - 1
    assert read(rows)[0].startswith(f"{rows[0][0]}: {rows[1][0]}")
