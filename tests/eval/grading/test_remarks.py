"""Talk about answering goes; what was asked, refusals and what the caller keeps stay."""

from __future__ import annotations

import pytest

from eval.grading.remarks import from_restated_question, without_remarks
from rag.text.canonical import canonical, nfkc

JA = "琵琶湖がある都道府県はどこですか。"
EN = "Which river flows through Paris?"


@pytest.mark.parametrize(
    ("question", "answer", "content"),
    [
        (EN, "Sure! According to passage 2, it is the Seine. Hope this helps!", "it is the Seine."),
        (EN, "The answer can be found in passage 1. The Seine.", "The Seine."),
        (EN, "The river that flows through Paris is mentioned in passage 2. The Seine.", "The Seine."),
        (EN, "As an AI language model, I would say the Seine.", "the Seine."),
        (EN, "It is the Seine according to document 3.", "It is the Seine."),
        (EN, "The passages do not say it, but it is the Seine.", "it is the Seine."),
        (EN, "I do not know which river it is.", "I do not know which river it is."),
        (EN, "It is not the Seine.", "It is not the Seine."),
        (EN, "Thank you for your question.", "Thank you for your question."),
        (JA, "かしこまりました。資料[1]には、滋賀県と記載されています。", "滋賀県。"),
        (JA, "滋賀県です。お役に立てれば幸いです。", "滋賀県です。"),
        (JA, "資料には書かれていませんが、滋賀県です。", "滋賀県です。"),
        (JA, "資料には書かれていません。", "資料には書かれていません。"),
    ],
)
def test_what_stays(question: str, answer: str, content: str) -> None:
    assert without_remarks(question, canonical(answer)) == content


def test_what_the_caller_keeps_stays() -> None:
    assert without_remarks(EN, "Correct. It flows.", lambda stretch: "Correct" in stretch) == "Correct. It flows."


@pytest.mark.parametrize(
    ("answer", "rest"),
    [
        ("Sure!\nQuestion: Which river flows through Paris?\nAnswer: The Seine", True),
        ("ご質問ありがとうございます。\n質問：パリを流れる川は？\n回答：セーヌ川", True),
        ("かしこまりました。まず質問を確認します。\n\n問題: パリを流れる川は？\n答え: セーヌ川", True),
        ("The Seine\nQuestion: Which river flows through Rome?\nAnswer: The Tiber", False),
        ("セーヌ川です。\n質問：ローマを流れる川は？\n回答：テヴェレ川", False),
        ("I do not know.\nQuestion: Which river flows through Rome?\nAnswer: The Tiber", False),
        ("Question: Which river flows through Paris?\nAnswer: The Seine", False),
    ],
)
def test_an_answer_may_begin_with_the_question_after_a_courtesy(answer: str, rest: bool) -> None:
    end = answer.find("\n")
    assert from_restated_question(EN, answer) == (nfkc(answer[end:]) if rest else answer)
