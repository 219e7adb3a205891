"""An index of documents in an object store is that of the same documents in a folder; S3 is a real server."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ingest.files import FilePatterns
from ingest.report import SyncReport
from ingest.sync import sync
from rag.errors import CorpusError, EmptyCorpus, SettingsError
from rag.settings import Chunking
from tests.fakes import HashEncoder
from tests.ingest.snapshots import Snapshot, snapshot
from tests.s3 import S3, SECRET
from tests.samples import SMALL_CORPUS, write_corpus

NAMES = ("a//b.md", "../c.md", "./d.md", "ja/東京 タワー.md", "x?y#z%20+&.md", "カ\u3099イト.md", "/" * 1000 + "e.md")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, s3: S3) -> None:
    monkeypatch.setattr("ingest.sync.open_encoder", lambda _: HashEncoder())
    monkeypatch.setattr(s3, "fault", None)


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., SyncReport]:
    def ingest(corpus: Path | str, index: str = "remote", **options: Any) -> SyncReport:
        return sync(corpus, tmp_path / index, chunking=Chunking(max_tokens=60), **options)

    return ingest


def contents(index: Path) -> Snapshot:
    """Return what an index holds, but for where it comes from and what the store says of its versions."""
    found = snapshot(index)
    for _, metadata in found.chunks.values():
        metadata.pop("file_version", None)
    sources = {source: state._replace(version="") for source, state in found.manifest.sources.items()}
    return replace(found, manifest=replace(found.manifest, sources=sources))


def outcome(report: SyncReport) -> dict[str, Any]:
    return {name: value for name, value in report.as_dict().items() if name not in ("seconds", "embedded")}


def test_the_index_and_the_report_are_those_of_a_folder(s3: S3, tmp_path: Path, run: Callable[..., SyncReport]) -> None:
    """Also as the corpus changes; and what is unchanged is not read again, but for what is to be named again."""
    corpus = write_corpus(tmp_path / "corpus", {**SMALL_CORPUS, ".kotaeignore": "drafts/\n", ".hidden/a.md": "x"})
    write_corpus(corpus, {"drafts/a.md": "A draft.", "en/a b.md": "Whales swim. " * 40, "en/rows.csv": "a,b\nx,1\n,\n"})
    (corpus / "en/broken.pdf").write_bytes(b"%PDF-1.4 broken")
    (corpus / "en/picture.png").write_bytes(b"x")
    url = s3.fill("as-a-folder", corpus)
    s3.downloads()
    for change in range(3):
        if change == 1:
            (corpus / "en/ottawa.txt").unlink()
            write_corpus(corpus, {"en/a b.md": "Squids swim too. " * 30, "ja/新.md": "水は零度で凍る。"})
            s3.fill("as-a-folder", corpus)
        report, expected = run(url), run(corpus, "alone")
        assert outcome(report) == outcome(expected)
        assert report.embedded == expected.embedded
        assert contents(tmp_path / "remote") == contents(tmp_path / "alone")
        assert contents(tmp_path / "remote").manifest.corpus == url
        read = [key for key in s3.downloads() if "broken" not in key and "rows" not in key and "ignore" not in key]
        assert len(set(read)) == [len(SMALL_CORPUS) + 1, 2, 0][change]
        assert len(read) <= len(set(read)) + 1  # the first, to see that there is anything to read
    assert report.failed
    assert report.excluded == ("drafts/",)


def test_a_new_version_of_the_same_content_is_unchanged(s3: S3, tmp_path: Path, run: Callable[..., SyncReport]) -> None:
    corpus = write_corpus(tmp_path / "corpus", SMALL_CORPUS)
    run(corpus)
    url = s3.fill("same", corpus)
    moved = run(url, origin=run(corpus).as_dict().get("corpus") or url)
    assert (len(moved.unchanged), moved.changed, moved.embedded) == (len(SMALL_CORPUS), (), 0)
    s3.downloads()
    assert len(run(url).unchanged) == len(SMALL_CORPUS)
    assert s3.downloads() == []


def test_names_are_only_names(s3: S3, tmp_path: Path, run: Callable[..., SyncReport]) -> None:
    s3.empty("names")
    for name in NAMES:
        s3.put("names", f"docs/{name}", f"This is {name}.".encode())
    s3.put("names", "docs/folder/", b"")
    s3.put("names", "docs2/other.md", b"Not below the URL.")
    report = run("s3://names/docs/")
    assert sorted(report.added) == sorted({*NAMES} - {"カ\u3099イト.md"} | {"ガイト.md"})
    assert not report.failed
    texts = {metadata["source"]: text for text, metadata in contents(tmp_path / "remote").chunks.values()}
    assert texts["../c.md"] == "This is ../c.md."
    assert texts["a//b.md"] == "This is a//b.md."
    s3.put("names", "docs/v.md?versionId=1.md", b"A name that means something to the client.")
    assert [failure.subject for failure in run("s3://names/docs").failed] == ["v.md?versionId=1.md"]
    assert run("s3://names/docs/a//b.md", "single").added == ("b.md",)
    s3.downloads()
    assert run("s3://names/docs/a//b.md", "single").unchanged == ("b.md",)
    assert s3.downloads() == []
    assert run("s3://names", "all", patterns=FilePatterns(include=("docs2/",))).added == ("docs2/other.md",)


@pytest.mark.parametrize("code", ["AccessDenied", "SlowDown"])
def test_a_listing_that_fails_is_no_empty_corpus(s3: S3, tmp_path: Path, run, code: str, monkeypatch) -> None:
    url = s3.fill("listing", write_corpus(tmp_path / "corpus", SMALL_CORPUS))
    run(url)
    before = snapshot(tmp_path / "remote")
    s3.fault = lambda method, key, query: code if not key else None
    monkeypatch.setattr("s3fs.core.S3FileSystem.retries", 1)
    with pytest.raises(CorpusError, match="cannot be reached") as error:
        run(url)
    assert SECRET not in str(error.value)
    s3.fault = None
    with pytest.raises(EmptyCorpus):
        run("s3://listing/nothing")
    with pytest.raises(CorpusError, match="bucket does not exist"):
        run("s3://nowhere/docs")
    assert snapshot(tmp_path / "remote") == before


def test_one_file_that_cannot_be_read_is_named(s3: S3, tmp_path: Path, run: Callable[..., SyncReport]) -> None:
    url = s3.fill("denied", write_corpus(tmp_path / "corpus", SMALL_CORPUS))
    s3.fault = lambda method, key, query: "AccessDenied" if key.endswith("ottawa.txt") else None
    report = run(url)
    assert [failure.subject for failure in report.failed] == ["en/ottawa.txt"]
    assert len(report.added) == len(SMALL_CORPUS) - 1


def test_who_may_read_the_files_need_not_see_the_folder(s3: S3, tmp_path: Path, run) -> None:
    """As where a policy allows s3:GetObject for `docs/*` only: a file that is refused is still one file."""
    url = s3.fill("least", write_corpus(tmp_path / "corpus", {**SMALL_CORPUS, "a.md": "Whales."}))
    run(url)
    s3.put("least", "docs/a.md", b"Squids.")
    s3.put("least", "docs/en/ottawa.txt", b"Ottawa again.")
    s3.fault = lambda method, key, query: "AccessDenied" if key in ("docs", "docs/a.md") else None
    report = run(url)
    assert [failure.subject for failure in report.failed] == ["a.md"]
    assert report.changed == ("en/ottawa.txt",)


def test_who_may_only_list_ends_the_run(s3: S3, tmp_path: Path, run: Callable[..., SyncReport]) -> None:
    """No file is at fault then; and the error names the first."""
    url = s3.fill("listed", write_corpus(tmp_path / "corpus", SMALL_CORPUS))
    run(url)
    s3.put("listed", "docs/en/ottawa.txt", b"Ottawa again.")
    before = snapshot(tmp_path / "remote")
    s3.fault = lambda method, key, query: "AccessDenied" if key else None
    with pytest.raises(CorpusError, match=r"docs/en/ottawa\.txt"):
        run(url)
    assert snapshot(tmp_path / "remote") == before


def test_credentials_that_come_late_are_used(s3: S3, tmp_path: Path, run, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the same process, as in a notebook."""
    url = s3.fill("late", write_corpus(tmp_path / "corpus", SMALL_CORPUS))
    with monkeypatch.context() as without:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            without.delenv(name)
        with pytest.raises(CorpusError, match="credentials"):
            run(url)
    assert len(run(url).added) == len(SMALL_CORPUS)


def test_a_slash_too_many_is_refused(s3: S3, run: Callable[..., SyncReport]) -> None:
    """The client of the store would list another folder."""
    with pytest.raises(SettingsError, match="cannot begin with a slash"):
        run("s3://names//docs")


def test_a_store_that_fails_ends_the_run_and_the_next_goes_on(s3: S3, tmp_path: Path, run, monkeypatch) -> None:
    """Its files are no failures: their chunks would be deleted."""
    corpus = write_corpus(
        tmp_path / "corpus", {f"{number:02}.md": f"Whale {number} swims. " * 99 for number in range(30)}
    )
    url = s3.fill("down", corpus)
    run(url)
    write_corpus(corpus, {f"{number:02}.md": f"Squid {number} swims. " * 99 for number in range(30)})
    s3.fill("down", corpus)
    monkeypatch.setattr("ingest.pipeline.batches.BATCH", 100)
    monkeypatch.setattr("s3fs.core.S3FileSystem.retries", 1)
    s3.fault = lambda method, key, query: "SlowDown" if key > "docs/20" else None
    with pytest.raises(CorpusError, match="finished work is kept"):
        run(url)
    s3.fault = None
    s3.downloads()
    report, expected = run(url), run(corpus, "alone")
    assert 0 < report.embedded < expected.embedded
    assert len(s3.downloads()) < 30
    assert contents(tmp_path / "remote") == contents(tmp_path / "alone")


def test_a_file_that_changes_while_it_is_read(s3: S3, tmp_path: Path, run: Callable[..., SyncReport]) -> None:
    """Once: what is indexed is the new one. Always: it is named."""
    url = s3.fill("changing", write_corpus(tmp_path / "corpus", {"a.md": "Old. " * 9, "b.md": "Whales swim."}))
    changes = iter(["New. " * 9])

    def change(method: str, key: str, query: str) -> None:
        if method == "GET" and key == "docs/a.md" and (text := next(changes, None)):
            s3.put("changing", key, text.encode())

    s3.fault = change
    assert not run(url).failed
    texts = [text for text, _ in snapshot(tmp_path / "remote").chunks.values()]
    assert not [text for text in texts if "Old" in text]
    s3.downloads()
    assert len(run(url).unchanged) == 2
    changes = (f"Again {number}." for number in range(99))
    s3.put("changing", "docs/a.md", b"Other.")
    (failure,) = run(url).failed
    assert (failure.subject, "changed each time" in failure.message) == ("a.md", True)


def test_no_credential_is_stored_or_shown(s3: S3, tmp_path: Path, run, caplog, capsys) -> None:
    caplog.set_level("DEBUG")
    run(s3.fill("secrets", write_corpus(tmp_path / "corpus", SMALL_CORPUS)))
    stored = b"".join(path.read_bytes() for path in (tmp_path / "remote").rglob("*") if path.is_file())
    for text in (stored.decode("latin-1"), caplog.text, *capsys.readouterr()):
        assert SECRET not in text
    for url in ("s3://key:hunter2@bucket/docs", "s3://bucket/docs?X-Amz-Signature=hunter2"):
        with pytest.raises(SettingsError, match="neither a password nor a query") as refused:
            run(url)
        assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("url", ["nothing://bucket/docs", "file:///documents", "https://hunter2@example.com/docs"])
def test_urls_of_other_kinds_are_refused(run: Callable[..., SyncReport], url: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(url.partition("://")[0])) as refused:
        run(url)
    assert "hunter2" not in str(refused.value)


def test_copies_do_not_stay(s3: S3, tmp_path: Path, run, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is never more than one."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    seen: list[int] = []
    s3.fault = lambda method, key, query: seen.append(len(list(folder.glob("*/document"))))
    run(s3.fill("copies", write_corpus(tmp_path / "corpus", SMALL_CORPUS)))
    assert max(seen) <= 1
    assert not list(folder.glob("*/document"))
    shutil.rmtree(folder)
