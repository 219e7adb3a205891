"""Sentences before an answer that talk and name nothing are passed over; those that may answer are not."""

from __future__ import annotations

import pytest

from eval.grading.preambles import without_preamble


def kept(question: str, text: str, reference: str) -> str:
    return without_preamble(question, text, [reference], lambda part: reference in part)


@pytest.mark.parametrize(
    ("question", "text", "reference", "left"),
    [
        ("Who wrote it?", "The source covers this. It is Twain.", "Twain", "It is Twain."),
        ("What is the currency?", "Let me dig that up for you. It is the baht.", "baht", "It is the baht."),
        ("誰が書きましたか。", "添付の文書を拝見しました。漱石です。", "漱石", "漱石です。"),
        ("通貨は何ですか。", "本文が明快なので迷いません。円です。", "円", "円です。"),
    ],
)
def test_talk_before_the_answer_goes(question: str, text: str, reference: str, left: str) -> None:
    assert kept(question, text, reference) == left


@pytest.mark.parametrize(
    ("question", "text", "reference"),
    [
        ("Who wrote it?", "It is a committee. Twain copied it.", "Twain"),
        ("Who wrote it?", "The document names Austen. It is not Twain.", "Twain"),
        ("Who wrote the book?", "The text says the book is anonymous. Twain read it.", "Twain"),
        ("What is the currency?", "The answer is the peso. It is not the baht.", "baht"),
        ("誰が書きましたか。", "資料によると森鷗外です。漱石ではありません。", "漱石"),
    ],
)
def test_what_may_answer_stays(question: str, text: str, reference: str) -> None:
    assert kept(question, text, reference) == text
