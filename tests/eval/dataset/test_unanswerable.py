"""References that say that there is no answer, by what they say, in both languages; and answers that look like them."""

from __future__ import annotations

import pytest

from eval.dataset.load import load_dataset
from eval.dataset.unanswerable import says_unanswerable
from tests.eval.dataset.layouts import table
from tests.rows import each_row

SUBJECTS_JA = ("", "資料に", "与えられた情報には", "この文書からは、")
DECLINES_JA = (
    "回答不可 答えられません 記載がありません。 記載なし "
    "情報が不足しているため判断できない。 根拠が存在しないため回答不能 "
    "該当する情報はありません 回答できません。"
).split()
DECLINES_EN = """Not answerable.
unanswerable
Cannot be answered from the documents.
The passages do not say.
There is no information about this in the text.
Insufficient information
It is not possible to determine this from the passages.
This is not mentioned in the documents.
The document contradicts itself, so it cannot be determined.
No answer""".split("\n")
ANSWERS = """東京
不可
なし
0円
不明
いいえ、できません。送料は自己負担です。
基本料金は980円です。学割の記載はありません。
The fee is 980 yen. Discounts are not mentioned in the text.
No
None of the staff
Unknown Pleasures
Bicycles are not allowed.
回答は30日以内
情報通信業""".split("\n")


@each_row("text", [subject + decline for subject in SUBJECTS_JA for decline in DECLINES_JA])
def test_japanese_references_that_decline(text: str) -> None:
    assert says_unanswerable(text)


@each_row("text", DECLINES_EN)
@each_row("change", [str, str.upper, str.lower])
def test_english_references_that_decline(text: str, change) -> None:
    assert says_unanswerable(change(text))


@pytest.mark.parametrize("text", ANSWERS)
def test_answers_and_partial_answers_are_answers(text: str) -> None:
    assert not says_unanswerable(text)


def test_a_question_whose_reference_declines_is_not_answerable(tmp_path) -> None:
    path = tmp_path / "set.csv"
    path.write_bytes(table(("質問", "正解"), ("送料は？", "資料に記載なし"), ("返品は？", "30日以内")))
    assert [item.answerable for item in load_dataset(path).items] == [False, True]
