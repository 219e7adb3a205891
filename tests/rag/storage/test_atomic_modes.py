"""What is written has the permissions that the user's umask gives, as what any other program writes."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from rag.storage.atomic import atomic_directory, write_text


@pytest.mark.parametrize("mask", [0o022, 0o027, 0o077, 0o002])
def test_files_and_folders_follow_the_umask(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        write_text(tmp_path / "a.json", "{}")
        folder = atomic_directory(tmp_path / "made", lambda made: write_text(made / "b.txt", "b"))
    finally:
        os.umask(before)
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "a.json", folder, folder / "b.txt")}
    assert modes == {tmp_path / "a.json": 0o666 & ~mask, folder: 0o777 & ~mask, folder / "b.txt": 0o666 & ~mask}
