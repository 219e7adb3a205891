"""A run records every answer once, goes on where it stopped, and refuses what does not belong to it."""

from __future__ import annotations

import pytest

from eval.dataset.conditions import Condition
from eval.dataset.load import load_dataset
from eval.report.build import build_report
from eval.runs.answer_log import AnswerLog
from eval.runs.description import Scope
from eval.runs.run import execute, load_run
from rag.errors import RunBusy, RunError
from rag.storage.locks import folder_lock
from tests.eval.scripted import BOTH, REPLIES, ROWS, ScriptedChat, chains, identity, lines, records, run_set, write_set

QUESTION_JA = ROWS[0][1]


def test_every_question_is_asked_once(verify, out) -> None:
    model = ScriptedChat()
    run_set(out, verify, model)
    places = [(line["number"], line["language"], line["condition"]) for line in lines(out)]
    assert len(places) == len(set(places)) == 5 * 2 * 2
    assert len({line["key"] for line in lines(out)}) == 20
    assert len(model.prompts) == 20
    assert all(line["failure"] is None for line in lines(out))
    assert {line["answer"]["attempts"][0]["text"] for line in lines(out)} == set(REPLIES.values())


def test_a_finished_run_asks_nothing(verify, out) -> None:
    run_set(out, verify, ScriptedChat())
    before = (out / "answers.jsonl").read_bytes()
    again = ScriptedChat()
    run_set(out, verify, again)
    assert again.prompts == []
    assert (out / "answers.jsonl").read_bytes() == before
    assert load_run(out).ended is not None


def test_rag_records_the_passages_it_had(verify, out) -> None:
    run_set(out, verify, ScriptedChat())
    for line in lines(out):
        sources = [hit["chunk"]["source"] for hit in line["answer"]["hits"]]
        assert sources == (["ja/t.md"] if line["condition"] == "rag" else [])


def test_a_record_comes_back_as_it_was(verify, out) -> None:
    run_set(out, verify, ScriptedChat())
    log = AnswerLog(out)
    for line in lines(out):
        one = log.by_key[line["key"]]
        assert one.answer is not None
        assert one.text == line["answer"]["attempts"][0]["text"]
        assert one.condition is Condition(line["condition"])
        assert [hit.chunk.text for hit in one.answer.hits] == [h["chunk"]["text"] for h in line["answer"]["hits"]]


def test_both_attempts_of_a_repaired_answer_are_kept(verify, out) -> None:
    run_set(out, verify, ScriptedChat(replies={**REPLIES, QUESTION_JA: "The capital is Tokyo"}), numbers=["1"])
    ja, en = (next(one for one in lines(out) if one["language"] == name) for name in ("ja", "en"))
    assert [attempt["language_ok"] for attempt in ja["answer"]["attempts"]] == [False, False]
    assert [attempt["language_ok"] for attempt in en["answer"]["attempts"]] == [True]


@pytest.mark.parametrize(
    "change",
    [
        {"model_identity": "another@2"},
        {"decoding": {"temperature": 0.7}},
        {"context": 2048},
        {"prompt": "seed"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_key_depends_on_model_and_settings(verify, out, tmp_path, change) -> None:
    run_set(out, verify, ScriptedChat())
    run_set(tmp_path / "other", verify, ScriptedChat(), **change)
    assert not {line["key"] for line in lines(out)} & {line["key"] for line in lines(tmp_path / "other")}


def test_the_key_depends_on_the_prompt(verify, out, tmp_path) -> None:
    rows = [ROWS[0], (*ROWS[1][:1], "漫画『テニスの王子様』の作者は？", *ROWS[1][2:])]
    run_set(out, verify, ScriptedChat(), conditions=[Condition.NO_RAG], numbers=["1", "2"])
    run_set(tmp_path / "other", write_set(tmp_path / "b.csv", rows), ScriptedChat(), conditions=[Condition.NO_RAG])
    one, other = ({(x["number"], x["language"]): x["key"] for x in lines(o)} for o in (out, tmp_path / "other"))
    assert {place for place in one if one[place] != other[place]} == {("2", "ja")}


def test_the_same_twice_has_the_same_keys(verify, out, tmp_path) -> None:
    run_set(out, verify, ScriptedChat())
    run_set(tmp_path / "other", verify, ScriptedChat())
    assert records(out) == records(tmp_path / "other")


@pytest.mark.parametrize("size", [1, 2, 7, 100])
def test_batches_do_not_change_the_records(verify, out, tmp_path, size) -> None:
    failing = {**REPLIES, QUESTION_JA: "!down", ROWS[1][1]: "It was Takeshi Konomi"}
    run_set(out, verify, ScriptedChat(replies=failing), batch_size=4)
    run_set(tmp_path / "other", verify, ScriptedChat(replies=failing), batch_size=size)
    assert records(out) == records(tmp_path / "other")


def test_a_failure_is_recorded_and_tried_again(verify, out) -> None:
    run_set(out, verify, ScriptedChat(replies={**REPLIES, QUESTION_JA: "!the model is down"}))
    failed = [line for line in lines(out) if line["failure"] is not None]
    assert len(lines(out)) == 20
    assert {(line["number"], line["language"], line["condition"]) for line in failed} == {
        ("1", "ja", "no_rag"),
        ("1", "ja", "rag"),
    }
    assert failed[0]["answer"] is None
    assert (failed[0]["failure"]["error"], failed[0]["failure"]["message"]) == ("ModelFailed", "the model is down")

    again = ScriptedChat()
    run_set(out, verify, again)
    assert len(again.prompts) == 2
    assert all(QUESTION_JA in prompt for prompt in again.prompts)
    assert all(recorded.answer is not None for recorded in load_run(out).log.by_key.values())


def test_a_failure_of_the_repair_is_a_failure(verify, out) -> None:
    class Once(ScriptedChat):
        def _generate(self, messages, *args, **kwargs):
            if "もう一度" in str(messages[-1].text):
                raise RuntimeError("gone")
            return super()._generate(messages, *args, **kwargs)

    run_set(out, verify, Once(replies={**REPLIES, QUESTION_JA: "Tokyo it is"}), numbers=["1"])
    failed = [line for line in lines(out) if line["failure"]]
    assert [(line["language"], line["failure"]["error"]) for line in failed] == [("ja", "RuntimeError")] * 2


def test_a_torn_last_line_is_removed(verify, out, tmp_path) -> None:
    run_set(tmp_path / "whole", verify, ScriptedChat())
    run_set(out, verify, ScriptedChat())
    path = out / "answers.jsonl"
    path.write_bytes(path.read_bytes()[:-25])
    again = ScriptedChat()
    run_set(out, verify, again)
    assert len(again.prompts) == 1
    assert records(out) == records(tmp_path / "whole")


@pytest.mark.parametrize(
    "damage", [b'{"key": 1}', b"not json", b"[]", b"null", b"", b'{"key": "\xff\xfe"}'], ids=range(6)
)
def test_a_damaged_line_is_named(verify, out, damage) -> None:
    run_set(out, verify, ScriptedChat())
    path = out / "answers.jsonl"
    whole = path.read_bytes().split(b"\n")
    path.write_bytes(b"\n".join([*whole[:3], damage, *whole[4:]]))
    with pytest.raises(RunError) as caught:
        run_set(out, verify, ScriptedChat())
    assert f"{path}, line 4" in str(caught.value)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"model_identity": "another@2"}, "model_identity"),
        ({"decoding": {"temperature": 0.7}}, "decoding"),
        ({"prompt": "seed"}, "prompt"),
        ({"index": "another"}, "index"),
        ({"top_k": 9}, "top_k"),
        ({"build": "llama 2 (AMX)"}, "build"),
    ],
)
def test_another_setting_in_the_same_folder_is_refused(verify, out, change, name) -> None:
    run_set(out, verify, ScriptedChat(), build="llama 1 (AVX2)")
    before = (out / "answers.jsonl").read_bytes(), (out / "run.json").read_bytes()
    with pytest.raises(RunError) as caught:
        run_set(out, verify, ScriptedChat(), **change)
    assert name in str(caught.value)
    assert repr(next(iter(change.values()))) in str(caught.value)
    assert ((out / "answers.jsonl").read_bytes(), (out / "run.json").read_bytes()) == before


def test_a_run_without_its_build_goes_on_and_keeps_the_one_it_goes_on_with(verify, out, capsys) -> None:
    run_set(out, verify, ScriptedChat(), numbers=["1"])
    assert '"build"' not in (out / "run.json").read_text("utf-8")
    run_set(out, verify, ScriptedChat(), build="llama 1 (AVX2)")
    assert "did not record its model's build; it continues with llama 1 (AVX2)" in capsys.readouterr().err
    assert load_run(out).identity.build == "llama 1 (AVX2)"
    run_set(out, verify, ScriptedChat())  # a model that has none
    assert load_run(out).identity.build == "llama 1 (AVX2)"


def test_answers_of_another_build_are_not_reused(verify, out, tmp_path) -> None:
    run_set(out, verify, ScriptedChat(), build="llama 1 (AVX2)")
    with pytest.raises(RunError, match=r"another build of llama.cpp: llama 1 \(AVX2\), not llama 2 \(AMX\)"):
        run_set(tmp_path / "second", verify, ScriptedChat(), reuse=[out], build="llama 2 (AMX)")
    same = ScriptedChat()
    run_set(tmp_path / "third", verify, same, reuse=[out], build="llama 1 (AVX2)")
    assert same.prompts == []


def test_another_set_in_the_same_folder_is_refused(verify, out) -> None:
    run_set(out, verify, ScriptedChat())
    copy = (out / "verification.csv").read_bytes()
    write_set(verify, ROWS[:4])
    with pytest.raises(RunError, match="dataset_sha256"):
        run_set(out, verify, ScriptedChat())
    assert (out / "verification.csv").read_bytes() == copy


def test_more_conditions_compute_only_what_is_new(verify, out) -> None:
    run_set(out, verify, ScriptedChat(), conditions=[Condition.NO_RAG], index=None, encoder=None, top_k=None)
    again = ScriptedChat()
    run_set(out, verify, again)
    assert len(again.prompts) == 10
    assert all("<passage 1" in prompt for prompt in again.prompts)
    run = load_run(out)
    assert run.scope.conditions == BOTH
    assert run.identity.index == "digest"


def test_more_questions_and_languages_compute_only_what_is_new(verify, out) -> None:
    run_set(out, verify, ScriptedChat(), numbers=["1", "2"], languages=["ja"])
    again = ScriptedChat()
    run_set(out, verify, again, numbers=["1", "2", "3"], languages=["ja", "en"])
    assert len(again.prompts) == 12 - 4
    assert len(lines(out)) == 12


def test_a_folder_without_a_run(tmp_path) -> None:
    with pytest.raises(RunError, match="no run in this folder"):
        load_run(tmp_path)


@pytest.mark.parametrize(
    "text", ["[1]", "{}", '{"identity": {}}', "not json", '{"identity": {"model": 1}, "scope": 2}']
)
def test_a_damaged_description_is_named(verify, out, text) -> None:
    run_set(out, verify, ScriptedChat())
    (out / "run.json").write_text(text, encoding="utf-8")
    with pytest.raises(RunError):
        load_run(out)
    with pytest.raises(RunError):
        run_set(out, verify, ScriptedChat())


def test_going_on_without_retrieval_keeps_what_the_run_knows_of_its_index(verify, out) -> None:
    run_set(out, verify, ScriptedChat())
    run_set(out, verify, ScriptedChat(), conditions=[Condition.NO_RAG], index=None, encoder=None, top_k=None)
    assert load_run(out).identity.index == "digest"
    with pytest.raises(RunError, match="index"):
        run_set(out, verify, ScriptedChat(), index="another")


def test_a_changed_letter_of_an_answer_is_found(verify, out) -> None:
    """Not only what is no JSON any more: an answer that the model did not give must not count."""
    run_set(out, verify, ScriptedChat())
    path = out / "answers.jsonl"
    path.write_bytes(path.read_bytes().replace('"text": "東京"'.encode(), '"text": "京東"'.encode(), 1))
    with pytest.raises(RunError, match="line 1"):
        load_run(out)


def test_a_run_is_written_by_one_process(verify, out) -> None:
    run_set(out, verify, ScriptedChat(), numbers=["1"])
    before = (out / "answers.jsonl").read_bytes()
    with folder_lock(out, RunBusy("busy")), pytest.raises(RunBusy, match="Another process is writing to this run"):
        run_set(out, verify, ScriptedChat())
    assert (out / "answers.jsonl").read_bytes() == before


def test_reading_a_run_changes_nothing(verify, out) -> None:
    run_set(out, verify, ScriptedChat())
    path = out / "answers.jsonl"
    path.write_bytes(path.read_bytes()[:-25])
    before = path.read_bytes()
    assert len(load_run(out).log.by_key) == 19
    assert path.read_bytes() == before


def test_the_same_prompt_under_two_conditions_is_asked_once(verify, out) -> None:
    """Where nothing is withheld from what retrieval finds, the two prompts are the same."""
    model = ScriptedChat()
    dataset = load_dataset(verify)
    built = chains(model)
    scope = Scope(
        tuple(item.number for item in dataset.items if item.gold), ("ja",), (Condition.RAG, Condition.WITHHELD)
    )
    same = {Condition.RAG: built[Condition.RAG], Condition.WITHHELD: built[Condition.RAG]}
    execute(out, dataset, same, scope, identity(dataset), batch_size=2)
    assert len(model.prompts) == len(scope.numbers)
    assert len(lines(out)) == 2 * len(scope.numbers)
    assert all(line["retrieval_seconds"] >= 0 for line in lines(out))
    costs = [cell.cost for cell in build_report([out]).runs[0].cells]
    assert all(cost is not None and cost.retrieval_seconds is not None for cost in costs)
