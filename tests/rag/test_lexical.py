"""Words, languages, and BM25 over them."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.language import detect, normalise, words, written_in
from rag.lexical import LexicalIndex
from rag.lexical_build import write_lexical
from rag.records import Chunk, Language

TEXTS: list[tuple[str, Language]] = [
    ("東京は日本の首都である。", "ja"),
    ("京都は東の都に対して西の都と呼ばれた。", "ja"),
    ("水の化学式はＨ２Ｏである。", "ja"),
    ("Tokyo is the capital of Japan.", "en"),
    ("Water boils at one hundred degrees.", "en"),
    ("日本 is Japan, written in Japanese.", "en"),
]


@pytest.fixture
def lexical(tmp_path: Path) -> LexicalIndex:
    chunks = [
        Chunk(str(n), text, "", f"{n}.txt", language, 0, len(text), 0) for n, (text, language) in enumerate(TEXTS)
    ]
    write_lexical(tmp_path, chunks)
    return LexicalIndex(tmp_path)


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("日本の首都は東京です。", "ja", ["日本", "首都", "東京"]),
        ("東京都に行った", "ja", ["東京", "都", "行っ"]),
        ("ﾃﾆｽの王子様", "ja", words("テニスの王子様", "ja")),
        ("Ｈ２Ｏとは", "ja", words("H2Oとは", "ja")),
        ("The author's books", "en", ["author", "book"]),
        ("Ｔｏｋｙｏ", "en", ["tokyo"]),
        ("running, RUNS!", "en", ["run", "run"]),
        ("", "ja", []),
        ("。、？！", "ja", []),
        ("...", "en", []),
    ],
)
def test_words(text: str, language: Language, expected: list[str]) -> None:
    assert words(text, language) == expected


@pytest.mark.parametrize(
    ("one", "other"), [("ＡＢＣ１２３", "abc123"), ("ｶﾞｲﾄﾞ", "ガイド"), ("㈱", "(株)"), ("か\u3099", "が"), ("①", "1")]
)
def test_normalise(one: str, other: str) -> None:
    assert normalise(one) == normalise(other)


def test_words_and_not_letters_decide(lexical: LexicalIndex) -> None:
    assert list(lexical.search("東京", "ja", 9)) == ["0"], "東 and 京 apart are not 東京"
    assert list(lexical.search("京都", "ja", 9)) == ["1"]


@pytest.mark.parametrize("question", ["H2O", "Ｈ２Ｏ", "ｈ２ｏ"])
def test_full_width_equals_half_width(lexical: LexicalIndex, question: str) -> None:
    assert lexical.search(question, "ja", 9) == lexical.search("H2O", "ja", 9)
    assert list(lexical.search(question, "ja", 9)) == ["2"]


def test_each_language_against_its_own_chunks(lexical: LexicalIndex) -> None:
    assert list(lexical.search("日本", "ja", 9)) == ["0"]
    assert set(lexical.search("Japan", "en", 9)) == {"3", "5"}


def test_best_first_with_coverage(lexical: LexicalIndex) -> None:
    found = lexical.search("capital of Japan", "en", 9)
    assert list(found) == ["3", "5"]
    assert found["3"].score > found["5"].score > 0
    assert found["3"].coverage == pytest.approx(1)
    assert found["3"].coverage > found["5"].coverage > 0
    assert lexical.search("capital of Japan xyzzy", "en", 9)["3"].coverage < found["3"].coverage
    assert len(lexical.search("capital of Japan", "en", 1)) == 1


@pytest.mark.parametrize("question", ["", "？", "xyzzy", "の"])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_nothing_to_find(lexical: LexicalIndex, question: str, language: Language) -> None:
    assert lexical.search(question, language, 9) == {}


def test_language_that_the_corpus_does_not_have(tmp_path: Path) -> None:
    write_lexical(tmp_path, [Chunk("0", "東京は首都である。", "", "0.txt", "ja", 0, 9, 0)])
    assert LexicalIndex(tmp_path).search("Tokyo", "en", 9) == {}


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
    ("answer", "language", "question", "passes"),
    [
        ("東京です。", "ja", "日本の首都は？", True),
        ("Tokyo", "ja", "日本の首都は？", False),
        ("The capital is Tokyo.", "ja", "日本の首都は？", False),
        ("H2O", "ja", "水の化学式は？", True),
        ("9", "ja", "4+5は？", True),
        ("FIFA", "ja", "団体は？", True),
        ("Tokyo", "en", "What is the capital?", True),
        ("東京", "en", "What is the capital?", False),
        ("東京です。", "en", "What is the capital?", False),
        ("Takeshi Konomi (許斐剛)", "en", "Who?", True),
    ],
)
def test_written_in(answer: str, language: Language, question: str, passes: bool) -> None:
    assert written_in(answer, language, question) is passes
