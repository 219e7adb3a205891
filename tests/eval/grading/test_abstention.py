"""Which answers decline: a table that the rules were made on, one they were not, and relations between answers."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from eval.grading.abstention import declines
from eval.grading.ladder import AnswerOutcome, GradingRule, Reference, grade
from tests.rows import each_row

HERE = Path(__file__).parent


def _table(name: str) -> list[tuple[str, str, bool]]:
    with (HERE / name).open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [(row["question"], row["answer"].replace("\\n", "\n"), row["declined"] == "yes") for row in rows]


LEAST_RIGHT = {
    "abstention_chat.tsv": 0.97,
    "abstention_varied.tsv": 0.97,
    "abstention_unusual.tsv": 0.85,
    "abstention_fresh.tsv": 0.98,
    "abstention_third.tsv": 0.94,
    "abstention_written.tsv": 1,
}
REFUSALS = [row for row in _table("abstention_seen.tsv") if row[2]]
FACTS = (("Who won?", "Anna Holm won."), ("誰が勝ちましたか。", "山田さんが勝ちました。"))


@each_row("question, answer, declined", _table("abstention_seen.tsv") + _table("abstention_unseen.tsv"))
def test_an_answer_declines_or_answers(question: str, answer: str, declined: bool) -> None:
    assert declines(question, answer) is declined


@pytest.mark.parametrize("japanese", [True, False])
@pytest.mark.parametrize("table", LEAST_RIGHT)
def test_answers_of_many_authors_and_forms_are_read(table: str, japanese: bool) -> None:
    rows = [row for row in _table(table) if (not row[0].isascii()) is japanese]
    misses = [row for row in rows if declines(row[0], row[1]) is not row[2]]
    assert len(misses) <= (1 - LEAST_RIGHT[table]) * len(rows), misses


@each_row("question, answer, declined", _table("abstention_seen.tsv")[:60:3])
@each_row(
    "shape", ['{"answer": "%s"}', "**%s**", "<think>Anna Holm? 30 m?</think>%s", "Answer: %s", "<answer>%s</answer>"]
)
def test_the_shape_of_an_answer_changes_nothing(question: str, answer: str, declined: bool, shape: str) -> None:
    if not answer.startswith(("{", "<", "*")) and '"' not in answer:
        assert declines(question, shape % answer) is declined


@each_row("question, fact", FACTS)
@each_row("refusal", [answer for _, answer, _ in REFUSALS if "{" not in answer and "<" not in answer])
def test_an_assertion_behind_a_refusal_answers(question: str, fact: str, refusal: str) -> None:
    assert not declines(question, f"{refusal}\n{fact}")


@pytest.mark.parametrize("answer", ['{"answer": null}', '{"answer": "", "reason": "not in the text"}', "null"])
def test_no_value_declines(answer: str) -> None:
    assert declines("Who won?", answer)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Does the report mention costs?", "No, the report does not mention costs."),
        ("What does the report not mention?", "The report does not mention costs."),
        ("報告書に費用の記載はありますか。", "費用の記載はありません。"),
        ("How many are there?", "There are none."),
        ("いくつありますか。", "ありません。"),
        ("Why did he leave?", "He could not find work."),
        ("なぜ去りましたか。", "仕事が見つかりませんでした。"),
    ],
)
def test_a_negative_answer_is_an_answer(question: str, answer: str) -> None:
    assert not declines(question, answer)


@each_row("question, answer, declined", _table("abstention_unseen.tsv")[::3])
def test_of_a_question_that_cannot_be_answered_only_declining_is_right(
    question: str, answer: str, declined: bool
) -> None:
    verdict = grade(question, answer, [Reference("回答不可", "ja")], "open_qa", "en", answerable=False)
    assert verdict.correct is declined
    assert verdict.rule is GradingRule.ABSTENTION


@each_row("question, answer, declined", _table("abstention_unseen.tsv")[::3])
def test_of_a_question_that_can_be_answered_declining_is_refused(question: str, answer: str, declined: bool) -> None:
    verdict = grade(question, answer, [Reference("Zanzibar", "en")], "open_qa", "en")
    assert (verdict.content is AnswerOutcome.REFUSED) is declined


@pytest.mark.parametrize(
    ("reference", "answer"), [("不明", "不明です。"), ("なし", "なし"), ("0", "0"), ("unknown", "Unknown.")]
)
def test_an_answer_that_is_itself_unknown_or_none_is_right(reference: str, answer: str) -> None:
    assert grade("副作用は何ですか。", answer, [Reference(reference, "ja")], "open_qa", "ja").correct


def test_a_question_that_cannot_be_answered_has_empty_answers_that_are_neither() -> None:
    verdict = grade("Who won?", " ", [Reference("not answerable", "en")], "open_qa", "en", answerable=False)
    assert verdict.content is AnswerOutcome.EMPTY
