"""A server that fails is no wrong answer: its questions wait, the run stops in time, and goes on where it stopped."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import Field

from eval.dataset.conditions import Condition
from eval.report.build import build_report
from eval.runs.run import load_run
from rag.errors import ModelServerUnreachable, RunError, ServerUnreachable
from tests.eval.scripted import REPLIES, ROWS, OnePassage, ScriptedChat, lines, records, run_set
from tests.fakes import ScriptedChatModel

GONE = ModelServerUnreachable("No model server answers", where="http://127.0.0.1:8000/v1")


class Failing(ScriptedChat):
    """Answers all but some calls, counted from 0, which raise what `fails` has for them, and all but some questions."""

    fails: dict[int, Exception] = Field(default_factory=dict)
    questions: tuple[str, ...] = ()
    calls: list[str] = Field(default_factory=list)

    def _generate(self, messages, *args, **kwargs):
        self.calls.append(messages[-1].text)
        if (error := self.fails.get(len(self.calls) - 1)) is not None:
            raise error
        if any(question in messages[-1].text for question in self.questions):
            raise GONE
        return super()._generate(messages, *args, **kwargs)


def failing(*numbers: int, error: Exception = GONE) -> Failing:
    return Failing(fails=dict.fromkeys(numbers, error), calls=[])


def test_a_question_that_did_not_come_through_is_missing_and_not_wrong(verify, out) -> None:
    run_set(out, verify, failing(2, 5, 6), batch_size=1)
    report = build_report([out]).runs[0]
    cells = {cell.condition: cell for cell in report.cells if (cell.kind, cell.language) == ("all", "all")}
    no_rag = cells[Condition.NO_RAG]
    assert (no_rag.correct.total, no_rag.failed, no_rag.missing) == (10, 0, 3)
    assert report.missing == 3
    assert [line["failure"]["error"] for line in lines(out) if line["unanswered"]] == ["ModelServerUnreachable"] * 3


def test_a_failure_of_the_model_is_failed_and_not_missing(verify, out) -> None:
    run_set(out, verify, ScriptedChat(replies={**REPLIES, ROWS[0][1]: "!no"}))
    report = build_report([out]).runs[0]
    assert report.missing == 0
    assert sum(cell.failed for cell in report.cells if (cell.kind, cell.language) == ("all", "all")) == 2


def test_the_next_run_asks_what_did_not_come_through_and_ends_as_if_nothing_had_been(verify, out, tmp_path) -> None:
    run_set(tmp_path / "whole", verify, ScriptedChat())
    run_set(out, verify, failing(0, 3, 11), batch_size=1)
    again = ScriptedChat()
    run_set(out, verify, again)
    assert len(again.prompts) == 3
    assert [one for one in records(out) if one["failure"] is None] == records(tmp_path / "whole")
    assert build_report([out]).runs[0].missing == 0


@pytest.mark.parametrize("size", [1, 2, 8])
def test_a_server_that_has_gone_stops_the_run_and_loses_nothing(verify, out, tmp_path, size) -> None:
    model = failing(*range(4, 100))
    with pytest.raises(
        RunError, match=r"3 questions in a row.*No model server answers.*same command again to continue"
    ):
        run_set(out, verify, model, batch_size=size)
    assert len(model.calls) < 4 + 3 + size
    answered = [line for line in lines(out) if line["failure"] is None]
    assert len(answered) == 4
    assert json.loads((out / "run.json").read_text(encoding="utf-8"))["ended"] is None
    report = build_report([out]).runs[0]
    assert report.missing == 20 - 4
    run_set(out, verify, ScriptedChat())
    run_set(tmp_path / "whole", verify, ScriptedChat())
    assert [one for one in records(out) if one["failure"] is None] == records(tmp_path / "whole")


def test_failures_of_the_model_never_stop_a_run(verify, out) -> None:
    run_set(out, verify, ScriptedChat(replies=dict.fromkeys(REPLIES, "!no")))
    assert len(lines(out)) == 20


def test_answers_beside_those_that_fail_are_kept(verify, out) -> None:
    """Three of a batch of eight do not come through: the five others are written before the run stops.

    Named by question, as the threads of a batch call in any order.
    """
    model = Failing(questions=(ROWS[0][1], ROWS[0][3], ROWS[1][1]), calls=[])
    with pytest.raises(RunError):
        run_set(out, verify, model, batch_size=8)
    assert len([line for line in lines(out) if line["failure"] is None]) == 5


def test_a_server_of_passages_that_has_gone_stops_the_run_before_anything_is_asked(verify, out, monkeypatch) -> None:
    def gone(*_: object, **__: object) -> None:
        raise ServerUnreachable("No Chroma server answers")

    monkeypatch.setattr(OnePassage, "_get_relevant_documents", gone)
    model = ScriptedChat()
    with pytest.raises(RunError, match="No Chroma server answers"):
        run_set(out, verify, model, conditions=[Condition.RAG])
    assert model.prompts == []


def test_runs_from_before_are_read(verify, out) -> None:
    run_set(out, verify, ScriptedChat())
    path = out / "answers.jsonl"
    old = [{name: value for name, value in line.items() if name not in ("unanswered", "crc32")} for line in lines(out)]
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in old), encoding="utf-8")
    assert all(not one.unanswered for one in load_run(out).log.by_key.values())


def test_a_judge_that_has_gone_stops_too(tmp_path: Path) -> None:
    from langchain_core.messages import HumanMessage
    from langchain_core.prompt_values import ChatPromptValue

    from eval.fallback.judge.record import JudgeIdentity, JudgeRecord, load_judge
    from eval.fallback.judge.run import _call

    prompts = [ChatPromptValue(messages=[HumanMessage(f"質問{number}")]) for number in range(9)]
    record = JudgeRecord(JudgeIdentity("scripted", "scripted@1", {}, 4096))
    model = ScriptedChatModel(replies=["CORRECT", *[GONE] * 8])
    with pytest.raises(RunError, match="3 questions in a row"):
        _call(record, prompts, model, tmp_path, None)
    assert (kept := load_judge(tmp_path)) is not None
    assert "CORRECT" in kept.replies.values()
