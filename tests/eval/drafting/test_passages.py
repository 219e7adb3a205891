"""Passages are spread: over languages by their share, over documents in turn, over a document without repetition."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from eval.drafting.passages import PassageSpread
from ingest.sync import sync
from rag.index.location import locate_index
from rag.index.store import ChunkStore
from rag.settings import Chunking
from tests.fakes import HashEncoder


@pytest.fixture
def store(small_corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ChunkStore:
    """The small corpus and a long English document, in short chunks."""
    monkeypatch.setattr("ingest.sync.open_encoder", lambda _: HashEncoder())
    (small_corpus / "en" / "long.txt").write_text(" ".join(f"The hall number {n} is wide." for n in range(60)))
    sync(small_corpus, tmp_path / "index", chunking=Chunking(120))
    location = locate_index(tmp_path / "index")
    return location.store(location.load())


def test_each_passage_comes_once_and_documents_take_turns(store: ChunkStore) -> None:
    passages = list(PassageSpread(store).passages("en"))
    every = [chunk for chunk in store.chunks() if chunk.language == "en"]
    assert Counter(chunk.id for chunk in passages) == Counter(chunk.id for chunk in every)
    documents = len({chunk.source for chunk in every})
    assert len({chunk.source for chunk in passages[:documents]}) == documents
    positions = [chunk.position for chunk in passages if chunk.source == "en/long.txt"]
    assert positions != sorted(positions)


def test_the_seed_decides(store: ChunkStore) -> None:
    orders = [[chunk.id for chunk in PassageSpread(store, seed).passages("en")] for seed in (0, 0, 1)]
    assert orders[0] == orders[1] != orders[2]


@pytest.mark.parametrize("count", [1, 2, 7, 50])
def test_languages_share_by_their_passages(store: ChunkStore, count: int) -> None:
    spread = PassageSpread(store)
    shares = spread.shares(count, ("ja", "en"))
    assert sum(shares.values()) == count
    assert shares["en"] >= shares.get("ja", 0)
    assert spread.shares(count, ("ja",)) == {"ja": count}
