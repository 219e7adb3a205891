"""Passages that the other language bears out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ingest.sync import sync
from rag.index.reader import Index, open_index
from rag.records import Chunk, Language
from rag.retrieval.cross_language import NEAR, cross_language_boost
from rag.retrieval.retriever import HybridRetriever

CENTROIDS: dict[Language, np.ndarray] = {"ja": np.array([1.0, 0, 0]), "en": np.array([0, 0, 1.0])}
TICKETS_EN = "Every year the museum is opened at night. Tickets are sold until two hours before it closes."
TICKETS_JA = "館内では毎年、夜間の特別公開が行われる。入場券は閉館の二時間前まで買うことができる。"
ENGLISH = (
    "Rinderpest was declared eradicated in 2011.",
    "Lake Baikal is the deepest lake in the world.",
    "Bread rises because yeast makes gas of sugar.",
    "The engine is started with the red lever on the left.",
    "She wrote her first symphony at the age of nineteen.",
    "Interest is paid at the end of each quarter.",
)
JAPANESE = (
    "富士山の標高は3776メートルである。",
    "彼は二十歳で初めての小説を書いた。",
    "味噌は大豆を発酵させて作る。",
    "電源を入れる前に、ふたが閉まっていることを確かめる。",
    "法律は国会の議決を経て成立する。",
    "この川には春になると鮎がのぼる。",
)


def _chunk(name: str) -> Chunk:
    return Chunk(name, name, "", name, "ja" if name.startswith("ja") else "en", 0, 1, 0)


def _gains(scores: dict[str, float], directions: dict[str, tuple[float, float, float]]) -> dict[str, float]:
    chunks = {name: _chunk(name) for name in scores}
    vectors = {name: CENTROIDS[chunks[name].language] + np.array(directions[name]) for name in scores}
    return cross_language_boost(scores, chunks, vectors, CENTROIDS)


def test_a_passage_gains_by_the_score_of_its_nearest_in_the_other_language() -> None:
    scores = {"ja1": 0.05, "en1": 0.1, "en2": 0.3}
    found = _gains(scores, {"ja1": (0, 2, 0), "en1": (0, 5, 0), "en2": (0.5, 0.5, 0)})
    slanting = (0.5**0.5 - NEAR) * 0.3  # a half right angle away, and more by its score than the one that is parallel
    assert slanting > (1 - NEAR) * 0.1
    assert found == pytest.approx({"ja1": slanting, "en1": 0.03, "en2": (0.5**0.5 - NEAR) * 0.05})


def test_what_is_far_or_scores_nothing_bears_nothing_out() -> None:
    assert _gains({"ja1": 0.1, "en1": 0.1}, {"ja1": (0, 1, 0), "en1": (0, 0.39, 0.93)}) == {"ja1": 0, "en1": 0}
    assert _gains({"ja1": 0.1, "en1": -0.1}, {"ja1": (0, 1, 0), "en1": (0, 1, 0)}) == {
        "ja1": 0,
        "en1": pytest.approx(0.06),
    }


def test_one_language_alone_gains_nothing() -> None:
    same = {"ja1": (0.0, 1.0, 0.0), "ja2": (0.0, 1.0, 0.0)}
    assert _gains({"ja1": 0.1, "ja2": 0.1}, same) == {}
    chunks = {name: _chunk(name) for name in same}
    vectors = {name: CENTROIDS["ja"] + np.array(same[name]) for name in same}
    assert cross_language_boost({"ja1": 0.1, "ja2": 0.1}, chunks, vectors, {"ja": CENTROIDS["ja"]}) == {}


def test_the_only_passage_of_a_language_has_no_direction() -> None:
    assert _gains({"ja1": 0.1, "en1": 0.1}, {"ja1": (0, 0, 0), "en1": (0, 1, 0)}) == {"ja1": 0, "en1": 0}


@pytest.fixture(scope="module")
def museums(tmp_path_factory: pytest.TempPathFactory, encoder) -> Index:
    folder: Path = tmp_path_factory.mktemp("museums")
    (folder / "corpus").mkdir()
    for number, text in enumerate((TICKETS_EN, TICKETS_JA, *ENGLISH, *JAPANESE)):
        (folder / "corpus" / f"{number}.txt").write_text(text, "utf-8")
    sync(folder / "corpus", folder / "index")
    return open_index(folder / "index")


def test_a_translation_lifts_what_it_translates(museums: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    question = "入場券はいつまで買えますか？"
    found = {hit.chunk.text: hit for hit in HybridRetriever(index=museums).search(question, 14)}
    monkeypatch.setattr("rag.retrieval.cross_language.NEAR", 1.0)
    alone = {hit.chunk.text: hit for hit in HybridRetriever(index=museums).search(question, 14)}
    for text in (TICKETS_EN, TICKETS_JA):
        assert found[text].score > alone[text].score + 0.005
        assert found[text].rank <= 2
    assert found[ENGLISH[0]].score == pytest.approx(alone[ENGLISH[0]].score)
    assert {text: hit.dense for text, hit in found.items()} == {text: hit.dense for text, hit in alone.items()}
