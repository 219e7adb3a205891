"""An index follows its folder: nothing lost, nothing embedded twice, and always as if built anew."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ingest.report import SyncReport
from ingest.sync import sync
from rag.encoders import bundled as bundled_encoder
from rag.errors import CorpusError, EmptyCorpus, IndexMismatch, IndexMissing
from rag.settings import Chunking
from tests.samples import JAPANESE, SMALL_CORPUS, write_corpus
from tests.sites import Site

ALL = tuple(sorted(SMALL_CORPUS))


@pytest.fixture
def built(site: Site, small_index: Path, small_corpus: Path) -> Site:
    """An index of `small_corpus` that may be changed."""
    if site.server is None and site.store == "chroma":
        shutil.copytree(small_index, site.folder)
    else:
        site.sync(small_corpus)
    return site


def counts(report: SyncReport) -> tuple[int, int, int, int, int]:
    parts = (report.added, report.changed, report.unchanged, report.removed, report.failed)
    return tuple(len(part) for part in parts)  # type: ignore[return-value]


@pytest.mark.usefixtures("encoder")
def test_first_run_adds_every_file(site: Site, small_corpus: Path, tmp_path: Path) -> None:
    report = site.sync(small_corpus)
    assert (report.added, counts(report), report.found) == (ALL, (8, 0, 0, 0, 0), 8)
    held = site.snapshot()
    assert report.chunks == report.embedded == len(held.chunks) >= 8
    assert {str(metadata["source"]) for _, metadata in held.chunks.values()} == set(ALL)
    for text, metadata in held.chunks.values():
        whole = SMALL_CORPUS[str(metadata["source"])]
        assert whole[metadata["start"] : metadata["end"]] == text
        assert metadata["lang"] == str(metadata["source"])[:2]


def test_second_run_embeds_nothing(built: Site, small_corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from rag.encoders.embeddings import Encoder

    before = built.snapshot()

    def refuse(*_: object) -> None:
        raise AssertionError("a text was embedded")

    monkeypatch.setattr(Encoder, "_encode", refuse)
    report = built.sync(small_corpus)
    assert (counts(report), report.embedded, report.found) == ((0, 0, 8, 0, 0), 0, 8)
    assert report.unchanged == ALL
    assert built.snapshot() == before


def test_edit_move_and_delete_at_once(built: Site, small_corpus: Path, tmp_path: Path) -> None:
    (small_corpus / "ja/東京.txt").write_text("東京は首都である。人口は約1400万人である。", encoding="utf-8")
    (small_corpus / "en/ottawa.txt").rename(small_corpus / "en/capital.txt")
    (small_corpus / "en/baikal.md").unlink()
    report = built.sync(small_corpus)
    assert report.added == ("en/capital.txt",)
    assert report.changed == ("ja/東京.txt",)
    assert report.removed == ("en/baikal.md", "en/ottawa.txt")
    assert counts(report) == (1, 1, 5, 2, 0)
    assert report.found == 7
    assert report.embedded == 2
    built.assert_as_built_anew(small_corpus, tmp_path / "anew")


def test_moving_alone(built: Site, small_corpus: Path, tmp_path: Path) -> None:
    (small_corpus / "ja/水.md").rename(small_corpus / "en/水.md")
    report = built.sync(small_corpus)
    assert (report.added, report.removed) == (("en/水.md",), ("ja/水.md",))
    built.assert_as_built_anew(small_corpus, tmp_path / "anew")


@pytest.mark.usefixtures("encoder")
def test_shorter_file_leaves_no_old_chunk(site: Site, small_corpus: Path, tmp_path: Path) -> None:
    long = small_corpus / "ja/東京.txt"
    long.write_text("".join(f"東京の{n}番目の区についての文である。" for n in range(40)), encoding="utf-8")
    first = site.sync(small_corpus)
    long.write_text("東京の0番目の区についての文である。", encoding="utf-8")
    second = site.sync(small_corpus)
    assert second.chunks < first.chunks
    site.assert_as_built_anew(small_corpus, tmp_path / "anew")


def test_file_that_changes_its_language(built: Site, small_corpus: Path, tmp_path: Path) -> None:
    same = "Ottawa オタワ 1857."
    for language in ("en", "ja", "en"):
        (small_corpus / "en/ottawa.txt").write_text(f"---\nlang: {language}\n---\n{same}", encoding="utf-8")
        assert built.sync(small_corpus).changed == ("en/ottawa.txt",)
        store = built.open().store
        assert {chunk.language for chunk in store.chunks() if chunk.source == "en/ottawa.txt"} == {language}
        store.close()
    built.assert_as_built_anew(small_corpus, tmp_path / "anew")


def test_file_that_changes_back_is_as_before(built: Site, small_corpus: Path) -> None:
    before = built.snapshot()
    (small_corpus / "ja/水.md").write_text("# 水\n\n別の文。", encoding="utf-8")
    built.sync(small_corpus)
    write_corpus(small_corpus, {"ja/水.md": SMALL_CORPUS["ja/水.md"]})
    assert built.sync(small_corpus).changed == ("ja/水.md",)
    after = built.snapshot()
    assert (after.chunks, after.manifest, after.derived) == (before.chunks, before.manifest, before.derived)


@pytest.mark.usefixtures("encoder")
def test_every_kind_of_file_has_an_outcome(site: Site, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    text = "".join(JAPANESE)
    for encoding in ("cp932", "euc_jp", "utf-16", "utf-16-le", "utf-16-be", "iso2022_jp", "utf-8-sig", "utf-8"):
        (corpus / f"{encoding}.txt").write_bytes(text.encode(encoding))
    (corpus / "binary.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)
    (corpus / "empty.txt").write_bytes(b"")
    (corpus / "wrong-language.md").write_text("---\nlang: fr\n---\nSalut.")
    (corpus / "link.txt").symlink_to(corpus / "nowhere")
    (corpus / "table.ods").write_text("a,b")
    report = site.sync(corpus)
    assert counts(report) == (8, 0, 0, 0, 4)
    assert report.found == 12
    assert {failure.subject for failure in report.failed} == {
        "binary.txt",
        "empty.txt",
        "link.txt",
        "wrong-language.md",
    }
    assert all(failure.subject in failure.message for failure in report.failed)
    assert report.ignored == ("table.ods",)
    assert all(name in report.text() for name in ("binary.txt", "empty.txt", "link.txt", "table.ods"))
    texts = [text for text, _ in site.snapshot().chunks.values()]
    assert len(set(texts)) * 8 == len(texts)
    again = site.sync(corpus)
    assert counts(again) == (0, 0, 8, 0, 4)
    assert again.embedded == 0


def test_file_that_becomes_unreadable_fails_and_leaves_the_index(
    built: Site, small_corpus: Path, tmp_path: Path
) -> None:
    (small_corpus / "ja/水.md").write_bytes(bytes(range(256)) * 8)
    report = built.sync(small_corpus)
    assert counts(report) == (0, 0, 7, 0, 1)
    assert report.found == 8
    built.assert_as_built_anew(small_corpus, tmp_path / "anew")
    write_corpus(small_corpus, {"ja/水.md": SMALL_CORPUS["ja/水.md"]})
    assert counts(built.sync(small_corpus)) == (1, 0, 7, 0, 0)


def test_no_folder_and_no_document(built: Site, tmp_path: Path) -> None:
    before = built.snapshot()
    with pytest.raises(CorpusError, match="nowhere"):
        built.sync(tmp_path / "nowhere")
    (tmp_path / "void").mkdir()
    with pytest.raises(EmptyCorpus, match="void"):
        built.sync(tmp_path / "void")
    assert built.snapshot() == before


@pytest.mark.usefixtures("encoder")
def test_only_unreadable_files(site: Site, tmp_path: Path) -> None:
    report = site.sync(write_corpus(tmp_path / "corpus", {"a.txt": ""}))
    assert (counts(report), report.chunks) == ((0, 0, 0, 0, 1), 0)
    with pytest.raises(IndexMissing, match="empty"):
        site.open()


def test_another_encoder_is_refused_with_both_names(built: Site, small_corpus: Path, tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file

    other = Path(shutil.copytree(bundled_encoder.expand(), tmp_path / "other-encoder"))
    weights = load_file(other / "model.safetensors")
    weights["embeddings.LayerNorm.bias"] = weights["embeddings.LayerNorm.bias"] + 1
    save_file(weights, other / "model.safetensors", metadata={"format": "pt"})
    before = built.snapshot()
    for attempt in (lambda: built.sync(small_corpus, encoder_name=str(other)), lambda: built.open(str(other))):
        with pytest.raises(IndexMismatch, match=r"multilingual-e5-small.*other-encoder.*kotae ingest"):
            attempt()
    assert built.snapshot() == before
    assert len(built.open("bundled").manifest.sources) == 8


def test_another_chunking_is_refused(built: Site, small_corpus: Path) -> None:
    with pytest.raises(IndexMismatch, match=rf"up to {Chunking().max_tokens} .*up to 64 "):
        built.sync(small_corpus, chunking=Chunking(64))


def test_no_index_yet(site: Site) -> None:
    with pytest.raises(IndexMissing, match="kotae ingest CORPUS"):
        site.open()


@pytest.mark.usefixtures("encoder")
def test_progress_ends_when_the_work_ends(small_corpus: Path, tmp_path: Path) -> None:
    """The lexical index and the centroids come after the last file: until then there is something left."""
    calls: list[tuple[int, int, bool]] = []

    def progress(done: int, total: int) -> None:
        calls.append((done, total, any((tmp_path / "index").rglob("centroids.json"))))

    sync(small_corpus, tmp_path / "index", progress=progress)
    total = sum(path.stat().st_size for path in small_corpus.rglob("*.*"))
    assert calls[0] == (0, total, False)
    assert [call for call in calls if call[0] == total] == [calls[-1]] == [(total, total, True)]
