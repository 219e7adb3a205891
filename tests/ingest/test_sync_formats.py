"""An index follows files that hold many documents, and patterns and columns that change."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingest.files import FilePatterns
from ingest.formats import ReadOptions
from ingest.report import SyncReport
from ingest.sync import sync
from rag.storage.fingerprint import READER_VERSIONS
from rag.tables.header import TitledTable
from tests.commands import kotae
from tests.ingest.files import xlsx
from tests.ingest.pdf_files import Page, pdf
from tests.ingest.snapshots import assert_same_index, snapshot

HEADER = ["質問", "回答"]
ROWS = [["送料は？", "無料です。"], ["返品は？", "七日以内に限ります。"], ["Is it free?", "Yes, it is free."]]


def write_table(corpus: Path, rows: list[list[str]]) -> None:
    (corpus / "faq.xlsx").write_bytes(xlsx(よくある質問=[HEADER, *rows]))


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    write_table(folder, ROWS)
    (folder / "paper.pdf").write_bytes(pdf(Page(["一頁目の文。"]), Page(["The second page."])))
    (folder / "notes.md").write_text("# メモ\n\n本文。", encoding="utf-8")
    return folder


def sources(index: Path) -> list[str]:
    return sorted(str(metadata["source"]) for _, metadata in snapshot(index).chunks.values())


def outcome(report: SyncReport) -> tuple[tuple[str, ...], ...]:
    return report.added, report.changed, report.unchanged, report.removed


ALL = [
    "faq.xlsx#よくある質問!2",
    "faq.xlsx#よくある質問!3",
    "faq.xlsx#よくある質問!4",
    "notes.md",
    "paper.pdf#page=1",
    "paper.pdf#page=2",
]


@pytest.mark.usefixtures("encoder")
def test_files_are_synced_and_documents_are_found(corpus: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    assert outcome(sync(corpus, index)) == (("faq.xlsx", "notes.md", "paper.pdf"), (), (), ())
    assert sources(index) == ALL
    again = sync(corpus, index)
    assert (outcome(again), again.embedded) == (((), (), ("faq.xlsx", "notes.md", "paper.pdf"), ()), 0)
    write_table(corpus, [ROWS[0], ["返品は？", "十日以内。"]])
    assert outcome(sync(corpus, index)) == ((), ("faq.xlsx",), ("notes.md", "paper.pdf"), ())
    sync(corpus, tmp_path / "anew")
    assert_same_index(index, tmp_path / "anew")
    (corpus / "faq.xlsx").unlink()
    sync(corpus, index)
    assert sources(index) == ALL[3:]


@pytest.mark.usefixtures("encoder")
def test_what_becomes_excluded_leaves_the_index(corpus: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    sync(corpus, index)
    report = sync(corpus, index, patterns=FilePatterns(exclude=("*.pdf",)))
    assert (outcome(report), report.excluded) == (((), (), ("faq.xlsx", "notes.md"), ("paper.pdf",)), ("paper.pdf",))
    assert sources(index) == ALL[:4]
    (corpus / ".kotaeignore").write_text("*.xlsx\n")
    assert sync(corpus, index).removed == ("faq.xlsx",)
    assert sources(index) == ALL[3:]
    (corpus / ".kotaeignore").unlink()
    assert sync(corpus, index).added == ("faq.xlsx",)
    assert sources(index) == ALL


@pytest.mark.usefixtures("encoder")
def test_other_columns_are_another_content(corpus: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    (corpus / "paper.pdf").unlink()
    sync(corpus, index)
    report = sync(corpus, index, options=ReadOptions(("回答",)))
    assert outcome(report) == ((), ("faq.xlsx",), ("notes.md",), ())
    assert {text for text, _ in snapshot(index).chunks.values()} == {row[1] for row in ROWS} | {"# メモ\n\n本文。"}
    assert sync(corpus, index, options=ReadOptions(("回答",))).embedded == 0
    assert sync(corpus, index).changed == ("faq.xlsx",)


@pytest.mark.usefixtures("encoder")
def test_pdfs_of_an_index_made_when_they_were_read_otherwise_are_read_anew(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = tmp_path / "index"
    pages = [Page([f"{page}頁の文。"], head=["社内規程集　第3版"], foot=[f"- {page} -"]) for page in "１２３４５"]
    (corpus / "rules.pdf").write_bytes(pdf(*pages))
    with monkeypatch.context() as before:
        before.setattr("rag.storage.fingerprint.READER_VERSIONS", {**READER_VERSIONS, ".pdf": ()})
        before.setattr("ingest.formats.pdf.reader.without_running_heads", lambda pages: pages)
        sync(corpus, index)
        assert sync(corpus, index).changed == ()
    assert "社内規程集　第3版２頁の文。\n- ２ -" in {text for text, _ in snapshot(index).chunks.values()}
    report = sync(corpus, index)
    assert outcome(report) == ((), ("paper.pdf", "rules.pdf"), ("faq.xlsx", "notes.md"), ())
    assert report.embedded == len(pages), "the chunks of the other file are as they were"
    sync(corpus, tmp_path / "anew")
    assert_same_index(index, tmp_path / "anew")
    assert sync(corpus, index).changed == ()


@pytest.mark.usefixtures("encoder")
def test_options_on_the_command_line(corpus: Path, tmp_path: Path) -> None:
    (corpus / "broken.jsonl").write_text('{"質問": "x", "回答": "y"}\n{\n')
    index = tmp_path / "index"
    arguments = ("ingest", corpus, "--index", index, "--include", "*.xlsx", "--include", "*.jsonl", "--columns", "回答")
    result = kotae(*arguments)
    assert result.exit_code == 1
    assert "2 files: 2 added" in result.stdout
    assert "2 excluded" in result.stdout
    assert "broken.jsonl#line=2" in result.stdout
    again = kotae(*arguments, "--json")
    report = json.loads(again.stdout)
    assert again.exit_code == 1, "a part that cannot be read is told every time"
    assert [one["subject"] for one in report["failed_parts"]] == ["broken.jsonl#line=2"]
    assert report["unchanged"] == ["broken.jsonl", "faq.xlsx"]
    assert kotae(*arguments, "--exclude", "broken.*").exit_code == 0
    assert kotae("ingest", corpus, "--index", index, "--exclude", "[z-a]").exit_code == 1


@pytest.mark.usefixtures("encoder")
def test_tables_of_an_index_made_when_a_title_was_read_as_a_header_are_read_anew(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = tmp_path / "index"
    (corpus / "faq.csv").write_text("社内FAQ,\n質問,回答\n有給は？,年20日\n", encoding="utf-8")
    with monkeypatch.context() as before:
        before.setattr("rag.storage.fingerprint.READER_VERSIONS", {})
        before.setattr("ingest.formats.tables.reader.begin_table", lambda rows, *_: TitledTable("", iter(rows)))
        sync(corpus, index)
    assert "社内FAQ: 有給は？\n列2: 年20日" in {text for text, _ in snapshot(index).chunks.values()}
    assert {"faq.csv", "faq.xlsx"} <= set(sync(corpus, index).changed)
    assert "質問: 有給は？\n回答: 年20日" in {text for text, _ in snapshot(index).chunks.values()}
    assert sync(corpus, index).changed == ()
