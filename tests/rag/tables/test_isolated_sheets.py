"""An Excel file is read in a worker as it is read here, and one that takes too much is named."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from rag.errors import DatasetError
from rag.tables import isolated_sheets as module
from rag.tables.isolated_sheets import isolated_sheets
from rag.tables.xlsx import read_sheets
from rag.worker.limits import Limits


def write(path: Path, rows: int) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["question", "answer", "note"])
    for number in range(rows):
        sheet.append([f"問い{number}", number, None])
    sheet["C2"] = "=A2"
    sheet.merge_cells("C3:C9")
    sheet.column_dimensions["E"].hidden = True
    book.create_sheet("空")
    book.create_sheet("隠す").sheet_state = "hidden"
    book.save(path)
    return path


def assert_same(path: Path) -> None:
    with path.open("rb") as file:
        sheets = [(sheet.title, list(sheet.rows), sheet.facts) for sheet in read_sheets(file) if not sheet.hidden]
    assert [(sheet.title, sheet.rows, sheet.facts) for sheet in isolated_sheets(path)] == sheets
    assert len(sheets) == 2
    assert sheets[0][2].merged
    assert sheets[0][2].firsts


def test_sheets_pass_unchanged(tmp_path: Path) -> None:
    assert_same(write(tmp_path / "a.xlsx", 3000))


@pytest.mark.usefixtures("worker")
def test_a_worker_reads_the_same(tmp_path: Path) -> None:
    assert_same(write(tmp_path / "a.xlsx", 300))


def test_a_file_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"PK\x03\x04 no")
    with pytest.raises(DatasetError, match="cannot be read as an Excel workbook"):
        isolated_sheets(tmp_path / "a.xlsx")


@pytest.mark.usefixtures("worker")
def test_a_file_that_takes_too_much_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.xlsx", 20_000)
    for limits, why in ((Limits(seconds=0), r"took more than 0 s \("), (Limits(output=1000), "gave more than")):
        monkeypatch.setattr(module, "_LIMITS", limits)
        with pytest.raises(DatasetError, match=f"Reading this file {why}"):
            isolated_sheets(path)
