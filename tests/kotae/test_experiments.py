"""Evaluations from Python: DataFrames in and out, any LangChain parts, and a run that is found again."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import kotae
from tests.eval.made_runs import make_run
from tests.eval.scripted import BOTH, REPLIES, ROWS, OnePassage, ScriptedChat, lines, write_set

FRAME = pd.DataFrame({"質問": [row[1] for row in ROWS], "正解": [row[2] for row in ROWS]})


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_from_a_table_to_a_verdict(here, encoder, capsys) -> None:
    model = ScriptedChat(
        replies={**REPLIES, ROWS[0][1]: "京都"}, with_passages={ROWS[0][1]: "東京", ROWS[1][1]: "知りません"}
    )
    result = kotae.evaluate(FRAME, model=model, retriever=OnePassage())
    assert list(result.summary["correct"])[-2:] == [4, 4]
    assert list(result.flips["change"]) == ["fixed", "broken"]
    assert list(result.flips["question"]) == [ROWS[0][1], ROWS[1][1]]
    assert len(result.answers) == 2 * len(ROWS)
    assert set(result.answers["verdict"]) == {"correct", "wrong"}
    assert "run" not in {*result.summary, *result.answers, *result.flips, *result.comparison}
    assert result.language == "ja"
    assert repr(result).startswith("文書検索の効果は判定できません")
    assert f"The run is in {result.folder}" in capsys.readouterr().err
    assert result.folder.parent == Path(".kotae/runs")
    identity = result.report.runs[0].identity
    assert (identity.model_identity, identity.index) == ("ScriptedChat", "retriever OnePassage")
    assert identity.decoding == {"name": "scripted"}


def test_a_run_may_end_when_it_is_decided(here, encoder) -> None:
    questions = [f"{row[1]}（{number}）" for number in range(8) for row in ROWS]
    frame = pd.DataFrame({"質問": questions, "正解": [row[2] for row in ROWS] * 8})
    right = dict(zip(questions, frame["正解"], strict=True))
    model = ScriptedChat(replies=dict.fromkeys(questions, "分かりません"), with_passages=right)
    result = kotae.evaluate(frame, model=model, retriever=OnePassage(), until_decided=True)
    assert len(result.answers) < 2 * len(frame)
    assert "判定がつきました" in repr(result)


def test_the_same_call_goes_on_where_it_was_interrupted(here, encoder, capsys) -> None:
    class Interrupted(ScriptedChat):
        stop_at: int = len(FRAME) + 1  # in the second batch

        def _generate(self, *arguments, **settings):
            if len(self.prompts) == self.stop_at:
                raise KeyboardInterrupt
            return super()._generate(*arguments, **settings)

        @property
        def _llm_type(self) -> str:
            return "scripted"

    Interrupted.__name__ = ScriptedChat.__name__
    with pytest.raises(KeyboardInterrupt):
        kotae.evaluate(FRAME, model=Interrupted(), retriever=OnePassage(), conditions=["no_rag", "rag"])
    assert "the same call continues" in capsys.readouterr().err
    (folder,) = Path(".kotae/runs").iterdir()
    before = len(lines(folder))
    model = ScriptedChat()
    result = kotae.evaluate(FRAME, model=model, retriever=OnePassage())
    assert result.folder == folder
    assert result.report.runs[0].finished
    assert len(model.prompts) == 2 * len(FRAME) - before
    again = ScriptedChat()
    assert kotae.evaluate(FRAME, model=again, retriever=OnePassage()).folder == folder
    assert again.prompts == []


@pytest.mark.parametrize("change", [{"name_": "another"}, {}])
def test_another_model_or_set_has_another_folder(here, encoder, change) -> None:
    first = kotae.evaluate(FRAME, model=ScriptedChat(), retriever=OnePassage(), limit=1)
    other = kotae.evaluate(
        FRAME if change else FRAME.iloc[:2], model=ScriptedChat(**change), retriever=OnePassage(), limit=1
    )
    assert first.folder != other.folder


def test_a_file_an_index_and_options(script, verify, tmp_path, encoder) -> None:
    result = kotae.evaluate(
        str(verify), tmp_path / "run", model="scripted", conditions=["no_rag"], languages=["ja"], limit=2
    )
    assert result.report.runs[0].questions == 2
    assert kotae.load_run(str(tmp_path / "run")).report.runs[0].identity == result.report.runs[0].identity
    with pytest.raises(kotae.KotaeError, match="rga"):
        kotae.evaluate(verify, tmp_path / "other", model="scripted", conditions=["rga"])


def test_an_own_retriever_is_not_asked_for_named_evidence(verify, tmp_path) -> None:
    with pytest.raises(kotae.KotaeError, match="oracle needs an index of kotae, not another"):
        kotae.evaluate(
            verify, tmp_path / "run", model=ScriptedChat(), retriever=OnePassage(), conditions=["no_rag", "oracle"]
        )


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (pd.DataFrame({"問い": ["a"], "z": ["b"]}), ['columns="question=問い,reference=z"', "the DataFrame"]),
        (pd.DataFrame({"質問": ["a", None], "正解": ["b", "c"]}), ["the DataFrame, row 2, column '質問'"]),
        (pd.DataFrame({"質問": ["a"], "正解": ["b"], "labels": [[]]}), []),
    ],
)
def test_what_is_wrong_with_a_table_is_said_in_words_of_python(frame, words, tmp_path) -> None:
    if not words:
        return
    with pytest.raises(kotae.KotaeError) as caught:
        kotae.evaluate(frame, tmp_path / "run", model=ScriptedChat(), retriever=OnePassage())
    assert "--columns" not in str(caught.value)
    for word in words:
        assert word in str(caught.value)


def test_options_of_the_command_line_are_named_as_arguments(tmp_path) -> None:
    settings = {"model": ScriptedChat(), "retriever": OnePassage()}
    with pytest.raises(kotae.KotaeError, match="limit and sample cannot"):
        kotae.evaluate(FRAME, tmp_path / "run", limit=1, sample=1, **settings)
    with pytest.raises(kotae.KotaeError, match=r'Use languages=\["ja"\]'):
        kotae.evaluate(FRAME, tmp_path / "run", languages=["en"], **settings)


def test_ipython_prints_no_traceback() -> None:
    shown = kotae.KotaeError("It failed", where="a.csv, row 3", do="Mend it.")._render_traceback_()
    assert shown == ["KotaeError: It failed", "  where: a.csv, row 3", "Mend it."]


def test_runs_are_compared(tmp_path) -> None:
    verify = write_set(tmp_path / "set.csv")
    wrong = {(row[0], "ja", condition): "分からない" for row in ROWS for condition in BOTH}
    right = {(row[0], "ja", condition): row[2] for row in ROWS for condition in BOTH}
    base = make_run(tmp_path / "base", verify, wrong, languages=("ja",))
    new = make_run(tmp_path / "new", verify, right, languages=("ja",))
    compared = kotae.compare(kotae.load_run(base), f"{new}:no_rag", max_drop=3)
    assert (compared.change, compared.accepted) == ("undecided", False)
    assert list(compared.flips["change"]) == ["fixed"] * len(ROWS)
    assert repr(kotae.compare(base, f"{new}:no_rag")).startswith("Undecided: 0 → 5 of 5")
    assert repr(compared).startswith("判定できません：5 問中 0 → 5 正解")
    both = kotae.load_run(base, new)
    assert "run" in both.summary.columns
    with pytest.raises(kotae.KotaeError, match="There are 2 runs"):
        _ = both.folder


def test_a_table_of_answers_is_graded() -> None:
    frame = pd.DataFrame(
        {"question": ["日本の首都は？", "水の化学式は？", None], "reference": ["東京", "H2O", None],
         "answer": ["答えは東京です。", None, "x"]},
        index=[7, 8, 9],
    )  # fmt: skip
    graded = kotae.grade(frame)
    assert list(graded["verdict"][:2]) == ["correct", "empty"]
    assert graded["verdict"].isna().to_list() == [False, False, True]
    assert list(graded.index) == [7, 8, 9]
    assert "verdict" not in frame
    assert list(kotae.grade(graded)["reason"]) == list(graded["reason"])


def test_a_file_of_answers_is_graded(tmp_path) -> None:
    path = tmp_path / "answers.csv"
    path.write_text("番号,質問,正解,生成回答\n1,首都は？,東京,京都\n1,首都は？,東京,東京\n", encoding="utf-8")
    graded = kotae.grade(path)
    assert list(graded["verdict"]) == ["wrong", "correct"]
    assert list(graded["番号"]) == ["1", "1"]


@pytest.mark.parametrize(
    ("question", "answer", "references", "correct"),
    [
        ("日本の首都は？", "答えは東京です。", ["東京", "Tokyo"], True),
        ("What is the capital of Japan?", "It is Tokyo.", ["東京", "Tokyo"], True),
        ("日本の首都は？", "京都です。", ["東京"], False),
    ],
)
def test_an_answer_is_graded(question, answer, references, correct) -> None:
    assert kotae.grade(question, answer, *references).correct is correct
    assert kotae.grade(question, answer, *references).language_correct
    assert not kotae.grade(question, answer, *references, language="en" if "？" in question else "ja").language_correct


@pytest.mark.usefixtures("encoder")
def test_arms_take_any_model_and_retriever(verify, tmp_path) -> None:
    model = ScriptedChat()
    other = ScriptedChat(name_="other", replies={ROWS[0][1]: "東京"})
    arms = [
        kotae.Arm("one", model, OnePassage(text="琴は弦楽器である。")),
        kotae.Arm("two", model, OnePassage()),
        kotae.Arm("other", other, OnePassage()),
    ]
    result = kotae.evaluate_arms(verify, tmp_path / "arms", arms, baseline="two", languages=["ja"])
    assert [run.name for run in result.report.runs] == ["one", "two", "other"]
    pairs = {(cell.old, cell.new): cell.effect.comparison for cell in result.report.overall_comparisons}
    assert {pair: (cell.fixed, cell.broken) for pair, cell in pairs.items()} == {
        ("two", "one"): (0, 0),
        ("two", "other"): (0, 4),
    }
    before = len(model.prompts)
    kotae.evaluate_arms(verify, tmp_path / "arms", arms, languages=["ja"])
    assert len(model.prompts) == before == 10
    with pytest.raises(kotae.KotaeError, match="Two arms are called 'one'"):
        kotae.evaluate_arms(verify, tmp_path / "twice", [arms[0], arms[0]])
