"""Markdown tables as lines."""

from __future__ import annotations

import pytest

from eval.grading.tables import without_tables


@pytest.mark.parametrize(
    ("table", "lines"),
    [
        ("| 順位 | 湖 |\n|---|---|\n| 1 | 甲湖 |\n| 2 | 乙湖 |", "1位: 甲湖\n2位: 乙湖"),
        ("| Lake | Area |\n|:--|--:|\n| Long Lake | 7 km² |", "Long Lake (Area: 7 km²)"),
        ("| Question | Answer |\n|---|---|\n| Which lake? | Long Lake |", "Question: Which lake?\nAnswer: Long Lake"),
        ("a | b\nno table", "a | b\nno table"),
    ],
)
def test_a_table_becomes_lines(table: str, lines: str) -> None:
    assert without_tables(table) == lines
