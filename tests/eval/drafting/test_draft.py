"""Questions are drafted until there are enough; each filter drops what it should, against a real index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from eval.drafting.draft import Draft, DraftedSet, Drafter, DraftSettings
from eval.drafting.filters import DropReason
from eval.drafting.journal import ReplyJournal
from ingest.sync import sync
from rag.factory import IndexSettings, open_retriever
from rag.generation.prompt_file import load_prompt
from rag.models.local import LocalChatModel
from rag.records import Language
from rag.retrieval.retriever import HybridRetriever
from tests.eval.scripted import ScriptedChat

DRAFTS = {
    "Answer: 3776 metres": "How high is Mount Fuji?",
    "Answer: 1642 metres": "How deep is Lake Baikal in Siberia?",
    "Answer: Siberia": "Where is the deepest lake in the world?",
    "Answer: Canada": "Ottawa is the capital of which country?",
    "答え：3776メートル": "富士山の標高は何メートルですか？",
    "答え：1868年": "江戸が東京と改められたのは何年ですか？",
}
REPLIES = {
    "How high is Mount Fuji?": "3776 metres",
    "How deep is Lake Baikal": "It is 1,642 m deep.",
    "the deepest lake": "Siberia",
    "Ottawa is": "Canada",
    "富士山の標高": "3776メートルです。",
    "江戸が東京と": "1868年",
}


@pytest.fixture
def retriever(small_corpus: Path, tmp_path: Path, hash_encoder: None) -> Iterator[HybridRetriever]:
    """The small corpus, found by words."""
    sync(small_corpus, tmp_path / "index")
    opened = open_retriever(IndexSettings(tmp_path / "index"))
    yield opened
    opened.index.close()


def draft(
    retriever: HybridRetriever,
    changed: Mapping[str, str] | None = None,
    count: int = 20,
    languages: tuple[Language, ...] = ("en",),
    **settings: int,
) -> DraftedSet:
    model = ScriptedChat(replies={**DRAFTS, **REPLIES, **(changed or {})})
    return Drafter(retriever, ReplyJournal(model), DraftSettings(count, load_prompt(), languages, **settings)).draft()


def by_answer(drafted: DraftedSet) -> dict[str, Draft]:
    return {draft.target.answer: draft for draft in drafted.drafts}


def test_japanese_sentences_are_asked_by_rule_before_the_model_is(retriever: HybridRetriever) -> None:
    drafted = draft(retriever, {"首都ですか": "日本です。"}, languages=("ja",))
    asked = [draft.question for draft in drafted.drafts]
    assert "東京はどこの首都ですか？" in [draft.question for draft in drafted.kept]
    assert asked.index("東京はどこの首都ですか？") < asked.index("江戸が東京と改められたのは何年ですか？")


def test_good_drafts_are_kept_with_their_evidence(retriever: HybridRetriever) -> None:
    drafted = draft(retriever, languages=("ja", "en"))
    kept = {draft.target.answer: draft for draft in drafted.kept}
    assert {"3776 metres", "Canada", "3776メートル", "1868年"} <= kept.keys()
    assert kept["Canada"].target.excerpt.startswith("Ottawa is the capital of Canada.")
    assert kept["Canada"].target.chunk.source == "en/ottawa.txt"
    assert sum(drafted.wanted.values()) == 20


@pytest.mark.parametrize(
    ("changed", "answer", "reason"),
    [
        ({"Answer: Canada": "Canada is north."}, "Canada", DropReason.FORM),
        ({"Answer: Canada": "Of which country is it the capital?"}, "Canada", DropReason.DEPENDENT),
        ({"Answer: Canada": "Which king of old founded Ottawa?"}, "Canada", DropReason.INVENTED),
        ({"Answer: Canada": "What is Ottawa to Canada?"}, "Canada", DropReason.ANSWER_INSIDE),
        ({"Answer: Canada": "!the model is tired"}, "Canada", DropReason.FAILED),
        ({"Ottawa is": "Australia"}, "Canada", DropReason.ROUND_TRIP),
    ],
)
def test_a_filter_drops(retriever: HybridRetriever, changed: dict[str, str], answer: str, reason: DropReason) -> None:
    dropped = by_answer(draft(retriever, changed))[answer]
    assert dropped.reason is reason
    assert draft(retriever, changed).count("en", reason) >= 1


def test_a_question_that_does_not_bring_its_passage_back_is_dropped(retriever: HybridRetriever) -> None:
    stray = {"Answer: Canada": "Which is to Ottawa what it is to Siberia?"}
    first = retriever.model_copy(update={"k": 1})
    assert by_answer(draft(first, stray))["Canada"].reason is DropReason.NOT_RETRIEVED


def test_the_same_question_twice_is_dropped_once(retriever: HybridRetriever) -> None:
    same = {
        "Answer: Siberia": "How deep is Lake Baikal in Siberia, in metres?",
        "How deep is Lake Baikal": "1642 metres",
    }
    twice = {**same, "Answer: 1642 metres": "How deep is Lake Baikal?"}
    reasons = {draft.target.answer: draft.reason for draft in draft(retriever, twice).drafts}
    assert reasons["1642 metres"] is None
    assert reasons["Siberia"] is DropReason.ANSWER_INSIDE


def test_drafting_ends_at_the_number_wanted(retriever: HybridRetriever) -> None:
    drafted = draft(retriever, count=2)
    assert len(drafted.kept) == 2
    assert drafted.drafts[-1].reason is None


@pytest.mark.parametrize("batch_size", [2, 7])
def test_batches_change_nothing(retriever: HybridRetriever, batch_size: int) -> None:
    for count in (2, 20):
        assert draft(retriever, count=count, batch_size=batch_size) == draft(retriever, count=count)


def test_the_bundled_model_drafts_questions_that_pass(retriever: HybridRetriever, chat_model: LocalChatModel) -> None:
    """A few drafts from eight documents; what is kept has its answer in the passage and is answered from it."""
    model = LocalChatModel(max_tokens=64)
    settings = DraftSettings(3, load_prompt(), ("ja", "en"))
    drafted = Drafter(retriever, ReplyJournal(model), settings).draft()
    assert drafted.kept
    for kept in drafted.kept:
        assert kept.target.answer in kept.target.excerpt
        assert kept.reply
