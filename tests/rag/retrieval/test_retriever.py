"""Dense and lexical search, fused with regard to language."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.sync import sync
from rag.errors import IndexDamaged
from rag.index.passages import Passages
from rag.index.reader import Index, open_index
from rag.index.store import ChunkStore
from rag.index.stores import Store
from rag.index.table import table_name
from rag.records import LANGUAGES, Hit
from rag.retrieval.retriever import LANGUAGE_PRIOR_WEIGHT, LEXICAL_WEIGHT, HybridRetriever, document_of, hits_of
from rag.settings import COLLECTION
from rag.text.language import detect
from tests.samples import REPOSITORY, SMALL_CORPUS, write_corpus


@pytest.fixture(scope="module")
def index(kept_in: Store, small_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Index:
    if kept_in == "chroma":
        return open_index(small_index)
    folder = tmp_path_factory.mktemp("lancedb")
    sync(write_corpus(folder / "corpus", SMALL_CORPUS), folder / "index", store_name=kept_in)
    return open_index(folder / "index")


@pytest.fixture(scope="module")
def retriever(index: Index) -> HybridRetriever:
    return HybridRetriever(index=index, k=3)


@pytest.mark.parametrize(
    ("question", "source"),
    [
        ("日本の首都はどこですか？", "ja/東京.txt"),
        ("日本で最も高い山は何ですか？", "ja/富士山.md"),
        ("水の化学式は何ですか？", "ja/水.md"),
        ("「テニスの王子様」の作者はだれですか？", "ja/許斐剛.md"),
        ("What is the capital of Canada?", "en/ottawa.txt"),
        ("What is the highest mountain in Japan?", "en/mount-fuji.md"),
        ("What is the deepest lake in the world?", "en/baikal.md"),
        ("Which cattle disease was declared eradicated in 2011?", "en/rinderpest.md"),
    ],
)
def test_own_language_ranks_first(retriever: HybridRetriever, question: str, source: str) -> None:
    assert retriever.search(question)[0].chunk.source == source


@pytest.mark.parametrize(
    ("question", "source"),
    [
        ("Who wrote The Prince of Tennis?", "ja/許斐剛.md"),
        ("What is the chemical formula of water?", "ja/水.md"),
        ("2011年に根絶が宣言された牛の病気は何ですか？", "en/rinderpest.md"),
        ("世界で最も深い湖は何ですか？", "en/baikal.md"),
        ("カナダの首都はどこですか？", "en/ottawa.txt"),
    ],
)
def test_the_other_language_is_found_where_only_it_knows(
    retriever: HybridRetriever, question: str, source: str
) -> None:
    assert source in [hit.chunk.source for hit in retriever.search(question)]


@pytest.mark.slow
def test_prince_of_tennis_in_the_corpus_of_the_repository(tmp_path: Path, encoder) -> None:
    told = [
        path
        for path in sorted((REPOSITORY / "corpus").rglob("*.md"))
        if "テニスの王子様" in (text := path.read_text(encoding="utf-8")) or "Prince of Tennis" in text
    ]
    assert [path.name for path in told] == ["許斐剛.md"], "only a Japanese document has it"
    # Every second English document competes, and every eighth Japanese one, which keeps the test short.
    corpus = tmp_path / "corpus"
    japanese = sorted((REPOSITORY / "corpus/ja").glob("*.md"))
    english = sorted((REPOSITORY / "corpus/en").glob("*.md"))
    for path in [*english[::2], *japanese[::8], told[0]]:
        copy = corpus / path.relative_to(REPOSITORY / "corpus")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    sync(corpus, tmp_path / "index")
    big = HybridRetriever(index=open_index(tmp_path / "index"))
    for question in ("Who wrote The Prince of Tennis?", "「テニスの王子様」の作者はだれですか？"):
        assert big.search(question)[0].chunk.source == "ja/許斐剛.md"


@pytest.mark.parametrize("question", ["日本の首都はどこですか？", "What is the capital of Canada?", "？", "xyzzy"])
@pytest.mark.parametrize("k", [1, 3, 100])
def test_hits_say_where_they_come_from(retriever: HybridRetriever, question: str, k: int) -> None:
    hits = retriever.search(question, k)
    assert len(hits) == min(k, 8)
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len({hit.chunk.id for hit in hits}) == len(hits)
    for hit in hits:
        assert SMALL_CORPUS[hit.chunk.source][hit.chunk.start : hit.chunk.end] == hit.chunk.text
        assert hit.dense is not None
        assert -1 <= hit.dense <= 1
        assert hit.lexical is None or hit.lexical > 0


def test_dense_score_is_the_cosine(retriever: HybridRetriever, index: Index) -> None:
    question = "日本の首都はどこですか？"
    vector = index.encoder.encode_queries([question])[0]
    for hit in retriever.search(question, 8):
        own = index.encoder.encode([f"{hit.chunk.title}\n{hit.chunk.text}"])[0]
        assert hit.dense == pytest.approx(float(vector @ own), abs=2e-3)


@pytest.mark.parametrize("question", ["Who wrote The Prince of Tennis?", "世界で最も深い湖は何ですか？"])
def test_score_is_relative_to_the_language_of_the_chunk(
    retriever: HybridRetriever, index: Index, question: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.retrieval.retriever.LANGUAGE_PRIOR_HITS", 2)
    language = detect(question)
    vector = index.encoder.encode_queries([question])[0]
    chunks = list(index.store.chunks())
    lexical = index.secondary.lexical
    ids = [one.id for one in chunks]
    matches = {
        k: v for among in LANGUAGES for k, v in lexical.search(question, language, 0, among=among, also=ids).items()
    }
    hits = retriever.search(question, 8)
    for among in LANGUAGES:
        mine = [f"{one.title}\n{one.text}" for one in chunks if one.language == among]
        centre = float(vector @ index.encoder.encode(mine).mean(axis=0))
        of_language = [hit for hit in hits if hit.chunk.language == among]
        both = [hit.dense - centre + LEXICAL_WEIGHT * matches[hit.chunk.id].margin for hit in of_language]
        level = LANGUAGE_PRIOR_WEIGHT * sum(both[:2]) / 2
        assert abs(level) > 0.005
        assert [hit.score for hit in of_language] == pytest.approx([one - level for one in both], abs=2e-3)


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("1868年に東京と改められたのは？", {"ja/東京.txt"}),
        ("The Ottawa River in Canada", {"en/ottawa.txt"}),
        ("カナダのオタワ川", {"en/ottawa.txt"}),  # loans
        ("Who wrote The Prince of Tennis?", {"ja/許斐剛.md"}),  # Latin letters in a Japanese text
        ("Which disease was declared eradicated in 2011?", {"en/rinderpest.md"}),
        ("世界から根絶された病気は？", {"en/rinderpest.md"}),  # translated
    ],
)
def test_names_loans_and_numbers_are_found_in_either_language(
    retriever: HybridRetriever, question: str, found: set[str]
) -> None:
    best = max(retriever.search(question, 8), key=lambda hit: hit.lexical or 0)
    assert best.chunk.source in found


def test_no_language_gains_by_sharing_more_words(retriever: HybridRetriever) -> None:
    question = "Why is Canada so?"
    hits = {hit.chunk.source: hit for hit in retriever.search(question, 8)}
    japanese = [hit for hit in hits.values() if hit.chunk.language == "ja"]
    assert all(hit.lexical is None for hit in japanese), "nothing of it is in a Japanese text"
    cosines = {hit.chunk.source: hit.dense - hit.score for hit in japanese}
    assert len({round(offset, 4) for offset in cosines.values()}) == 1, "only the centroid is taken off"


def test_candidates_are_what_the_search_ranks(retriever: HybridRetriever) -> None:
    for question in ("日本の首都はどこですか？", "What is the deepest lake in the world?"):
        everything = retriever.candidates(question, 3)
        assert everything[:3] == retriever.search(question, 3)
        assert {hit.chunk.source for hit in everything} == set(SMALL_CORPUS)


def test_same_question_same_hits(retriever: HybridRetriever) -> None:
    assert retriever.search("富士山の高さは？") == retriever.search("富士山の高さは？")


MANY = [
    "日本の首都はどこですか？",
    "What is the deepest lake in the world?",
    "富士山の高さは？",
    "?",
    "水",
    "Who wrote The Prince of Tennis?",
    "Which cattle disease was declared eradicated in 2011, and by which organisation, after how many years of work?",
    "カナダのオタワ川" * 20,
]


@pytest.fixture(scope="module")
def alone(index: Index) -> dict[str, tuple[Hit, ...]]:
    """What each question finds alone, without a passage that was fetched for another."""
    return {
        question: HybridRetriever(index=replace(index, passages=Passages(index.store)), k=3).search(question)
        for question in MANY
    }


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=st.lists(st.sampled_from(MANY), max_size=12), size=st.integers(1, 12))
def test_many_questions_find_what_each_finds_alone(
    retriever: HybridRetriever,
    alone: dict[str, tuple[Hit, ...]],
    monkeypatch: pytest.MonkeyPatch,
    asked: list[str],
    size: int,
) -> None:
    """To the letter, scores included: in batches of any size, in any order, with duplicates."""
    monkeypatch.setattr("rag.retrieval.retriever.BATCH", size)
    assert retriever.search_many(asked) == [alone[question] for question in asked]
    documents = [[document_of(hit) for hit in alone[question]] for question in asked]
    assert retriever.batch(asked) == documents


def test_many_questions_are_encoded_and_fetched_together(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    for kind, name in (
        (type(index.encoder), "encode_each"),
        (ChunkStore, "nearest"),
        (ChunkStore, "fetch_with_vectors"),
    ):
        monkeypatch.setattr(kind, name, _counted(getattr(kind, name), calls))
    fresh = replace(index, passages=Passages(index.store))
    HybridRetriever(index=fresh).search_many(MANY)
    assert sorted(calls) == ["encode_queries", "fetch_with_vectors", "nearest", "nearest"]


def _counted(call: Callable[..., Any], calls: list[str]) -> Callable[..., Any]:
    def counting(*given: Any, **named: Any) -> Any:
        calls.append(call.__name__)
        return call(*given, **named)

    return counting


def test_a_question_that_fails_fails_alone(index: Index) -> None:
    class Failing(HybridRetriever):
        def candidates_many(self, questions: Sequence[str], k: int) -> Iterator[tuple[Hit, ...]]:
            if "boom" in questions:
                raise ValueError("boom")
            return super().candidates_many(questions, k)

    retriever = Failing(index=index, k=3)
    first, broken, last = retriever.batch([MANY[0], "boom", MANY[1]], return_exceptions=True)
    assert isinstance(broken, ValueError)
    assert [first, last] == [retriever.invoke(MANY[0]), retriever.invoke(MANY[1])]
    with pytest.raises(ValueError, match="boom"):
        retriever.batch([MANY[0], "boom"])


def test_full_width_and_half_width_find_the_same(retriever: HybridRetriever) -> None:
    full = retriever.search("Ｈ２Ｏ　とは　何ですか", 8)
    half = retriever.search("H2O とは 何ですか", 8)
    assert [(hit.chunk.id, hit.lexical) for hit in full] == [(hit.chunk.id, hit.lexical) for hit in half]


@pytest.mark.parametrize("k", [0, -1])
def test_impossible_k_is_refused(index: Index, k: int) -> None:
    with pytest.raises(ValueError, match="greater than 0"):
        HybridRetriever(index=index, k=k)


def test_documents_and_hits_round_trip(retriever: HybridRetriever) -> None:
    hits = retriever.search("日本の首都はどこですか？", 8)
    assert hits_of(document_of(hit) for hit in hits) == hits
    assert hits_of(retriever.invoke("日本の首都はどこですか？")) == hits[:3]


def test_documents_of_another_retriever_become_hits() -> None:
    from langchain_core.documents import Document

    (hit,) = hits_of([Document(page_content="東京は首都である。", metadata={"source": "a.txt"})])
    assert isinstance(hit, Hit)
    assert (hit.rank, hit.dense, hit.lexical) == (1, None, None)
    assert (hit.chunk.source, hit.chunk.language, hit.chunk.end) == ("a.txt", "ja", 9)


def test_the_chunks_of_a_language_are_a_langchain_chroma_too(small_index: Path, encoder) -> None:
    from langchain_chroma import Chroma

    chroma = Chroma(table_name(COLLECTION, "ja"), encoder, persist_directory=str(small_index / "chroma"))
    found = chroma.similarity_search("日本の首都はどこですか？", k=1)
    assert found[0].metadata["source"] == "ja/東京.txt"


def test_a_passage_that_says_other_than_what_was_ingested_is_refused(small_index, tmp_path) -> None:
    index = Path(shutil.copytree(small_index, tmp_path / "index"))
    with sqlite3.connect(index / "chroma/chroma.sqlite3") as stored:
        stored.execute(
            "UPDATE embedding_metadata SET string_value = replace(string_value, '3776', '3778') "
            "WHERE key = 'chroma:document'"
        )
    stored.close()
    with pytest.raises(IndexDamaged, match="differs from what was ingested"):
        HybridRetriever(index=open_index(index)).search("富士山の標高は？")
