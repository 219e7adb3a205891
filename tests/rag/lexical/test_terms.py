"""Words, pieces of words, and the English words in a Japanese text."""

from __future__ import annotations

import pytest

from rag.lexical.terms import english_words, grams
from rag.records import Language


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("首都は東京。", "ja", ["首都", "都は", "は東", "東京"]),
        ("水", "ja", ["水"]),
        ("ﾃﾆｽ", "ja", ["テニ", "ニス"]),
        ("Tokyo is", "en", ["tok", "oky", "kyo", "is"]),
        ("Ｔｏｋｙｏ", "en", ["tok", "oky", "kyo"]),
        ("。、", "ja", []),
        ("", "en", []),
    ],
)
def test_grams(text: str, language: Language, expected: list[str]) -> None:
    assert grams(text, language) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("マルティン・ルターの国籍は？", ["martin", "luther"]),
        ("Marie Curieの賞", ["mari", "curi"]),
        ("ネットワークとデータ", ["network", "data"]),
        ("1999年のＣＯ２", ["1999", "co2"]),
        ("ルターとH2O", ["h2o", "luther"]),
        ("チンギス・ハーン", []),  # UniDic knows no spelling, only that it is foreign
        ("東京は日本の首都", []),
    ],
)
def test_english_words(text: str, expected: list[str]) -> None:
    assert english_words(text) == expected
