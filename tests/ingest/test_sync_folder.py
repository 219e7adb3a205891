"""What holds for an index in a folder alone: its files damaged, its lock, what is deleted with it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.sync import sync
from rag.errors import IndexBusy, IndexDamaged, IndexMismatch, IndexMissing
from rag.index.location import locate_index
from rag.index.reader import drop_index, open_index
from tests.ingest.snapshots import assert_same_index
from tests.samples import REPOSITORY


@pytest.fixture
def built(small_index: Path, tmp_path: Path) -> Path:
    """An index of `small_corpus` that may be changed."""
    return Path(shutil.copytree(small_index, tmp_path / "index"))


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


def test_chunks_that_are_gone_are_written_anew(built: Path, small_corpus: Path, tmp_path: Path) -> None:
    shutil.rmtree(built / "chroma")
    report = sync(small_corpus, built)
    assert (len(report.added), report.embedded) == (8, report.chunks)
    sync(small_corpus, tmp_path / "anew")
    assert_same_index(built, tmp_path / "anew")


HOLD = """
import sys
from pathlib import Path
from rag.index.location import locate_index
with locate_index(Path(sys.argv[1])).lock():
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.mark.usefixtures("process")
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
    assert len(sync(small_corpus, built).unchanged) == 8


def test_lock_of_this_process_is_let_go(built: Path) -> None:
    for _ in range(2):
        with locate_index(built).lock():
            pass


def test_drop_removes_the_index_and_nothing_else(built: Path) -> None:
    (built / "notes.txt").write_text("mine")
    drop_index(built)
    assert [path.name for path in built.iterdir()] == ["notes.txt"]
    with pytest.raises(IndexMissing):
        drop_index(built)


@pytest.mark.parametrize("manifest", [None, '{"short_name": "a web page"}', "[]"])
def test_a_folder_of_another_program_is_neither_dropped_nor_written_to(
    tmp_path: Path, small_corpus: Path, manifest: str | None
) -> None:
    folder = tmp_path / "project"
    for name in ("chroma", "derived"):
        (folder / name).mkdir(parents=True)
        (folder / name / "結果.csv").write_text("mine")
    if manifest is not None:
        (folder / "manifest.json").write_text(manifest)
    before = sorted(folder.rglob("*"))
    for attempt in (lambda: drop_index(folder), lambda: sync(small_corpus, folder)):
        with pytest.raises(IndexMismatch, match="not made by kotae"):
            attempt()
    assert sorted(folder.rglob("*")) == before


def test_an_index_copied_without_its_lock_is_still_one(built: Path) -> None:
    (built / ".writing.lock").unlink()
    drop_index(built)
    assert not list(built.iterdir())
