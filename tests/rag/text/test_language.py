"""The main language of a text."""

from __future__ import annotations

import pytest

from rag.records import Language
from rag.text.language import detect


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("日本の首都はどこですか？", "ja"),
        ("What is the capital of Japan?", "en"),
        ("Who is 許斐剛?", "en"),
        ("「The Prince of Tennis」の作者は誰ですか？", "ja"),
        ("ＮＨＫとは何か", "ja"),
        ("ﾄｳｷｮｳ", "ja"),
        ("81", "en"),
        ("", "en"),
    ],
)
def test_detect(text: str, language: Language) -> None:
    assert detect(text) == language
