"""The draft is a verification set as it is; a reviewed one leaves out what `keep` refuses, and says so."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest

from eval.dataset.load import load_dataset
from eval.dataset.summary import summary
from eval.drafting.draft import Draft, DraftedSet
from eval.drafting.filters import DropReason
from eval.drafting.sheet import counts_lines, write_set
from eval.set_check.check import check_set
from rag.errors import SettingsError
from tests.eval.drafting.chunks import BRIDGE, HASHI, target

YEAR = Draft(target(BRIDGE, "1882", "Forth Bridge"), "In what year did work on the Forth Bridge begin?", None, "1882")
FIRM = Draft(target(BRIDGE, "William Arrol", "Forth Bridge"), "Who built the Forth Bridge?", None, "William Arrol")
NEN = Draft(target(HASHI, "1882年", "フォース橋"), "=フォース橋の工事が始まったのは何年ですか？", None, "1882年")
LOST = Draft(target(HASHI, "73人", "フォース橋"), "何人ですか？", DropReason.DEPENDENT)
DRAFTED = DraftedSet((YEAR, FIRM, NEN, LOST), {"ja": 2, "en": 2})


@pytest.mark.parametrize("suffix", [".xlsx", ".csv", ".jsonl"])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_draft_is_read_as_a_set(tmp_path: Path, suffix: str, language: str) -> None:
    out = tmp_path / f"draft{suffix}"
    write_set(DRAFTED, out, language)  # type: ignore[arg-type]
    dataset = load_dataset(out)
    assert [item.number for item in dataset.items] == ["1", "2", "3"]
    assert [next(iter(item.responses.values())) for item in dataset.items] == ["1882", "William Arrol", "1882年"]
    assert [next(iter(item.questions)) for item in dataset.items] == ["en", "en", "ja"]
    assert all(item.answerable and item.kind == "open_qa" for item in dataset.items)
    (gold,) = dataset.items[0].gold
    assert BRIDGE[gold.start : gold.end] == YEAR.target.excerpt
    assert not check_set(dataset).grave


@pytest.mark.parametrize(("language", "no"), [("en", "no"), ("ja", "いいえ")])
def test_rows_that_a_person_refused_are_left_out_and_named(tmp_path: Path, language: str, no: str) -> None:
    out = tmp_path / "draft.xlsx"
    write_set(DRAFTED, out, language)  # type: ignore[arg-type]
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == (
        ["下書き", "除外の内訳", "除いた質問"] if language == "ja" else ["draft", "filters", "dropped"]
    )
    sheet = book.worksheets[0]
    keep = next(cell.column for cell in sheet[1] if cell.value in ("keep", "残す"))
    assert any(str(sheet.cell(2, keep).coordinate) in rule.sqref for rule in sheet.data_validations.dataValidation)
    sheet.cell(3, keep).value = no
    for column in range(1, keep):
        sheet.cell(3, column).value = None
    book.save(out)
    dataset = load_dataset(out)
    assert [item.number for item in dataset.items] == ["1", "3"]
    assert "Left out: 1 with no in the column keep (row 3)" in summary(dataset)


def test_what_the_filters_dropped_is_in_the_workbook(tmp_path: Path) -> None:
    out = tmp_path / "draft.xlsx"
    write_set(DRAFTED, out)
    book = openpyxl.load_workbook(io.BytesIO(out.read_bytes()))
    counts = {row[0]: row[1:] for row in book["filters"].iter_rows(values_only=True)}
    assert counts["draft"] == ("ja", "en")
    assert counts["needs its passage"] == (1, 0)
    assert counts["drafted"] == (1, 2)
    (dropped,) = list(book["dropped"].iter_rows(min_row=2, values_only=True))
    assert dropped[:3] == ("needs its passage", "何人ですか？", "73人")


def test_every_draft_is_counted() -> None:
    assert counts_lines(DRAFTED, "en") == [
        "ja: 1 of 2 questions from 2 drafts (dropped: needs its passage 1)",
        "en: 2 of 2 questions from 2 drafts (dropped: none)",
    ]
    assert counts_lines(DRAFTED, "ja")[0] == "ja：下書き 2 件から 1/2 問（除外：本文なしでは分からない 1）"


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"must be .xlsx, .csv or .jsonl, not 'draft.pdf'"):
        write_set(DRAFTED, tmp_path / "draft.pdf")
