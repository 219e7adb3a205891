"""Tables on a terminal: titles and names are shown whole, whatever else needs room."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from eval.report.columns import TERMINAL, column
from eval.report.terminal import print_table
from rag.tables.output import OutputTable


@dataclass(frozen=True)
class _Count:
    arm: str
    count: int


NUMBERS = ("correct", "language right", "low 95 %", "high 95 %", "failed", "missing", "declined right")


def _table(arm: str) -> OutputTable[_Count]:
    names = (column("arm", lambda row: row.arm, 10, on=TERMINAL),)
    counts = (column(title, lambda row: row.count, on=TERMINAL) for title in NUMBERS)
    return OutputTable("counts", (*names, *counts), [_Count(arm, 1_234_567)])


@pytest.mark.parametrize("arm", ["rag", "with the gold passage withheld", "temperature=0.7, " * 6, "top_k=3" * 10])
def test_titles_and_figures_are_whole_beside_any_name(arm: str, capsys: pytest.CaptureFixture[str]) -> None:
    print_table(_table(arm))
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 120
    words = {word for line in lines for word in line.split()}
    assert {word for title in NUMBERS for word in title.split()} <= words
    assert sum(line.count("1234567") for line in lines) == len(NUMBERS)
    below = lines[next(at for at, line in enumerate(lines) if "───" in line) + 1 :]
    assert "".join("".join(line.partition("1234567")[0].split()) for line in below) == arm.replace(" ", "")
