"""A sync that ends before any one of its changes to the store: the next run makes the index that was asked for.

The random kills of test_kill are of the real thing; these hit every point between two changes.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from chromadb.api.client import Client
from chromadb.api.models.Collection import Collection

import ingest.pipeline.batches
from ingest.sync import sync
from rag.index.lance import LanceTable
from rag.index.location import LocalIndex
from rag.index.stores import Store
from rag.settings import Chunking
from tests.fakes import HashEncoder
from tests.ingest.snapshots import assert_same_index, snapshot
from tests.samples import write_corpus

pytestmark = pytest.mark.slow

CHUNKING = Chunking(max_tokens=60)
CHANGED: dict[Store, tuple[type, tuple[str, ...]]] = {
    "chroma": (Collection, ("upsert", "update", "delete")),
    "lancedb": (LanceTable, ("upsert", "delete", "_merge")),
}


class Killed(BaseException):
    """Nothing catches it, as nothing catches a kill."""


def files(version: int) -> dict[str, str]:
    """Version 2 has one file longer, one shorter, one with its middle exchanged, one gone, one new, one moved along.

    One has documents in both languages, one of which changes its language.
    """
    same = "変わらない文書である。" * 12
    middle = ["始めの文はここにある。" * 5, "元の真ん中の文である。" * 5, "終わりの文はここにある。" * 5]
    if version == 2:
        middle[1] = "別の真ん中の文である。" * 5
    return {
        "same.txt": same,
        "longer.txt": "A whale swims in the sea. " * (4 + 6 * version),
        "shorter.txt": "鯨は海を泳ぐ。" * (40 - 12 * version),
        "middle.txt": "\n\n".join(middle),
        "both.jsonl": "".join(
            json.dumps({"id": str(n), "lang": language, "text": f"東京 Tokyo {n} {'鯨' * 50 * version}"}) + "\n"
            for n, language in enumerate(["ja", "en", "ja" if version == 1 else "en"])
        ),
        "moved.md": "---\ntitle: T\n" + "# more\n" * (version - 1) + "---\nOne sentence that stays.",
        **({"gone.txt": "消える文書。" * 70} if version == 1 else {"new.txt": "新しい文書。" * 20}),
    }


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.sync.open_encoder", lambda _: HashEncoder())
    monkeypatch.setattr(ingest.pipeline.batches, "BATCH", 6)
    monkeypatch.setattr(Client, "get_max_batch_size", lambda _: 5)


@pytest.fixture
def corpora(tmp_path: Path) -> tuple[Path, Path]:
    return write_corpus(tmp_path / "one", files(1)), write_corpus(tmp_path / "two", files(2))


def killed_at(point: int, corpus: Path, index: Path, store: Store) -> bool:
    """Sync until the change number `point`, which is not made; whether there were so many."""
    done = 0

    def counted(owner: type, name: str) -> Any:
        original = getattr(owner, name)

        def change(*given: Any, **named: Any) -> Any:
            nonlocal done
            done += 1
            if done > point:
                raise Killed
            return original(*given, **named)

        return change

    with pytest.MonkeyPatch.context() as patch:
        owner, names = CHANGED[store]
        for name in names:
            patch.setattr(owner, name, counted(owner, name))
        patch.setattr(LocalIndex, "save", counted(LocalIndex, "save"))
        try:
            sync(corpus, index, chunking=CHUNKING, store_name=store)
        except Killed:
            return True
    return False


def test_every_point_of_following_a_change(corpora: tuple[Path, Path], kept_in: Store, tmp_path: Path) -> None:
    before, after = corpora
    sync(before, tmp_path / "before", chunking=CHUNKING, store_name=kept_in)
    sync(after, tmp_path / "after", chunking=CHUNKING, store_name=kept_in)
    expected = snapshot(tmp_path / "after")
    expected_back = snapshot(tmp_path / "before")
    point = 0
    while killed_at(point, after, shutil.copytree(tmp_path / "before", tmp_path / f"{point}"), kept_in):
        again = Path(shutil.copytree(tmp_path / f"{point}", tmp_path / f"{point} back"))
        report = sync(after, tmp_path / f"{point}")
        assert_same_index(tmp_path / f"{point}", expected)
        assert sync(after, tmp_path / f"{point}").embedded == 0
        assert report.found == len(files(2))
        sync(before, again)
        assert_same_index(again, expected_back)
        point += 1
    assert point > 12


def test_every_point_of_a_first_build(corpora: tuple[Path, Path], kept_in: Store, tmp_path: Path) -> None:
    _, after = corpora
    sync(after, tmp_path / "after", chunking=CHUNKING, store_name=kept_in)
    expected = snapshot(tmp_path / "after")
    point = 0
    while killed_at(point, after, tmp_path / f"{point}", kept_in):
        sync(after, tmp_path / f"{point}", chunking=CHUNKING, store_name=kept_in)
        assert_same_index(tmp_path / f"{point}", expected)
        point += 1
    assert point > 4
