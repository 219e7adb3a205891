"""Words, languages, and BM25 over them."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.lexical.build import GRAMS, WORDS
from rag.lexical.columns import K1, rarity
from rag.lexical.search import GRAM_WEIGHT, LEADERS, LexicalIndex, _LanguageIndex
from rag.records import Chunk, Language
from rag.text.language import normalise
from rag.text.words import words
from tests.lexical_files import write_lexical

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
    assert next(iter(lexical.search("京都", "ja", 9))) == "1"


@pytest.mark.parametrize("question", ["H2O", "Ｈ２Ｏ", "ｈ２ｏ"])
def test_full_width_equals_half_width(lexical: LexicalIndex, question: str) -> None:
    assert lexical.search(question, "ja", 9) == lexical.search("H2O", "ja", 9)
    assert list(lexical.search(question, "ja", 9)) == ["2"]


def test_each_language_against_its_own_chunks(lexical: LexicalIndex) -> None:
    assert list(lexical.search("日本", "ja", 9)) == ["0"]
    assert set(lexical.search("Japan", "en", 9)) == {"3", "5"}


def test_best_first_with_lead(lexical: LexicalIndex) -> None:
    found = lexical.search("capital of Japan", "en", 9)
    assert list(found) == ["3", "5"]
    assert found["3"].score > found["5"].score > 0
    level = (found["3"].score + found["5"].score) / LEADERS
    assert [match.margin for match in found.values()] == pytest.approx(
        [match.score - level for match in found.values()]
    )
    assert lexical.search("capital of Japan", "en", 1) == {"3": found["3"]}


@pytest.mark.parametrize(
    ("question", "more", "language"), [("capital of Japan", ", zzqx", "en"), ("日本の首都", "、ゾグモフ", "ja")]
)
def test_margins_shrink_with_the_share_of_the_question_that_a_chunk_has(
    lexical: LexicalIndex, question: str, more: str, language: Language
) -> None:
    """A word that no chunk has changes no score; margins fall by the square of the share that the others are."""
    whole, part = (lexical.search(text, language, 9, also=["0", "1", "4"]) for text in (question, question + more))
    assert {key: match.score for key, match in part.items()} == {key: match.score for key, match in whole.items()}
    leg = lexical._indexes[language]
    rarities = [rarity(len(leg._field(WORDS).column(word)[0]), 3) for word in words(question, language)]
    share = (1 + K1) * _best_words(leg, question, language) / (sum(rarities) + rarity(0, 3))
    assert 0.3 < share < 0.9
    assert [match.margin for match in part.values()] == pytest.approx(
        [share**2 * match.margin for match in whole.values()], rel=1e-5
    )


def _best_words(leg: _LanguageIndex, question: str, language: Language) -> float:
    scores = dict.fromkeys(range(3), 0.0)
    for word in words(question, language):
        for chunk, score in zip(*leg._field(WORDS).column(word), strict=True):
            scores[int(chunk)] += float(score)
    return max(scores.values())


def test_chunks_asked_for_are_scored_whatever_they_score(lexical: LexicalIndex) -> None:
    found = lexical.search("capital of Japan", "en", 1, also=["5", "4", "0", "nowhere"])
    assert list(found) == ["3", "5", "4"], "0 is Japanese"
    assert found["4"].score == 0
    assert found["4"].margin < 0


@pytest.mark.parametrize(
    ("question", "asked_in", "among", "first"),
    [
        ("トウキョウはジャパンのキャピタルか", "ja", "en", "3"),
        ("Ｊａｐａｎの首都", "ja", "en", "3"),
        ("What is H2O?", "en", "ja", "2"),
        ("日本の首都", "ja", "en", "3"),
        ("水は何度で沸くか", "ja", "en", "4"),
        ("the capital of Japan", "en", "ja", "0"),
    ],
)
def test_words_cross_languages(
    lexical: LexicalIndex, question: str, asked_in: Language, among: Language, first: str
) -> None:
    assert next(iter(lexical.search(question, asked_in, 9, among=among))) == first


def test_compounds_cut_differently_still_match(tmp_path: Path) -> None:
    texts = ["日本銀行券の発行高", "日本の銀行にある口座"]
    write_lexical(tmp_path, [Chunk(str(n), text, "", f"{n}", "ja", 0, 9, 0) for n, text in enumerate(texts)])
    found = LexicalIndex(tmp_path).search("銀行券", "ja", 9)
    assert next(iter(found)) == "0"


@pytest.mark.parametrize("question", ["", "？", "xyzzy", "の"])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_nothing_to_find(lexical: LexicalIndex, question: str, language: Language) -> None:
    assert lexical.search(question, language, 9) == {}


def test_language_that_the_corpus_does_not_have(tmp_path: Path) -> None:
    write_lexical(tmp_path, [Chunk("0", "東京は首都である。", "", "0.txt", "ja", 0, 9, 0)])
    assert LexicalIndex(tmp_path).search("Tokyo", "en", 9) == {}


def test_of_several_translations_any_will_do_and_the_best_counts(tmp_path: Path) -> None:
    texts = ["The war of 1812.", "The war, the fighting, the warfare.", "A long peace.", "A long peace again."]
    write_lexical(tmp_path, [Chunk(str(n), text, "", f"{n}", "en", 0, 9, 0) for n, text in enumerate(texts)])
    lexical = LexicalIndex(tmp_path)
    found = lexical.search("戦争", "ja", 9, among="en")
    one_word = lexical.search("war", "en", 9)
    assert set(found) == {"0", "1"}
    war = [one_word[each].score - GRAM_WEIGHT * _grams(lexical, each) for each in "01"]
    assert [found[each].score for each in "01"] == pytest.approx(war), "three translations count no more than one"


def _grams(lexical: LexicalIndex, chunk: str) -> float:
    """What the n-grams of "war" add to a chunk's score for the word alone."""
    leg = lexical._indexes["en"]
    rows, scores = leg._field(GRAMS).column("war")
    return dict(zip(leg._ids(rows).tolist(), scores.tolist(), strict=True))[chunk.encode()]
