"""The main language of a text."""

from __future__ import annotations

import pytest

from rag.records import Language
from rag.text.language import detect, language_of_tag


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


@pytest.mark.parametrize(
    ("tags", "language"),
    [
        ("ja JA ja-JP ja_JP ja-JP-mac ja_JP.UTF-8 ja-Jpan jpn Japanese 日本語 ｊａ", "ja"),
        ("en EN en-US en_GB en-GB-oxendict en_US.UTF-8@euro eng English 英語", "en"),
        ("fr zh-Hans zh-CN ko kor jam enm und x-klingon -ja", None),
    ],
)
def test_tags(tags: str, language: Language | None) -> None:
    assert {language_of_tag(tag) for tag in tags.split()} == {language}
    assert {language_of_tag(f" {tag}\n") for tag in tags.split()} == {language}
