"""Collections: documents.jsonl and questions.jsonl, and the command that measures over them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval.retrieval.questions import load_questions
from rag.collection import load_documents
from rag.errors import DatasetError
from tests.collections import DOCUMENTS, QUESTIONS, write_collection
from tests.commands import kotae, refused


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_collection(tmp_path / "small")


def test_documents_have_sources_of_their_own(folder: Path) -> None:
    documents = load_documents(folder)
    assert [document.id for document in documents] == [one["id"] for one in DOCUMENTS]
    assert len({document.source for document in documents}) == len(DOCUMENTS)
    assert all(document.source.startswith("small/") for document in documents)
    assert [document.id for document in load_documents(folder, "en")] == ["en:fuji", "en:baikal"]


def test_language_and_title_may_be_missing(tmp_path: Path) -> None:
    rows = [{"id": "a", "text": "東京は首都である。"}, {"id": "b", "text": "Tokyo is the capital."}]
    documents = load_documents(write_collection(tmp_path, rows, []))
    assert [(one.language, one.title) for one in documents] == [("ja", ""), ("en", "")]


def test_questions_know_their_evidence_in_either_language(folder: Path) -> None:
    found = load_questions(folder)
    assert [query.number for query in found.queries] == ["1", "2", "3", "4"]
    assert found.skipped == 1
    assert {query.number: set(query.evidence) for query in found.queries} == {
        "1": {"ja", "en"},
        "2": {"ja", "en"},
        "3": {"ja"},
        "4": {"en"},
    }


def test_questions_by_language_and_limit(folder: Path) -> None:
    assert [query.number for query in load_questions(folder, "ja").queries] == ["1", "3"]
    crossing = load_questions(folder, "ja", "en")
    assert [(query.number, set(query.evidence)) for query in crossing.queries] == [("1", {"en"})]
    assert crossing.skipped == 2
    assert len(load_questions(folder, limit=2).queries) == 2


@pytest.mark.usefixtures("encoder")
@pytest.mark.parametrize(
    ("documents", "questions", "words"),
    [
        ([{"id": "a"}], [], ("documents.jsonl, line 1", "'text'")),
        ([{"text": "東京"}], [], ("line 1", "'id'")),
        ([{"id": "a", "text": "東京"}] * 2, [], ("line 2", "'a'", "repeated")),
        ([{"id": "a", "text": "Paris", "lang": "fr"}], [], ("line 1", "'fr'")),
        ([{"id": "a", "text": "東京"}], [{"id": "1", "question": "？", "doc_id": "b"}], ("questions.jsonl", "'b'")),
        ([{"id": "a", "text": "東京"}], [{"id": "1", "question": "？", "doc_ids": "a"}], ("line 1", "'doc_ids'")),
        ([{"id": "a", "text": "東京"}], [{"id": "1", "question": "？", "doc_id": "a"}] * 2, ("line 2", "repeated")),
        ([{"id": "a", "text": "東京"}], [{"id": "1", "doc_id": "a"}], ("questions.jsonl, line 1", "'question'")),
        ([{"id": "a", "text": "東京"}], [{"id": "1", "question": "？", "doc_id": None}], ("None of the documents",)),
    ],
)
def test_a_bad_line_is_named(
    tmp_path: Path, documents: list[dict[str, Any]], questions: list[dict[str, Any]], words: tuple[str, ...]
) -> None:
    with pytest.raises(DatasetError) as error:
        load_questions(write_collection(tmp_path, documents, questions))
    assert all(word in str(error.value) for word in words), str(error.value)


@pytest.mark.parametrize("line", ["{", "[1]", '"東京"'])
def test_a_line_that_is_no_object_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "documents.jsonl").write_text('{"id": "a", "text": "東京"}\n\n' + line, encoding="utf-8")
    with pytest.raises(DatasetError, match="line 3"):
        load_documents(tmp_path)


@pytest.mark.usefixtures("encoder")
def test_measured_over_a_folder(folder: Path, tmp_path: Path) -> None:
    result = kotae("eval", "retrieval", folder, "--index", tmp_path / "index", "--json")
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    cells = {(one["language"], one["evidence_language"], one["leg"]): one["figures"] for one in report["cells"]}
    assert cells["all", "all", "hybrid"]["questions"] == 4
    assert cells["ja", "both", "hybrid"]["hit"]["1"]["value"] == 1
    assert cells["ja", "both", "hybrid"]["recall"]["1"]["value"] == 0.5  # one of the two documents that answer it
    assert {leg for _, _, leg in cells} == {"hybrid", "dense", "lexical"}
    assert report["skipped"] == 1
    assert report["milliseconds"] > 0
    again = kotae("eval", "retrieval", folder, "--index", tmp_path / "index")
    assert again.exit_code == 0
    assert "1 question that no document answers is left out" in again.stdout


@pytest.mark.usefixtures("encoder")
def test_measured_across_languages_with_distractors(folder: Path, tmp_path: Path) -> None:
    more = write_collection(tmp_path / "more", [{"id": "x", "text": "Ottawa is the capital of Canada."}], QUESTIONS)
    result = kotae(
        *("eval", "retrieval", folder, "--index", tmp_path / "index", "--json", "--question-lang", "ja"),
        *("--document-lang", "en", "--distractors", more, "--top-k", "2"),
    )
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert {(one["language"], one["evidence_language"]) for one in report["cells"]} == {("ja", "en")}
    assert report["cells"][0]["figures"]["recall"].keys() == {"1", "2"}
    info = kotae("index", "info", "--index", tmp_path / "index", "--json")
    assert json.loads(info.stdout)["documents"] == 3


def test_several_documents_may_answer_a_question(tmp_path: Path) -> None:
    documents = [{"id": name, "text": f"東京は首都である。{name}"} for name in "abc"]
    questions = [
        {"id": "1", "question": "首都は？", "doc_ids": ["a", "c"], "pair_id": "p"},
        {"id": "2", "question": "首都は？", "doc_id": "b", "doc_ids": ["b", "a"]},
        {"id": "3", "question": "首都は？", "doc_ids": ["a"], "answerable": False},
    ]
    found = load_questions(write_collection(tmp_path / "c", documents, questions))
    assert [query.gold for query in found.queries] == [("c/a.txt", "c/c.txt"), ("c/b.txt", "c/a.txt")]
    assert [query.unit for query in found.queries] == ["p", ""]
    assert found.skipped == 1


@pytest.mark.usefixtures("encoder")
def test_variations_are_compared_and_exported(folder: Path, tmp_path: Path) -> None:
    run = ("eval", "retrieval", folder, "--index", tmp_path / "index", "--vary", "top_k=1,3")
    result = kotae(*run, "--vary", "retriever=hybrid,dense", "--trec", tmp_path / "trec", "--json")
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert report["baseline"] == "top_k=1,retriever=hybrid"
    assert [arm["name"] for arm in report["arms"]] == [
        *("top_k=1,retriever=hybrid", "top_k=1,retriever=dense", "top_k=3,retriever=hybrid", "top_k=3,retriever=dense")
    ]
    assert {change["figure"] for change in report["changes"]} >= {"hit@1", "hit@top_k"}
    assert all(
        change["difference"]["interval"]["low"] <= change["difference"]["estimate"] for change in report["changes"]
    )
    written = {path.name for path in (tmp_path / "trec").iterdir()}
    assert written == {"qrels.txt", *(f"top_k={k}.{leg}.run" for k in (1, 3) for leg in ("hybrid", "dense", "lexical"))}
    text = kotae(*run, "--baseline", "top_k=3")
    assert "top_k=1 minus top_k=3" in text.stdout


def test_variations_that_cannot_be_had_are_refused(folder: Path) -> None:
    refused(kotae("eval", "retrieval", folder, "--vary", "prompt=a,b"), "prompt=a,b", "top_k, encoder")
    refused(kotae("eval", "retrieval", folder, "--vary", "retriever=sparse"), "'sparse'", "lexical")
    refused(kotae("eval", "retrieval", folder, "--baseline", "top_k=3"), "top_k=3", "--vary")
    refused(kotae("eval", "retrieval", folder, "--vary", "top_k=1,3", "--baseline", "top_k=5"), "top_k=1; top_k=3")
    assert kotae("eval", "retrieval", folder, "--vary", "top_k=0").exit_code == 2


def test_refusals(folder: Path, tmp_path: Path) -> None:
    refused(kotae("eval", "retrieval", tmp_path), "documents.jsonl")
    refused(kotae("eval", "retrieval", folder, "--distractors", folder, "--index", tmp_path / "i"), "same name")
    refused(kotae("eval", "retrieval", tmp_path / "none.csv", "--document-lang", "en"), "--document-lang")


@pytest.mark.usefixtures("encoder")
def test_an_index_of_other_documents_is_left_alone(folder: Path, tmp_path: Path) -> None:
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    (corpus / "ja").mkdir(parents=True)
    (corpus / "ja" / "東京.md").write_text("東京は首都である。", encoding="utf-8")
    assert kotae("ingest", corpus, "--index", index).exit_code == 0
    refused(kotae("eval", "retrieval", folder, "--index", index), "ja/東京.md", "--index")
    again = kotae("ingest", corpus, "--index", index)
    assert "1 unchanged" in again.stdout
