"""The conditions oracle and withheld: gold passages given or taken out, with a real index."""

from __future__ import annotations

import pytest

from eval.dataset.conditions import Condition
from eval.dataset.items import GoldPassage
from eval.dataset.load import load_dataset
from eval.report.build import build_report
from eval.report.headlines import headline
from eval.runs.evaluate import Experiment, QuestionSelection
from eval.runs.evidence import NUMBER, evidence_retriever
from rag.errors import DatasetError, SettingsError
from rag.factory import IndexSettings, open_retriever
from rag.index.reader import Index
from rag.records import Chunk
from tests.commands import kotae, refused
from tests.eval.dataset.layouts import LAYOUTS, table
from tests.eval.dataset.layouts import lines as jsonl
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
    retriever = evidence_retriever(
        Condition.ORACLE, load_dataset(named).items, open_retriever(IndexSettings(index, None, 1))
    )
    for question in ("水の化学式は何ですか？", "What is the chemical formula of water?"):
        (document,) = retriever.invoke(question, {"metadata": {NUMBER: "5"}})
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


@pytest.mark.parametrize("condition", [Condition.ORACLE, Condition.WITHHELD])
def test_evidence_that_is_not_in_the_index_is_named(tmp_path, index, out, script, condition) -> None:
    verify = write_set(tmp_path / "set.csv")
    result = kotae("eval", "run", verify, "--out", out, "--index", index, "--model", "scripted",
                   "--conditions", condition)  # fmt: skip
    refused(result, "ja/t.md", "question 1")
    with pytest.raises(DatasetError, match="question 1"):
        evidence_retriever(Condition.ORACLE, load_dataset(verify).items, open_retriever(IndexSettings(index, None, 1)))


@pytest.mark.parametrize("condition", [Condition.ORACLE, Condition.WITHHELD])
def test_a_set_without_evidence_has_neither_condition(tmp_path, index, condition) -> None:
    verify = write_set(tmp_path / "set.csv", [(*row[:8], "", *row[9:]) for row in ROWS])
    with pytest.raises(SettingsError, match=f"The condition {condition} needs"):
        evidence_retriever(condition, load_dataset(verify).items, open_retriever(IndexSettings(index, None, 1)))


def test_an_index_that_cannot_serve_a_set_is_closed_again(tmp_path, index, monkeypatch) -> None:
    closed = []
    monkeypatch.setattr(Index, "close", lambda self: closed.append(id(self)))
    verify = write_set(tmp_path / "set.csv", [(*row[:8], "ja/no.md", *row[9:]) for row in ROWS])
    with pytest.raises(DatasetError, match=r"does not contain the evidence ja/no\.md"):
        Experiment.open(verify, QuestionSelection(None, (Condition.ORACLE,)), IndexSettings(index))
    assert len(closed) == 1


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
        evidence_retriever(Condition.ORACLE, [item], retriever)


@pytest.mark.parametrize("k", [1, 2, 3])
def test_what_comes_next_fills_the_places_of_withheld_passages(named, index, k) -> None:
    """The ranking of retrieval without the gold passages, whole where fewer than k are left."""
    items, retriever = load_dataset(named).items, open_retriever(IndexSettings(index, None, k))
    withheld = evidence_retriever(Condition.WITHHELD, items, retriever)
    for item in items:
        for question in item.questions.values():
            ranking = [hit.chunk for hit in retriever.search(question, retriever.index.store.count())]
            documents = withheld.invoke(question, {"metadata": {NUMBER: item.number}})
            assert [document.id for document in documents] == [
                chunk.id for chunk in ranking if not item.given(chunk)
            ][:k]  # fmt: skip
            assert [document.metadata["rank"] for document in documents] == list(range(1, len(documents) + 1))


def test_what_a_model_does_without_the_gold_passage_is_reported(named, index, out, script) -> None:
    """Question 1 is known from memory in Japanese, 2 declined, the others invented; question 3 has no evidence."""
    script.replies = {
        "首都はどこ": "東京", "capital of Japan?": "Kyoto", "テニスの王子様の作者": "資料には記載がありません。",
        "Prince of Tennis?": "The passages do not say.", "化学式は何": "CO2", "chemical formula of water": "It is CO2.",
    }  # fmt: skip
    kotae("eval", "run", named, "--out", out, "--index", index, "--model", "scripted", "--top-k", "1",
          "--conditions", "rag,withheld")  # fmt: skip
    (run,) = build_report([out]).runs
    given, counts = run.abstentions
    assert (counts.declined, counts.from_memory, counts.invented.correct, counts.invented.total) == (2, 1, 3, 6)
    assert counts.over_refusals.total == 0
    assert given.over_refusals.total == 10
    assert run.withheld is not None
    assert (run.withheld.n, run.withheld.fixed, run.withheld.broken) == (6, 0, 0)
    assert "of 6 answers 2 declined, 1 were right from memory, and 3 were invented" in headline(run, "en")
    assert "6 回答のうち 2 件が回答を控え、1 件が記憶による正答、3 件が作り出した回答" in headline(run, "ja")


def test_withheld_needs_an_index_even_where_the_set_has_the_passages(tmp_path, encoder, out, script) -> None:
    name, content, _, _ = LAYOUTS["JSQuAD"]
    (tmp_path / name).write_bytes(content())
    result = kotae("eval", "run", tmp_path / name, "--out", out, "--index", tmp_path / "none", "--model", "scripted",
                   "--conditions", "withheld")  # fmt: skip
    assert result.exit_code == 1
    assert "kotae ingest" in result.stderr


@pytest.mark.parametrize("shift", [-60, 0, 60])
def test_a_chunk_that_is_cut_elsewhere_than_the_passage_overlaps_it(shift) -> None:
    """At either end or within; a passage of the same document beside it does not."""
    document = "".join(f"第{number}条はその{number * 7}番目の規定である。" for number in range(40))
    gold = GoldPassage(text=document[200:320])
    start = 200 + shift

    def chunk(start: int, end: int) -> Chunk:
        return Chunk("c", document[start:end], "", "ja/a.md", "ja", start, end, 0)

    assert gold.overlaps(chunk(start, start + 120))
    assert gold.overlaps(chunk(start + 10, start + 50)) is (shift >= 0)
    assert not gold.overlaps(chunk(320, 440))
    assert not gold.overlaps(chunk(40, 160))


@pytest.mark.parametrize(
    ("named", "given"),
    [("規程.xlsx", True), ("規程.xlsx#旅費", True), ("旅費", True), ("規程.xls", False), ("規程.xlsx#旅", False)],
)
def test_a_file_that_is_named_is_all_of_its_parts(named, given) -> None:
    part = Chunk("c", "日当は2000円である。", "", "規程.xlsx#旅費", "ja", 0, 12, 0)
    assert GoldPassage(named).overlaps(part) is given


TWINS = [
    {"id": "a", "question": "図書館は何時に開くか。", "answers": ["9時"], "doc_ids": ["d1"], "answerable": True},
    {"id": "b", "question": "図書館は何時に開くか。", "answers": ["回答不可"], "doc_ids": [], "answerable": False},
    {"id": "c", "question": "何時に閉まるか。", "answers": ["17時"], "doc_ids": ["d1"], "answerable": True},
    {"id": "d", "question": "何時に閉まるか。", "answers": ["20時"], "doc_ids": ["d2"], "answerable": True},
]
DOCUMENTS = [
    {"id": "d1", "title": "図書館", "text": "図書館は9時に開き、17時に閉まる。", "lang": "ja"},
    {"id": "d2", "title": "体育館", "text": "体育館は10時に開き、20時に閉まる。", "lang": "ja"},
]


def test_documents_named_by_their_id_and_questions_asked_twice(tmp_path, encoder, out, script) -> None:
    """LIT-RAGBench's flat layout: a twin without evidence is asked without it, and equal texts have their own."""
    folder = tmp_path / "lit"
    folder.mkdir()
    (folder / "documents.jsonl").write_bytes(jsonl(DOCUMENTS))
    (folder / "questions.jsonl").write_bytes(jsonl(TWINS))
    assert kotae("ingest", folder, "--index", tmp_path / "index", "--exclude", "questions.jsonl").exit_code == 0
    script.replies = {"図書館は何時に開くか。": "9時です。"}
    result = kotae("eval", "run", folder / "questions.jsonl", "--out", out, "--index", tmp_path / "index",
                   "--model", "scripted", "--top-k", "1", "--conditions", "rag,oracle,withheld")  # fmt: skip
    assert result.exit_code == 0, result.output
    given = {(line["condition"], line["number"]): passages(line) for line in lines(out)}
    first, second = {"documents.jsonl#d1"}, {"documents.jsonl#d2"}
    assert given["rag", "a"] == given["oracle", "a"] == given["oracle", "c"] == first
    assert given["rag", "b"] == given["oracle", "d"] == given["withheld", "a"] == given["withheld", "c"] == second
    assert given["withheld", "d"] == first
    (run,) = build_report([out]).runs
    answers = {answer.item.number: answer for answer in run.answers if answer.condition is Condition.RAG}
    assert answers["a"].verdict.correct
    assert answers["a"].evidence_given
    assert answers["b"].invented
    checked = kotae("eval", "check", folder / "questions.jsonl", "--index", tmp_path / "index")
    assert "does not contain" not in checked.output
