"""Chroma collections that LangChain's own code made are searched as they are; what does not fit is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from langchain_chroma import Chroma
from langchain_core.embeddings import DeterministicFakeEmbedding

from rag.errors import IndexMismatch, IndexMissing, KotaeError, SettingsError
from rag.factory import IndexSettings, RetrieverShelf
from rag.retrieval.retriever import hits_of

TEXTS = ["東京は日本の首都である。", "琴は弦楽器である。", "Water is H2O."]


@pytest.fixture
def others(tmp_path: Path, encoder) -> Path:
    """A database with a collection of the bundled encoder's vectors, one of other vectors, and an empty one."""
    folder = tmp_path / "others"
    for name, embedding in (("ours", encoder), ("short", DeterministicFakeEmbedding(size=8))):
        store = Chroma(name, embedding, persist_directory=str(folder))
        store.add_texts(TEXTS, [{"source": f"{number}.md"} for number in range(3)])
    Chroma("empty", encoder, persist_directory=str(folder))
    return folder


def test_the_nearest_texts_are_found(others: Path) -> None:
    shelf = RetrieverShelf()
    settings = IndexSettings(Path(f"chroma:{others}#ours"), "bundled", 2)
    hits = hits_of(shelf.open(settings).invoke("日本の首都はどこですか？"))
    assert [hit.rank for hit in hits] == [1, 2]
    assert (hits[0].chunk.text, hits[0].chunk.source, hits[0].chunk.language) == (TEXTS[0], "0.md", "ja")
    assert shelf.open(settings) is shelf.open(settings)


@pytest.mark.parametrize(
    ("name", "encoder_name", "error", "words"),
    [
        ("chroma:{}", "bundled", SettingsError, "chroma:FOLDER#COLLECTION"),
        ("chroma:{}#ours", None, SettingsError, "--encoder"),
        ("chroma:{}/none#ours", "bundled", IndexMissing, "chroma.sqlite3"),
        ("chroma:{}#theirs", "bundled", IndexMissing, "It has: empty, ours, short"),
        ("chroma:{}#empty", "bundled", IndexMissing, "empty"),
        ("chroma:{}#short", "bundled", IndexMismatch, "8 dimensions"),
    ],
)
def test_what_does_not_fit_is_named(
    others: Path, name: str, encoder_name: str | None, error: type[KotaeError], words: str
) -> None:
    with pytest.raises(error, match=words):
        RetrieverShelf().open(IndexSettings(Path(name.format(others)), encoder_name))


def test_a_reranker_is_refused(others: Path) -> None:
    with pytest.raises(SettingsError, match="reranker needs an index that kotae made"):
        RetrieverShelf().open(IndexSettings(Path(f"chroma:{others}#ours"), "bundled", reranker="any"))
