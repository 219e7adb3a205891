"""The oracle condition: the gold passages, for the questions that name them, from a real index."""

from __future__ import annotations

import pytest

from eval.dataset.conditions import Condition
from eval.dataset.load import load_dataset
from eval.report.build import build_report
from eval.runs.evaluate import QuestionSelection
from eval.runs.oracle import gold_retriever
from rag.errors import DatasetError, SettingsError
from rag.factory import IndexSettings, open_retriever
from tests.commands import kotae, refused
from tests.eval.dataset.layouts import LAYOUTS, table
from tests.eval.scripted import ROWS, lines, write_set

GOLD = {"1": "ja/東京.md", "2": "ja/許斐剛.md", "5": "en/water.md|ja/東京.md"}
NAMED = [(*row[:8], GOLD.get(row[0], ""), *row[9:]) for row in ROWS]


def passages(line: dict) -> set[str]:
    return {hit["chunk"]["source"] for hit in line["answer"]["hits"]}


@pytest.fixture
def named(tmp_path):
    return write_set(tmp_path / "named.csv", NAMED)


def test_only_gold_passages_are_given(named, index, out, script) -> None:
    kotae("eval", "run", named, "--out", out, "--index", index, "--model", "scripted", "--conditions", "rag,oracle")
    given = {(line["number"], line["language"]): passages(line) for line in lines(out) if line["condition"] == "oracle"}
    assert set(given) == {(number, language) for number in GOLD for language in ("ja", "en")}
    assert given["1", "ja"] == given["1", "en"] == {"ja/東京.md"}
    assert given["5", "en"] == {"en/water.md", "ja/東京.md"}


def test_the_nearest_of_two_gold_documents_is_first(named, index) -> None:
    retriever = gold_retriever(load_dataset(named).items, open_retriever(IndexSettings(index, None, 1)))
    for question in ("水の化学式は何ですか？", "What is the chemical formula of water?"):
        (document,) = retriever.invoke(question)
        assert document.metadata["source"] == "en/water.md"


def test_what_the_gold_passage_adds_is_reported(named, index, out, script) -> None:
    script.replies = dict.fromkeys(script.replies, "分かりません I do not know")
    kotae("eval", "run", named, "--out", out, "--index", index, "--model", "scripted",
          "--conditions", "no_rag,rag,oracle")  # fmt: skip
    (run,) = build_report([out]).runs
    totals = {one.condition: one.correct.total for one in run.cells if (one.kind, one.language) == ("all", "all")}
    assert totals == {Condition.NO_RAG: 10, Condition.RAG: 10, Condition.ORACLE: 6}
    whole = run.ceiling[-1].effect.comparison
    assert (whole.n, whole.baseline.correct, whole.treatment.correct) == (6, 0, 0)
    assert run.headline is not None
    assert run.headline.effect.comparison.n == 10


def test_evidence_that_is_not_in_the_index_is_named(tmp_path, index, out, script) -> None:
    verify = write_set(tmp_path / "set.csv")
    result = kotae("eval", "run", verify, "--out", out, "--index", index, "--model", "scripted",
                   "--conditions", "oracle")  # fmt: skip
    refused(result, "ja/t.md", "question 1")
    with pytest.raises(DatasetError, match="question 1"):
        gold_retriever(load_dataset(verify).items, open_retriever(IndexSettings(index, None, 1)))


def test_a_set_without_evidence_has_no_oracle(tmp_path, index) -> None:
    verify = write_set(tmp_path / "set.csv", [(*row[:8], "", *row[9:]) for row in ROWS])
    with pytest.raises(SettingsError, match="evidence"):
        gold_retriever(load_dataset(verify).items, open_retriever(IndexSettings(index, None, 1)))


def test_passages_of_the_set_need_no_index(tmp_path, encoder, out, script) -> None:
    """Of a set in Japanese alone: the run, its report and its files have no other language."""
    name, content, _, _ = LAYOUTS["JSQuAD"]
    (tmp_path / name).write_bytes(content())
    script.replies = {"何季の一種": "雨季", "どこで": "東アジア"}
    result = kotae("eval", "run", tmp_path / name, "--out", out, "--index", tmp_path / "none", "--model", "scripted",
                   "--conditions", "no_rag,oracle")  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "2 of 2 rows are questions (2 in ja)" in result.stderr
    given = [prompt for prompt in script.prompts if "雨の多い" in prompt or "東アジアの広範囲" in prompt]
    assert len(given) == 2
    (run,) = build_report([out]).runs
    assert {cell.language for cell in run.cells} == {"ja"}
    assert all(answer.evidence_given for answer in run.answers if answer.condition is Condition.ORACLE)
    with pytest.raises(SettingsError, match="No question of this set is in the language en"):
        QuestionSelection(("en",), (Condition.NO_RAG,)).scope(load_dataset(tmp_path / name))
    refused(kotae("eval", "retrieval", tmp_path / name, "--index", out), "No question of this set names a document")


def test_columns_by_hand_are_kept_with_the_run(tmp_path, encoder, out, script) -> None:
    path = tmp_path / "set.tsv"
    rows = ("お題", "正しい語", "メモ"), ("水の化学式は何ですか？", "H2O", ""), ("", "", "合計")
    path.write_bytes(table(*rows, delimiter="\t"))
    command = ("eval", "run", path, "--out", out, "--model", "scripted", "--conditions", "no_rag")
    refused(kotae(*command), "--columns question=お題,reference=正しい語")
    result = kotae(*command, "--columns", "question=お題,reference=正しい語")
    assert result.exit_code == 0, result.output
    assert "Left out: 1 with neither question nor reference (row 3)" in result.stderr
    assert "Not read: 'メモ'" in result.stderr
    (run,) = build_report([out]).runs
    assert [(answer.item.number, answer.verdict.correct) for answer in run.answers] == [("2", True)]
    result = kotae(*command, "--columns", "question=正しい語,reference=お題")
    assert result.exit_code == 1
    assert "different setting of columns" in result.stderr


def test_a_gold_span_is_of_its_chunks_alone(tmp_path, index) -> None:
    rows = [(*row[:8], "ja/東京.md[16:40]|ja/東京.md[99990:99999]" if row[0] == "1" else "", *row[9:]) for row in ROWS]
    (item, *_) = load_dataset(write_set(tmp_path / "set.csv", rows)).items
    retriever = open_retriever(IndexSettings(index, None, 1))
    (hit, *_) = [hit for hit in retriever.search("日本の首都") if hit.chunk.source == "ja/東京.md"]
    assert item.gold[0].overlaps(hit.chunk)
    assert not item.gold[1].overlaps(hit.chunk)
    with pytest.raises(DatasetError, match="99990:99999"):
        gold_retriever([item], retriever)
