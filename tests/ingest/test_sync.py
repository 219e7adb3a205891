"""An index follows its folder: nothing lost, nothing embedded twice, and always as if built anew."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.report import SyncReport
from ingest.sync import sync
from rag import bundled_encoder
from rag.errors import CorpusError, EmptyCorpus, IndexBusy, IndexDamaged, IndexMismatch, IndexMissing
from rag.home import home_of
from rag.index import drop_index, open_index
from rag.settings import Chunking
from tests.ingest.snapshots import assert_same_index, snapshot
from tests.samples import JAPANESE, REPOSITORY, SMALL_CORPUS, write_corpus

ALL = tuple(sorted(SMALL_CORPUS))


@pytest.fixture
def built(small_index: Path, small_corpus: Path, tmp_path: Path) -> Path:
    """An index of `small_corpus` that may be changed."""
    return Path(shutil.copytree(small_index, tmp_path / "index"))


def counts(report: SyncReport) -> tuple[int, int, int, int, int]:
    parts = (report.added, report.changed, report.unchanged, report.removed, report.failed)
    return tuple(len(part) for part in parts)  # type: ignore[return-value]


def assert_as_built_anew(index: Path, corpus: Path, tmp_path: Path) -> None:
    sync(corpus, tmp_path / "anew")
    assert_same_index(index, tmp_path / "anew")


def test_first_run_adds_every_file(small_corpus: Path, tmp_path: Path) -> None:
    report = sync(small_corpus, tmp_path / "index")
    assert (report.added, counts(report), report.found) == (ALL, (8, 0, 0, 0, 0), 8)
    held = snapshot(tmp_path / "index")
    assert report.chunks == report.embedded == len(held.chunks) >= 8
    assert {str(metadata["source"]) for _, metadata in held.chunks.values()} == set(ALL)
    for text, metadata in held.chunks.values():
        whole = SMALL_CORPUS[str(metadata["source"])]
        assert whole[metadata["start"] : metadata["end"]] == text
        assert metadata["lang"] == str(metadata["source"])[:2]


def test_second_run_embeds_nothing(built: Path, small_corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from rag.encoder import Encoder

    before = snapshot(built)

    def refuse(*_: object) -> None:
        raise AssertionError("a text was embedded")

    monkeypatch.setattr(Encoder, "_encode", refuse)
    report = sync(small_corpus, built)
    assert (counts(report), report.embedded, report.found) == ((0, 0, 8, 0, 0), 0, 8)
    assert report.unchanged == ALL
    assert snapshot(built) == before


def test_edit_move_and_delete_at_once(built: Path, small_corpus: Path, tmp_path: Path) -> None:
    (small_corpus / "ja/東京.txt").write_text("東京は首都である。人口は約1400万人である。", encoding="utf-8")
    (small_corpus / "en/ottawa.txt").rename(small_corpus / "en/capital.txt")
    (small_corpus / "en/baikal.md").unlink()
    report = sync(small_corpus, built)
    assert report.added == ("en/capital.txt",)
    assert report.changed == ("ja/東京.txt",)
    assert report.removed == ("en/baikal.md", "en/ottawa.txt")
    assert counts(report) == (1, 1, 5, 2, 0)
    assert report.found == 7
    assert report.embedded == 2
    assert_as_built_anew(built, small_corpus, tmp_path)


def test_moving_alone(built: Path, small_corpus: Path, tmp_path: Path) -> None:
    (small_corpus / "ja/水.md").rename(small_corpus / "en/水.md")
    report = sync(small_corpus, built)
    assert (report.added, report.removed) == (("en/水.md",), ("ja/水.md",))
    assert_as_built_anew(built, small_corpus, tmp_path)


def test_shorter_file_leaves_no_old_chunk(small_corpus: Path, tmp_path: Path) -> None:
    long = small_corpus / "ja/東京.txt"
    long.write_text("".join(f"東京の{n}番目の区についての文である。" for n in range(40)), encoding="utf-8")
    first = sync(small_corpus, tmp_path / "index")
    long.write_text("東京の0番目の区についての文である。", encoding="utf-8")
    second = sync(small_corpus, tmp_path / "index")
    assert second.chunks < first.chunks
    assert_as_built_anew(tmp_path / "index", small_corpus, tmp_path)


def test_file_that_changes_back_is_as_before(built: Path, small_corpus: Path) -> None:
    before = snapshot(built)
    (small_corpus / "ja/水.md").write_text("# 水\n\n別の文。", encoding="utf-8")
    sync(small_corpus, built)
    write_corpus(small_corpus, {"ja/水.md": SMALL_CORPUS["ja/水.md"]})
    assert sync(small_corpus, built).changed == ("ja/水.md",)
    after = snapshot(built)
    assert (after.chunks, after.manifest, after.derived) == (before.chunks, before.manifest, before.derived)


def test_every_kind_of_file_has_an_outcome(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    text = "".join(JAPANESE)
    for encoding in ("cp932", "euc_jp", "utf-16", "utf-16-le", "utf-16-be", "iso2022_jp", "utf-8-sig", "utf-8"):
        (corpus / f"{encoding}.txt").write_bytes(text.encode(encoding))
    (corpus / "binary.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)
    (corpus / "empty.txt").write_bytes(b"")
    (corpus / "wrong-language.md").write_text("---\nlang: fr\n---\nSalut.")
    (corpus / "link.txt").symlink_to(corpus / "nowhere")
    (corpus / "table.csv").write_text("a,b")
    report = sync(corpus, tmp_path / "index")
    assert counts(report) == (8, 0, 0, 0, 4)
    assert report.found == 12
    assert {failure.subject for failure in report.failed} == {
        "binary.txt",
        "empty.txt",
        "link.txt",
        "wrong-language.md",
    }
    assert all(failure.subject in failure.message for failure in report.failed)
    assert report.ignored == ("table.csv",)
    assert all(name in report.text() for name in ("binary.txt", "empty.txt", "link.txt", "table.csv"))
    texts = [text for text, _ in snapshot(tmp_path / "index").chunks.values()]
    assert len(set(texts)) * 8 == len(texts)
    again = sync(corpus, tmp_path / "index")
    assert counts(again) == (0, 0, 8, 0, 4)
    assert again.embedded == 0


def test_file_that_becomes_unreadable_fails_and_leaves_the_index(
    built: Path, small_corpus: Path, tmp_path: Path
) -> None:
    (small_corpus / "ja/水.md").write_bytes(bytes(range(256)) * 8)
    report = sync(small_corpus, built)
    assert counts(report) == (0, 0, 7, 0, 1)
    assert report.found == 8
    assert_as_built_anew(built, small_corpus, tmp_path)
    write_corpus(small_corpus, {"ja/水.md": SMALL_CORPUS["ja/水.md"]})
    assert counts(sync(small_corpus, built)) == (1, 0, 7, 0, 0)


def test_no_folder_and_no_document(built: Path, tmp_path: Path) -> None:
    before = snapshot(built)
    with pytest.raises(CorpusError, match="nowhere"):
        sync(tmp_path / "nowhere", built)
    (tmp_path / "void").mkdir()
    with pytest.raises(EmptyCorpus, match="void"):
        sync(tmp_path / "void", built)
    assert snapshot(built) == before


def test_only_unreadable_files(tmp_path: Path) -> None:
    report = sync(write_corpus(tmp_path / "corpus", {"a.txt": ""}), tmp_path / "index")
    assert (counts(report), report.chunks) == ((0, 0, 0, 0, 1), 0)
    with pytest.raises(IndexMissing, match="empty"):
        open_index(tmp_path / "index")


def test_another_encoder_is_refused_with_both_names(built: Path, small_corpus: Path, tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file

    other = Path(shutil.copytree(bundled_encoder.expand(), tmp_path / "other-encoder"))
    weights = load_file(other / "model.safetensors")
    weights["embeddings.LayerNorm.bias"] = weights["embeddings.LayerNorm.bias"] + 1
    save_file(weights, other / "model.safetensors", metadata={"format": "pt"})
    before = snapshot(built)
    for attempt in (lambda: sync(small_corpus, built, encoder_name=str(other)), lambda: open_index(built, str(other))):
        with pytest.raises(IndexMismatch, match=r"multilingual-e5-small.*other-encoder.*kotae ingest"):
            attempt()
    assert snapshot(built) == before
    assert len(open_index(built, "bundled").manifest.sources) == 8


def test_another_chunking_is_refused(built: Path, small_corpus: Path) -> None:
    with pytest.raises(IndexMismatch, match=rf"up to {Chunking().max_tokens} .*up to 64 "):
        sync(small_corpus, built, chunking=Chunking(64))


def test_no_index_yet(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="kotae ingest CORPUS"):
        open_index(tmp_path / "index")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": 1}', '{"format": 99}'])
def test_damaged_manifest(built: Path, content: str) -> None:
    (built / "manifest.json").write_text(content)
    with pytest.raises((IndexDamaged, IndexMismatch), match="kotae index drop"):
        open_index(built)


def test_damaged_database(built: Path) -> None:
    for path in (built / "chroma").glob("*.sqlite3"):
        path.write_bytes(b"this is not a database" * 500)
    with pytest.raises(IndexDamaged, match="kotae index drop"):
        open_index(built)


HOLD = """
import sys
from pathlib import Path
from rag.home import home_of
with home_of(Path(sys.argv[1])).writing():
    print("held", flush=True)
    sys.stdin.read()
"""


def test_busy_with_another_process(built: Path, small_corpus: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(built)], cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        for attempt in (lambda: sync(small_corpus, built), lambda: drop_index(built)):
            with pytest.raises(IndexBusy, match="Another process"):
                attempt()
        assert len(open_index(built).manifest.sources) == 8, "reading goes on"
    finally:
        holder.kill()
        holder.wait()
    assert counts(sync(small_corpus, built)) == (0, 0, 8, 0, 0)


def test_lock_of_this_process_is_let_go(built: Path) -> None:
    for _ in range(2):
        with home_of(built).writing():
            pass


def test_drop_removes_the_index_and_nothing_else(built: Path) -> None:
    (built / "notes.txt").write_text("mine")
    drop_index(built)
    assert sorted(path.name for path in built.iterdir() if not path.name.startswith(".")) == ["notes.txt"]
    with pytest.raises(IndexMissing):
        drop_index(built)
