"""The delimiter of a CSV is the one by which it is a table."""

from __future__ import annotations

import random

import pytest

from rag.tables.csv_rows import csv_rows
from rag.text.lines import TextLine
from tests.rows import each_row


def rows_of(text: str) -> list[tuple[str, ...]]:
    return [row.cells for row in csv_rows(TextLine(line) for line in text.splitlines(keepends=True))]


def quoted(cell: str, delimiter: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(sign in cell for sign in f'{delimiter}"\n') else cell


@each_row("delimiter", [",", ";", "\t", "|"])
@each_row("seed", range(25))
def test_cells_that_hold_the_other_delimiters(delimiter: str, seed: int) -> None:
    draw = random.Random(f"{delimiter}{seed}")
    width = draw.randint(2, 5)
    pieces = ["送料", "無料です", "1,5", "a; b", "x|y", "（日, 英）", "、", '"引用"', "12", "No, thanks"]
    header = tuple(f"列{at}" for at in range(width))
    table = [header] + [
        tuple(draw.choice(pieces) + draw.choice(["", *pieces]) + str(at) for at in range(width))
        for _ in range(draw.randint(3, 30))
    ]
    assert rows_of("\r\n".join(delimiter.join(quoted(cell, delimiter) for cell in row) for row in table)) == table


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("質問(日, 英);回答\n送料は？;無料です\n返品は？;30日以内\n", ("質問(日, 英)", "回答")),
        ('"質問, 日";回答\n送料;無料, です\n', ("質問, 日", "回答")),
        ("名前;価格\nりんご;1,5\nなし;2,5\n", ("名前", "価格")),
        ("質問,回答\n送料は？,無料;送料込み\n", ("質問", "回答")),
        ("質問,回答\n送料は？,無料,です\n", ("質問", "回答")),
        ("a|b|c\n1|2|3\n", ("a", "b", "c")),
        ("メモ\n一つ、二つ\n", ("メモ",)),
    ],
)
def test_the_header(text: str, expected: tuple[str, ...]) -> None:
    assert rows_of(text)[0] == expected


@pytest.mark.parametrize("first", ["sep=;\n", "SEP=;\r\n", '"sep=;"\n'])
def test_a_line_that_names_the_delimiter(first: str) -> None:
    rows = list(csv_rows(TextLine(line) for line in [first, "質問;回答\n", "a,b;c\n"]))
    assert [(row.number, row.line, row.cells) for row in rows] == [(1, 2, ("質問", "回答")), (2, 3, ("a,b", "c"))]


def test_errors_of_formulas_that_a_spreadsheet_wrote() -> None:
    rows = list(csv_rows(map(TextLine, ["質問,回答\n", "a,#N/A\n", "#REF!,#hashtag\n"])))
    assert [(row.cells, row.errors) for row in rows[1:]] == [
        (("a", ""), ((1, "#N/A"),)),
        (("", "#hashtag"), ((0, "#REF!"),)),
    ]


def test_the_delimiter_is_looked_for_in_the_first_lines_only() -> None:
    lines = iter([TextLine("a;b\n"), *[TextLine("\n")] * 100_000])
    assert next(csv_rows(lines)).cells == ("a", "b")
    assert sum(1 for _ in lines) > 90_000


def test_numbers_that_are_written_as_formulas_to_keep_their_zeros() -> None:
    text = 'コード,名前\n="0012",="山田"\n"=""0013""",佐藤\n="a"&"b",=1+2\n="",x\n'
    assert rows_of(text)[1:] == [("0012", "山田"), ("0013", "佐藤"), ('="a"&"b"', "=1+2"), ("", "x")]
