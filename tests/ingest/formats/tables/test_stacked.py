"""Tables below one another on a sheet have a header each; a table with blank rows in it stays one."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import pytest

from ingest.formats.tables.stacked import StackedTables
from rag.tables.header import TableRow
from tests.ingest.files import texts, xlsx

PRICES = [["品名", "単価", "在庫"], ["朱肉", 450, 12], ["封筒", 30, 900], ["台紙", 75, 40]]
ROOMS = [["部屋", "階"], ["倉庫", "地下"], ["受付", "一階"]]
Rows = Sequence[Sequence[object]]


def read(rows: Rows) -> dict[str, list[str]]:
    """The texts of a workbook and of a csv with these rows."""
    data = "\n".join(",".join("" if cell is None else str(cell) for cell in row) for row in rows).encode()
    return {"xlsx": [*texts("a.xlsx", xlsx(表=rows)).values()], "csv": [*texts("a.csv", data).values()]}


@pytest.mark.parametrize("between", [[[]], [[], []], [[], ["部屋の一覧"]]], ids=["a row", "two rows", "a title"])
def test_another_table_has_its_own_header(between: Rows) -> None:
    wide = [[*row, *[""] * (3 - len(row))] for row in [*PRICES, *between, *ROOMS]]
    for found in read(wide).values():
        assert found[2:] == ["品名: 台紙\n単価: 75\n在庫: 40", "部屋: 倉庫\n階: 地下", "部屋: 受付\n階: 一階"]


@pytest.mark.parametrize(
    "rows",
    [
        [["質問", "回答"], ["何日？", "十日"], [], ["何時？", "九時"], ["どこ？", "東京"], ["だれ？", "課長"]],
        [*PRICES, [], ["机", 20000, 1], ["椅子", 9000, 2], ["棚", 500, 3]],
        [*PRICES, [], ["合計", "なし", 3]],
        [*PRICES, ["部屋", "階", "広さ"], ["倉庫", "地下", "大"], ["受付", "一階", "小"]],
        [
            *PRICES,
            [],
            ["棚", "価格は問い合わせのうえ、見積書により個別に定めるものとする。", 1],
            ["机", 5, 2],
            ["台", 6, 3],
        ],
    ],
    ids=["texts", "numbers", "a last row", "no blank row", "a long text"],
)
def test_one_table_stays_one(rows: Rows) -> None:
    names = [str(name) for name in rows[0]]
    wide = [[*row, *[""] * (len(names) - len(row))] for row in rows]
    kept = [row for row in wide[1:] if any(row)]
    for found in read(wide).values():
        assert found == ["\n".join(f"{name}: {cell}" for name, cell in zip(names, row, strict=True)) for row in kept]


def test_what_breaks_later_costs_no_row_before_it() -> None:
    def broken() -> Iterator[TableRow]:
        for number in (1, 2, 3, 5, 6):
            yield TableRow(number, number, ("a", "1"))
        raise ValueError("broken")

    rows = (row.number for table in StackedTables(broken()) for row in table)
    assert [next(rows) for _ in range(5)] == [1, 2, 3, 5, 6]
    with pytest.raises(ValueError, match="broken"):
        next(rows)


def test_a_table_that_is_not_read_to_its_end_is_not_the_next() -> None:
    rows = [TableRow(at, at, ("a", str(at))) for at in range(1, 9)]
    tables = iter(StackedTables(rows))
    next(next(tables))
    assert next(tables, None) is None


def test_many_gaps_take_linear_time() -> None:
    def seconds(count: int) -> float:
        rows = [TableRow(2 * at, 2 * at, ("a", "1")) for at in range(1, count)]
        taken = []
        for _ in range(3):
            began = time.process_time()
            assert sum(sum(1 for _ in table) for table in StackedTables(rows)) == count - 1
            taken.append(time.process_time() - began)
        return min(taken)

    assert seconds(80_000) < 8 * max(seconds(20_000), 0.02)
