"""Disk errors are named, files are complete or known to be corrupted, and half-written ones do not pile up."""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path

import pytest

from rag.errors import CannotWrite, IndexBusy, SettingsError
from rag.storage.atomic import atomic_directory, write_text
from rag.storage.checksums import CHECKSUM_FILE, find_corrupted, write_checksums
from rag.storage.disk_errors import classify_os_error, translate_os_errors
from rag.storage.locks import folder_lock


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "the disk is full"),
        (OSError(errno.EROFS, "Read-only file system"), "read-only"),
        (PermissionError(errno.EACCES, "Permission denied"), "read-only"),
        (sqlite3.OperationalError("database or disk is full"), "the disk is full"),
        (Exception("No space left on device (os error 28)"), "the disk is full"),
        (RuntimeError("error returned from database: (code: 8) attempt to write a readonly database"), "read-only"),
        (RuntimeError("no such table: 表"), None),
        (ValueError("os error 280"), None),
    ],
)
def test_what_libraries_say_of_the_disk(tmp_path: Path, error: Exception, reason: str | None) -> None:
    refused = classify_os_error(error, tmp_path / "資料")
    assert (refused is None) == (reason is None)
    assert reason is None or (reason in str(refused) and "資料" in str(refused))


def test_other_failures_pass(tmp_path: Path) -> None:
    with pytest.raises(SettingsError), translate_os_errors(tmp_path):
        raise SettingsError("x")
    with pytest.raises(KeyError), translate_os_errors(tmp_path):
        raise KeyError("x")
    with pytest.raises(CannotWrite, match="4096 requested and 0 written"), translate_os_errors(tmp_path):
        raise OSError("4096 requested and 0 written")


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    busy = IndexBusy("busy")
    with folder_lock(tmp_path / "a", busy), pytest.raises(IndexBusy), folder_lock(tmp_path / "a", busy):
        pass
    with folder_lock(tmp_path / "a", busy):
        pass


def test_a_failed_making_leaves_nothing(tmp_path: Path) -> None:
    def make(folder: Path) -> None:
        (folder / "half").write_bytes(b"x")
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(CannotWrite, match="the disk is full"):
        atomic_directory(tmp_path / "made", make)
    assert [path.name for path in tmp_path.iterdir()] == [".made.lock"]


def test_files_and_names_are_durable_before_the_folder_appears(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def make(folder: Path) -> None:
        (folder / "a" / "b").mkdir(parents=True)
        (folder / "a" / "c").write_text("答え", encoding="utf-8")

    durable: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: durable.append(os.fstat(descriptor).st_ino))
    monkeypatch.setattr(os, "replace", lambda old, new: (durable.append(0), Path(old).rename(new)))
    made = atomic_directory(tmp_path / "made", make)
    paths = (made, made / "a" / "c", made / "a", made / "a" / "b")
    assert durable == [*(path.stat().st_ino for path in paths), 0]


def test_what_killed_writers_left_is_removed_once_it_is_old(tmp_path: Path) -> None:
    old, new, other = (tmp_path / name for name in (f".答え.csv.{'a' * 16}", f".答え.csv.{'b' * 16}", f".x.{'a' * 16}"))
    for path in (old, new, other):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    os.utime(other, (0, 0))
    write_text(tmp_path / "答え.csv", "東京")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([new.name, other.name, "答え.csv"])


def test_every_bit_is_sealed(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    files = {name: tmp_path / name for name in ("a/語.bin", "b.json")}
    for path in files.values():
        path.write_bytes(b"content")
    write_checksums(tmp_path, files.values())
    assert find_corrupted(tmp_path) is None
    for name, path in files.items():
        for data in (b"contenu", b"conten", b"", b"content\x00"):
            path.write_bytes(data)
            assert find_corrupted(tmp_path) == name
        path.unlink()
        assert find_corrupted(tmp_path) == name
        path.write_bytes(b"content")
    (tmp_path / CHECKSUM_FILE).write_text("[1]", encoding="utf-8")
    assert find_corrupted(tmp_path) == CHECKSUM_FILE
