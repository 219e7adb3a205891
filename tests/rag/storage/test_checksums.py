"""What a power cut leaves is found: sizes are compared always, and a seal is written after its files are durable."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from rag.storage.checksums import CHECKSUM_FILE, find_corrupted, write_checksums

NAMES = ["a/rows.bin", "b.json"]


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / "made" / name for name in NAMES]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"content")
    return paths


@pytest.mark.parametrize("data", [b"", b"conten", b"content\x00"])
def test_another_size_is_found_though_the_file_is_older_than_its_seal(
    tmp_path: Path, files: list[Path], data: bytes
) -> None:
    write_checksums(tmp_path / "made", files)
    assert find_corrupted(tmp_path / "made", touched=True) is None
    files[0].write_bytes(data)
    os.utime(files[0], (0, 0))
    assert find_corrupted(tmp_path / "made", touched=True) == NAMES[0]


def test_same_size_is_read_only_where_it_was_written_since(tmp_path: Path, files: list[Path]) -> None:
    write_checksums(tmp_path / "made", files)
    files[0].write_bytes(b"contenu")
    assert find_corrupted(tmp_path / "made", touched=True) == NAMES[0]
    os.utime(files[0], (0, 0))
    assert find_corrupted(tmp_path / "made", touched=True) is None
    assert find_corrupted(tmp_path / "made") == NAMES[0]


def test_seals_without_sizes_are_read(tmp_path: Path, files: list[Path]) -> None:
    write_checksums(tmp_path / "made", files)
    seal = tmp_path / "made" / CHECKSUM_FILE
    sums = {name: checksum for name, (checksum, _) in json.loads(seal.read_bytes()).items()}
    seal.write_text(json.dumps(sums), encoding="utf-8")
    assert find_corrupted(tmp_path / "made") is None
    files[0].write_bytes(b"contenu")
    assert find_corrupted(tmp_path / "made", touched=True) == NAMES[0]


def test_files_are_durable_before_their_seal_and_shared_ones_are_not_read(
    tmp_path: Path, files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_checksums(tmp_path / "made", files)
    after = tmp_path / "after"
    (after / "a").mkdir(parents=True)
    os.link(files[0], after / NAMES[0])
    (after / NAMES[1]).write_bytes(b"more")
    durable: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: durable.append(os.fstat(descriptor).st_ino))
    write_checksums(after, [after / name for name in NAMES], tmp_path / "made")
    assert durable == [(after / name).stat().st_ino for name in (NAMES[1], CHECKSUM_FILE)]
    before, now = (json.loads((folder / CHECKSUM_FILE).read_bytes()) for folder in (tmp_path / "made", after))
    assert now[NAMES[0]] == before[NAMES[0]]
    assert find_corrupted(after) is None
