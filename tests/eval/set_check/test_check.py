"""A whole set: findings with their rows, the gravest first, and whether any makes figures wrong."""

from __future__ import annotations

from pathlib import Path

from eval.dataset.load import load_dataset
from eval.set_check.check import check_set
from tests.eval.scripted import ROWS, write_set


def test_a_sound_set_has_no_finding(tmp_path: Path) -> None:
    check = check_set(load_dataset(write_set(tmp_path / "set.csv")))
    assert (check.findings, check.grave) == ((), False)
    assert check.closing("en").startswith("5 questions checked: 0 findings make figures wrong, 0 are worth a look.")


def test_a_row_that_is_copied_is_found_in_both_languages_with_its_row(tmp_path: Path) -> None:
    rows = [*ROWS, ("9", *ROWS[1][1:])]
    check = check_set(load_dataset(write_set(tmp_path / "set.csv", rows)))
    assert check.grave
    table = check.table("ja")
    assert [(row.fault.value, row.language, row.rows_text("ja")) for row in table.records] == [
        ("same question", "ja", "3 行目、7 行目"),
        ("same question", "en", "3 行目、7 行目"),
    ]
    assert [column.text(table.records[0], "ja") for column in table.columns][3:5] == ["同じ質問", "はい"]
    assert len(check.advice("en")) == 1


def test_changing_the_order_of_rows_changes_no_finding(tmp_path: Path) -> None:
    rows = [*ROWS, ("9", *ROWS[1][1:])]
    sets = [load_dataset(write_set(tmp_path / "set.csv", order)) for order in (rows, rows[::-1])]
    first, second = ({(found.fault, frozenset(found.numbers)) for found in check_set(s).findings} for s in sets)
    assert first == second
