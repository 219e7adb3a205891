"""Pipes, devices, folders and links are refused by name, at once; so is what is too large."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rag.storage.regular_files import MEBI, read_regular, read_stored


def test_a_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"a" * MEBI)
    assert read_regular(path, MEBI) == b"a" * MEBI
    path.write_bytes(b"a" * (MEBI + 1))
    with pytest.raises(OSError, match="larger than 1 MiB"):
        read_regular(path, MEBI)


def test_what_is_no_regular_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(OSError, match="not a regular file"):
            read_regular(path, MEBI)
    with pytest.raises(OSError, match="directory"):
        read_regular(tmp_path, MEBI)
    with pytest.raises(FileNotFoundError):
        read_regular(tmp_path / "none", MEBI)


def test_a_link_is_followed_only_where_that_is_meant(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"text")
    (tmp_path / "link").symlink_to(tmp_path / "a")
    assert read_regular(tmp_path / "link", MEBI) == b"text"
    with pytest.raises(OSError, match="it is a link"):
        read_regular(tmp_path / "link", MEBI, follow=False)
    (tmp_path / "zero").symlink_to("/dev/zero")
    with pytest.raises(OSError, match="not a regular file"):
        read_regular(tmp_path / "zero", MEBI)


def test_a_small_limit_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(bytes(65537))
    with pytest.raises(OSError, match="larger than 64 KiB"):
        read_regular(tmp_path / "a.md", 65536)


@pytest.mark.parametrize("piece", [b"[],", b'{"a":0},', b"0,", b"{"])
def test_a_file_of_millions_of_values_is_named_before_it_is_parsed(tmp_path: Path, piece: bytes) -> None:
    (tmp_path / "a.json").write_bytes(b'{"x": [' + piece * 4_000_001)
    with pytest.raises(OSError, match="more than 4,000,000 values"):
        read_stored(tmp_path / "a.json")
    (tmp_path / "a.json").write_bytes(b'{"x": "' + "回答、".encode() * 1_000_000 + b'"}')
    assert len(read_stored(tmp_path / "a.json")) > 9_000_000
