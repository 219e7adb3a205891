"""Which column holds the answers of a model, and the verdict on each row."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.runs.answer_table import read_answers
from rag.errors import KotaeError

QUESTION, REFERENCE, ANSWER = "日本の首都はどこですか？", "東京", "東京です。"


def graded(header: list[str], row: list[object], columns: str = "", times: int = 1) -> list[bool | None]:
    line = json.dumps(dict(zip(header, row, strict=True)), ensure_ascii=False)
    table = read_answers(Path("t.jsonl"), "\n".join([line] * times).encode(), columns)
    return [None if row.verdict is None else row.verdict.correct for row in table.rows]


@pytest.mark.parametrize(
    "header",
    [
        ["question", "reference", "answer"],
        ["質問", "正解", "回答"],
        ["質問", "模範解答", "生成回答"],
        ["question", "answer", "prediction"],
        ["question", "answer", "Model Answer"],
        ["instruction", "ground_truth", "response"],
        ["instruction", "Reference", "Answer"],
        ["問い", "正答", "出力"],
    ],
)
def test_the_column_of_the_answers_is_found_whatever_the_order(header) -> None:
    row = [QUESTION, REFERENCE, ANSWER]
    assert graded(header, row) == [True]
    assert graded(header[::-1], row[::-1]) == [True]
    assert graded(header, [QUESTION, "大阪", ANSWER]) == [False]


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (["question", "answer"], "no column with the answers"),
        (["question", "answer", "response"], "Several columns"),
        (["question", "reference", "prediction", "generation"], "Several columns"),
        (
            ["question(jp)", "reference(jp)", "question(en)", "reference(en)", "answer"],
            "several columns with questions",
        ),
    ],
)
def test_what_is_left_open_is_refused(header, words) -> None:
    with pytest.raises(KotaeError, match=words) as caught:
        graded(header, [QUESTION] * len(header))
    assert "answer=NAME" in str(caught.value)


def test_columns_say_which_is_which() -> None:
    header, row = ["q1", "a, b", "c"], [QUESTION, REFERENCE, ANSWER]
    assert graded(header, row, 'question=q1,"reference=a, b",answer=c') == [True]
    assert graded(["question", "response", "answer"], row, "reference=response,answer=answer") == [True]
    with pytest.raises(KotaeError, match="no column 'd'"):
        graded(header, row, 'question=q1,"reference=a, b",answer=d')


@pytest.mark.parametrize("answer", [None, "", "  "])
def test_an_empty_answer_is_wrong(answer) -> None:
    assert graded(["question", "reference", "answer"], [QUESTION, REFERENCE, answer]) == [False]


def test_rows_may_share_a_number_and_a_row_may_ask_nothing() -> None:
    assert graded(["NO", "question", "reference", "answer"], [1, QUESTION, REFERENCE, ANSWER], times=3) == [True] * 3
    assert graded(["question", "reference", "answer", "x"], [None, None, ANSWER, 1]) == [None]


def test_labels_types_and_answerable_count_as_in_a_set() -> None:
    header = ["question", "reference", "answer", "type", "labels"]
    row = [
        "琴は弦楽器ですか、打楽器ですか？",
        "弦楽器",
        "打楽器ではなく弦楽器",
        "classification",
        "弦楽器=string|打楽器=percussion",
    ]
    assert graded(header, row) == [True]
    assert graded(["question", "reference", "answer"], [QUESTION, "回答不可", "分かりません。"]) == [True]
