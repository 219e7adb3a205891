"""What an open index holds of the system: files that are small are read, and all are let go with the index."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import rag.lexical.segment
from rag.lexical.search import LexicalIndex
from rag.records import Chunk
from tests.lexical_files import write_lexical

QUESTIONS = [("鯨と塩", "ja", "ja"), ("whales and salt", "en", "en"), ("whale", "en", "ja"), ("鯨", "ja", "en")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    texts = [
        ("ja", "鯨は海に住む whale。"),
        ("ja", "塩は海から採れる。"),
        ("en", "Whales live in the sea, as salt does."),
    ]
    write_lexical(
        tmp_path / "index",
        (Chunk(f"{n:032x}", text, "", f"{n}.txt", language, 0, 1, 0) for n, (language, text) in enumerate(texts)),
    )
    return tmp_path / "index"


@pytest.fixture
def uncollected() -> Iterator[None]:
    """What a cycle holds stays."""
    enabled = gc.isenabled()
    gc.disable()
    yield
    if enabled:
        gc.enable()


def held(folder: Path) -> tuple[int, int]:
    """Descriptors of this process that are files below a folder, and mappings."""
    maps = Path("/proc/self/maps")
    if not maps.exists():
        pytest.skip("no /proc")
    opened = 0
    for path in Path("/proc/self/fd").iterdir():
        try:
            opened += str(path.readlink()).startswith(str(folder))
        except OSError:
            continue
    return opened, sum(str(folder) in line for line in maps.read_text(encoding="utf-8").splitlines())


def asked(index: LexicalIndex) -> list[object]:
    return [index.search(text, language, 9, among=among) for text, language, among in QUESTIONS]  # type: ignore[arg-type]


def test_small_files_are_not_held_open(folder: Path) -> None:
    index = LexicalIndex(folder)
    assert all(asked(index))
    assert held(folder) == (0, 0)


@pytest.mark.usefixtures("uncollected")
def test_mapped_files_are_let_go_with_the_index(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small = asked(LexicalIndex(folder))
    monkeypatch.setattr(rag.lexical.segment, "_MAPPED", 0)
    index = LexicalIndex(folder)
    assert asked(index) == small
    descriptors, mappings = held(folder)
    assert mappings > 0
    assert descriptors <= mappings
    del index
    assert held(folder) == (0, 0)


@pytest.mark.parametrize("most", [0, 1 << 18])
def test_an_open_index_does_not_read_its_folder_again(folder: Path, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr(rag.lexical.segment, "_MAPPED", most)
    index = LexicalIndex(folder)
    expected = asked(LexicalIndex(folder))
    shutil.rmtree(folder)
    assert asked(index) == expected
    assert all(expected)
