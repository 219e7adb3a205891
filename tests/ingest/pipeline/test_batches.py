"""Files that hold many documents: they come as a stream, one row's fault is its own, and nothing is encoded twice."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest

from ingest.documents import CorpusFile, LoadedDocument
from ingest.formats import ReadOptions
from ingest.pipeline.batches import BATCH, ChunkingOptions, file_pieces
from rag.records import Failure
from rag.settings import Chunking
from rag.text.language import detect
from tests.fakes import HashEncoder
from tests.samples import write_corpus
from tests.sites import Site

CHUNKING = Chunking(max_tokens=120)


def lines(
    file: CorpusFile, stream: BinaryIO, _: ReadOptions, *, first: bool = False
) -> Iterator[LoadedDocument | Failure]:
    """A document a line; a line that begins with "!" cannot be read."""
    data = stream.read()
    for number, line in enumerate(data.decode().splitlines(), 1):
        source = f"{file.source}#{number}"
        if line.startswith("!"):
            yield Failure(source, "UnreadableDocument", f"Not readable ({source})")
        else:
            yield LoadedDocument(source, f"行{number}", detect(line), line, 0)
    if not any(line and not line.startswith("!") for line in data.decode().splitlines()):
        yield Failure(file.source, "UnreadableDocument", f"Nothing can be read ({file.source})")


class CountingEncoder(HashEncoder):
    """Remembers what it encoded."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        self.texts += texts
        return super().encode(texts)


@pytest.fixture
def encoder(monkeypatch: pytest.MonkeyPatch) -> CountingEncoder:
    one = CountingEncoder()
    monkeypatch.setattr("ingest.sync.open_encoder", lambda _: one)
    monkeypatch.setattr("rag.index.reader.open_encoder", lambda _: one)
    monkeypatch.setattr("ingest.pipeline.batches.read_documents", lines)
    monkeypatch.setattr("ingest.plan.read_documents", lines)
    monkeypatch.setattr("ingest.pipeline.batches.BATCH", 50)
    return one


def rows(count: int) -> list[str]:
    return [f"{n}番目の行は鯨の話である。" if n % 2 else f"Row {n} tells of whales." for n in range(count)]


def write_rows(folder: Path, table: Sequence[str]) -> Path:
    return write_corpus(folder, {"表.txt": "\n".join(table), "other.txt": "Another file."})


def test_one_changed_row_is_encoded_alone(site: Site, encoder: CountingEncoder, tmp_path: Path) -> None:
    table = rows(230)
    corpus = write_rows(tmp_path / "corpus", table)
    report = site.sync(corpus, chunking=CHUNKING)
    assert (report.added, report.chunks, report.embedded) == (("other.txt", "表.txt"), 231, 231)
    encoder.texts.clear()
    table[117] = "この行だけ変わった。"
    write_rows(corpus, table)
    report = site.sync(corpus)
    assert (report.changed, report.unchanged, report.embedded) == (("表.txt",), ("other.txt",), 1)
    assert encoder.texts == ["行118\nこの行だけ変わった。"]
    del table[200:]
    write_rows(corpus, table)
    assert (site.sync(corpus).embedded, site.sync(corpus).chunks) == (0, 201)
    site.assert_as_built_anew(corpus, tmp_path / "anew", chunking=CHUNKING)


def test_rows_that_fail_are_named_and_the_others_are_indexed(
    site: Site, encoder: CountingEncoder, tmp_path: Path
) -> None:
    table = rows(120)
    table[3] = table[77] = "!"
    table += ["!"] * 40
    corpus = write_rows(tmp_path / "corpus", table)
    report = site.sync(corpus, chunking=CHUNKING)
    assert (len(report.added), len(report.failed), report.found, report.chunks) == (2, 0, 2, 119)
    assert [failure.subject for failure in report.failed_parts] == [
        "表.txt#4",
        "表.txt#78",
        *(f"表.txt#{n}" for n in range(121, 161)),
    ]
    assert not report.sound
    assert "表.txt#78" in report.text()
    assert "22 more parts of files failed" in report.text()
    again = site.sync(corpus)
    assert (len(again.unchanged), again.embedded) == (2, 0)
    assert again.failed_parts == report.failed_parts
    site.assert_as_built_anew(corpus, tmp_path / "anew", chunking=CHUNKING)


def test_a_row_that_the_disk_failed_to_give_is_read_by_the_next_sync(
    encoder: CountingEncoder, tmp_path: Path, monkeypatch
) -> None:
    corpus = write_rows(tmp_path / "corpus", rows(20))
    site = Site(tmp_path / "index")

    def failing(file: CorpusFile, stream: BinaryIO, options: ReadOptions) -> Iterator[LoadedDocument | Failure]:
        yield from list(lines(file, stream, options))[:10]
        yield Failure(file.source, "UnreadableDocument", "Input/output error")

    with monkeypatch.context() as once:
        once.setattr("ingest.pipeline.batches.read_documents", failing)
        report = site.sync(corpus, chunking=CHUNKING)
    assert (len(report.failed_parts), report.chunks) == (2, 11)
    report = site.sync(corpus)
    assert (report.changed, report.failed_parts, report.chunks) == (("other.txt", "表.txt"), (), 21)
    site.assert_as_built_anew(corpus, tmp_path / "anew", chunking=CHUNKING)


def test_file_without_any_readable_row_has_failed_once(site: Site, encoder: CountingEncoder, tmp_path: Path) -> None:
    corpus = write_rows(tmp_path / "corpus", rows(60))
    site.sync(corpus, chunking=CHUNKING)
    write_rows(corpus, ["!"] * 60)
    report = site.sync(corpus)
    assert [failure.subject for failure in report.failed] == ["表.txt"]
    assert (report.found, report.chunks, report.failed_parts) == (2, 1, ())
    site.assert_as_built_anew(corpus, tmp_path / "anew", chunking=CHUNKING)


def test_title_and_language_count_as_content(site: Site, encoder: CountingEncoder, tmp_path: Path, monkeypatch) -> None:
    said = ("Fuji", "en")

    def titled(file: CorpusFile, stream: BinaryIO, _: ReadOptions) -> Iterator[LoadedDocument | Failure]:
        yield LoadedDocument(file.source, said[0], said[1], stream.read().decode(), 0)

    monkeypatch.setattr("ingest.pipeline.batches.read_documents", titled)
    corpus = write_corpus(tmp_path / "corpus", {"a.txt": "3776 m"})
    site.sync(corpus, chunking=CHUNKING)
    for blanks, said in enumerate([("富士山", "en"), ("富士山", "ja")], 1):
        write_corpus(corpus, {"a.txt": "3776 m" + "\n" * blanks})
        assert (site.sync(corpus).embedded, site.sync(corpus).chunks) == (1, 1)
        (chunk,) = site.open().store.chunks()
        assert (chunk.title, chunk.language) == said


def test_offsets_that_move_are_corrected_without_encoding(
    site: Site, encoder: CountingEncoder, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.undo()
    monkeypatch.setattr("ingest.sync.open_encoder", lambda _: encoder)
    corpus = write_corpus(tmp_path / "corpus", {"a.md": "---\ntitle: T\n---\nA whale."})
    site.sync(corpus, chunking=CHUNKING)
    text = "---\ntitle: T\nauthor: N\n---\nA whale."
    write_corpus(corpus, {"a.md": text})
    report = site.sync(corpus)
    assert (report.changed, report.embedded) == (("a.md",), 0)
    site.assert_as_built_anew(corpus, tmp_path / "anew", chunking=CHUNKING)
    ((_, metadata),) = site.snapshot().chunks.values()
    assert text[metadata["start"] : metadata["end"]] == "A whale."


@pytest.mark.parametrize("failing", [1, 3])
def test_interrupted_and_resumed(
    site: Site, encoder: CountingEncoder, tmp_path: Path, monkeypatch, failing: int
) -> None:
    corpus = write_rows(tmp_path / "corpus", rows(300))
    calls = iter(range(100))

    def interrupted(texts: Sequence[str]) -> np.ndarray:
        if next(calls) == failing:
            raise KeyboardInterrupt
        return CountingEncoder.encode(encoder, texts)

    with monkeypatch.context() as once:
        once.setattr(encoder, "encode", interrupted)
        with pytest.raises(KeyboardInterrupt):
            site.sync(corpus, chunking=CHUNKING)
    encoded = len(encoder.texts)
    assert encoded >= 50 * failing
    report = site.sync(corpus)
    assert (report.embedded, report.chunks) == (301 - encoded, 301)
    assert len(encoder.texts) == len(set(encoder.texts))
    site.assert_as_built_anew(corpus, tmp_path / "anew", chunking=CHUNKING)


def test_big_file_comes_in_pieces(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("ingest.pipeline.batches.read_documents", lines)
    corpus = write_corpus(tmp_path, {"表.txt": "\n".join(rows(20 * BATCH)), "z.txt": "End."})
    files = [CorpusFile(name, corpus / name) for name in ("表.txt", "z.txt")]
    stream = file_pieces(files, ChunkingOptions(CHUNKING, HashEncoder().count_tokens, 512))
    first = next(stream)
    tracemalloc.start()
    starts, total, sizes = [first.start], len(first.chunks), first.size
    for piece in stream:
        assert len(piece.chunks) <= BATCH
        starts.append(piece.start)
        total += len(piece.chunks)
        sizes += piece.size
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (len(starts), starts[:3], total) == (21, [0, BATCH, 2 * BATCH], 20 * BATCH + 1)
    assert sizes == sum(file.path.stat().st_size for file in files)
    assert peak < 12e6, "a part of what 20,000 chunks take"
