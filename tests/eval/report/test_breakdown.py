"""Where the numbers come from: repeats, what is taken over, and why retrieval did not help."""

from __future__ import annotations

import io
from collections.abc import Mapping

import pytest
from rich.console import Console

from eval.dataset.conditions import Condition
from eval.report.breakdown import failures_sentence
from eval.report.build import build_report
from eval.report.files import write_all
from eval.report.terminal import print_report
from eval.runs.evaluate import QuestionSelection, evaluate_set
from eval.runs.run import load_run
from rag.errors import ModelFailed
from rag.factory import IndexSettings, ModelSettings
from rag.messages import Message
from rag.records import Decoding
from tests.eval.scripted import BOTH, REPLIES, ROWS, ScriptedChat, answer_for, lines, run_set, write_set

JA = {row[0]: row[1] for row in ROWS}
EN = {row[0]: row[3] for row in ROWS}


def split(folder, kind="all", language="all"):
    (run,) = build_report([folder]).runs
    return next(one for one in run.splits if (one.kind, one.language) == (kind, language))


def test_why_retrieval_did_not_help(verify, out) -> None:
    """Of 1, 2 and 4, the questions with evidence, only 1's evidence is the passage that everything gets."""
    wrong = {
        JA["1"]: "京都",
        EN["1"]: "!the model is down",
        JA["2"]: "鳥山明",
        JA["4"]: "弦楽器と打楽器",
        EN["4"]: "string",
    }
    run_set(out, verify, ScriptedChat(with_passages=wrong))
    whole = split(out)
    assert (whole.total, whole.evidence_given, whole.not_correct) == (6, 1, 5)
    assert (whole.model_missed, whole.retrieval_missed, whole.grading_refused, whole.failed) == (1, 3, 0, 1)
    assert split(out, "classification", "ja").retrieval_missed == 1


def test_an_answer_without_a_label_is_put_down_to_grading(tmp_path, out) -> None:
    verify = write_set(tmp_path / "set.csv", [(*row[:8], "ja/t.md", *row[9:]) for row in ROWS])
    run_set(out, verify, ScriptedChat(with_passages={JA["4"]: "弦楽器でもあり打楽器でもあります。", EN["4"]: "string"}))
    whole = split(out)
    assert (whole.total, whole.evidence_given) == (10, 10)
    assert (whole.grading_refused, whole.model_missed, whole.retrieval_missed) == (1, 1, 0)


def test_a_run_without_evidence_has_no_split(tmp_path, out) -> None:
    verify = write_set(tmp_path / "set.csv", [(*row[:8], "", *row[9:]) for row in ROWS])
    run_set(out, verify, ScriptedChat())
    assert build_report([out]).runs[0].splits == ()


def test_repeats_are_asked_and_counted_apart(verify, out) -> None:
    first = ScriptedChat(replies={**REPLIES, JA["1"]: "京都"})
    run_set(out, verify, first)
    assert build_report([out]).runs[0].spreads == ()
    later = ScriptedChat()
    run_set(out, verify, later, repeats=3)
    assert len(later.prompts) == 2 * 20
    (run,) = build_report([out]).runs
    spreads = {one.condition: one for one in run.spreads}
    assert spreads[Condition.NO_RAG].correct == (9, 10, 10)
    assert (spreads[Condition.NO_RAG].changed, spreads[Condition.NO_RAG].total) == (1, 10)
    assert spreads[Condition.RAG].changed == 1
    assert len(run.answers) == 20
    assert run.headline is not None
    assert run.headline.effect.comparison.baseline.correct == 9


@pytest.mark.usefixtures("encoder")
def test_each_repeat_has_a_seed_of_its_own(verify, out, script) -> None:
    settings = ModelSettings("scripted", Decoding(temperature=0.7, seed=5), 4096)
    evaluate_set(
        verify, out, QuestionSelection(("ja",), (Condition.NO_RAG,), repeats=3), settings, IndexSettings(out, None, 3)
    )
    assert {seed for engine in script.opened for seed in engine.seeds} == {5, 6, 7}


def test_the_same_prompt_is_asked_once(tmp_path, out) -> None:
    """Two rows with one question: the second's answer is the first's, and each is graded by its own reference."""
    twin = ("6", ROWS[0][1], "京都", ROWS[0][3], "Kyoto", *ROWS[0][5:])
    model = ScriptedChat()
    run_set(out, write_set(tmp_path / "set.csv", [ROWS[0]]), model)
    assert len(model.prompts) == 4
    other = tmp_path / "other"
    run_set(other, write_set(tmp_path / "twins.csv", [ROWS[0], twin]), model)
    assert len(model.prompts) == 8 + 4  # within one go each place is asked
    again = ScriptedChat()
    run_set(other, tmp_path / "twins.csv", again, conditions=[*BOTH, Condition.ORACLE])
    assert len(again.prompts) == 4


def test_answers_of_another_run_are_taken_over(verify, tmp_path, out) -> None:
    other = tmp_path / "other"
    run_set(other, verify, ScriptedChat(replies={**REPLIES, JA["1"]: "京都"}))
    model = ScriptedChat()
    run_set(out, verify, model, reuse=[other], top_k=5, index="another")
    assert model.prompts == []
    assert [line["answer"]["attempts"][0]["text"] for line in lines(out)].count("京都") == 2
    stranger = ScriptedChat()
    run_set(tmp_path / "third", verify, stranger, reuse=[other], model_identity="another@2")
    assert len(stranger.prompts) == 20
    assert len(load_run(out).log.by_key) == 20


def test_the_terminal_tells_it(verify, out) -> None:
    run_set(out, verify, ScriptedChat(with_passages={JA["1"]: "京都"}), repeats=2, conditions=tuple(Condition))
    console = Console(file=io.StringIO(), width=200, highlight=False)
    print_report(build_report([out]), console)
    said = console.file.getvalue()
    assert "The evidence was in the prompt of 2 of 6; 1 are not correct: 1 where the model missed it." in said
    assert "without retrieval, asked 2 times: 10, 10 of 10; 0 changed" in said
    assert "giving the gold passage" in said


def test_why_questions_have_no_answer_is_said_once(verify, out) -> None:
    run_set(out, verify, ScriptedChat(replies={**REPLIES, JA["1"]: "!no", EN["1"]: "!no"}))
    console = Console(file=io.StringIO(), width=200, highlight=False)
    print_report(build_report([out]), console)
    said = console.file.getvalue()
    assert "No answer to 4 of 20; the most frequent reason (4): no" in said


def test_the_reason_of_a_failure_is_in_the_readers_words(verify, out) -> None:
    run_set(out, verify, ScriptedChat(replies={**REPLIES, JA["1"]: "!This model is closed"}))
    report = build_report([out])
    assert failures_sentence(report.runs[0].answers, "ja") == (
        "20 件中 2 件で回答を得られませんでした。最も多い理由（2 件）：このモデルは閉じられています"
    )
    page = write_all(report, out, "ja").html.read_text(encoding="utf-8")
    assert "このモデルは閉じられています" in page
    assert "ModelFailed" not in page


def test_the_place_and_the_remedy_of_a_failure_too(verify, out, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(prompt: str, *replies: Mapping[str, str]) -> str:
        if JA["1"] not in prompt:
            return answer_for(prompt, *replies)
        what = Message("GPU {gpu} did not answer: {error}", gpu=1, error=Message("timed out"))
        raise ModelFailed(what, where="h", do="Omit them.")

    monkeypatch.setattr("tests.eval.scripted.answer_for", failing)
    run_set(out, verify, ScriptedChat())
    answers = build_report([out]).runs[0].answers
    assert failures_sentence(answers, "en").endswith("GPU 1 did not answer: timed out (h). Omit them.")
    assert failures_sentence(answers, "ja").endswith(
        "GPU 1 が応答しませんでした: 時間切れです（h）。これらのオプションを省いてください。"
    )
