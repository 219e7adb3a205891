"""`kotae eval check` prints a table, writes it, and says by its exit status whether the set can be used."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from tests.commands import kotae, refused
from tests.eval.scripted import ROWS, write_set


def test_a_sound_set(tmp_path: Path) -> None:
    result = kotae("eval", "check", write_set(tmp_path / "set.csv"))
    assert result.exit_code == 0
    assert "5 of 5 rows are questions" in result.stdout


def test_findings_on_the_terminal_as_json_and_as_a_table(tmp_path: Path) -> None:
    verify = write_set(tmp_path / "set.csv", [*ROWS, ("9", *ROWS[1][1:3], *ROWS[1][3:4], "Someone Else", *ROWS[1][5:])])
    out = tmp_path / "findings.csv"
    result = kotae("eval", "check", verify, "--report-language", "ja", "--out", out)
    assert result.exit_code == 1
    assert "3 行目、7 行目" in result.stdout
    assert "二重に数えられ" in result.stdout
    rows = list(csv.DictReader(out.read_text(encoding="utf-8-sig").splitlines()))
    assert [row["fault"] for row in rows] == ["same question", "same question"]
    assert all(row["what to do"] for row in rows)
    found = json.loads(kotae("eval", "check", verify, "--json").stdout)["findings"]
    assert [finding["numbers"] for finding in found] == [["2", "9"], ["2", "9"]]


def test_what_cannot_be_read_or_written(tmp_path: Path) -> None:
    verify = write_set(tmp_path / "set.csv")
    refused(kotae("eval", "check", tmp_path / "none.csv"), "none.csv")
    refused(kotae("eval", "check", verify, "--out", tmp_path / "findings.doc"), ".xlsx or .csv")
    refused(kotae("eval", "check", verify, "--run", tmp_path), "no run")
