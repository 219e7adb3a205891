"""A file is read in a worker as it is read here, and one that takes too much is a failure of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.documents import CorpusFile, LoadedDocument, documents, open_file
from ingest.formats import ReadOptions
from ingest.pipeline import reading
from ingest.pipeline.reading import read_documents
from rag.records import Failure
from tests.ingest.files import xlsx
from tests.samples import SMALL_CORPUS, write_corpus

TEXTS = {
    **SMALL_CORPUS,
    "表.csv": "題名,本文\n" + "".join(f"第{n}号,本文の{n}番目。\n" for n in range(2000)) + "悪い,\n",
    "empty.txt": "",
}
OTHERS = {
    "faq.xlsx": xlsx(シート=[("question", "answer"), ("問い", "答え")]),
    "broken.docx": b"PK\x03\x04 no",
    "nul.md": b"\x00\xff" * 99,
}


def read(file: CorpusFile, **how: bool) -> list[LoadedDocument | Failure]:
    with open_file(file) as stream:
        return list(read_documents(file, stream, ReadOptions(), **how))


def files_of(corpus: Path) -> list[CorpusFile]:
    return [CorpusFile(path.relative_to(corpus).as_posix(), path) for path in sorted(corpus.rglob("*.*"))]


def assert_same(corpus: Path) -> None:
    write_corpus(corpus, TEXTS)
    for name, data in OTHERS.items():
        (corpus / name).write_bytes(data)
    for file in files_of(corpus):
        with open_file(file) as stream:
            whole = list(documents(file, stream))
        assert read(file) == whole
        first = read(file, first=True)
        if any(isinstance(item, LoadedDocument) for item in whole):
            assert isinstance(first[-1], LoadedDocument)
        assert first == whole[: len(first)]


def test_what_is_read_passes_unchanged(tmp_path: Path) -> None:
    assert_same(tmp_path)


@pytest.mark.usefixtures("worker")
def test_a_worker_reads_the_same(tmp_path: Path) -> None:
    assert_same(tmp_path)


@pytest.mark.usefixtures("worker")
def test_what_takes_too_long_fails_alone_and_is_not_tried_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = files_of(write_corpus(tmp_path, {"a.txt": "東京。", "b.csv": "text\n" + "長い文章である。\n" * 60_000}))
    read(files[0])
    with monkeypatch.context() as patched:
        patched.setattr(reading, "_SECONDS", 0.0)
        patched.setattr(reading, "_BYTES_A_SECOND", 1 << 40)
        *_, last = read(files[1])
    assert isinstance(last, Failure)
    assert last.subject == "b.csv"
    assert last.message.startswith("Reading this file took more than 0 s (b.csv). "), "not of processor time"
    assert [item.message for item in read(files[1]) if isinstance(item, Failure)] == [last.message]
    assert isinstance(read(files[0])[0], LoadedDocument)
    with files[1].path.open("a") as longer:
        longer.write("終わり\n")
    assert len(read(files[1])) == 60_001
