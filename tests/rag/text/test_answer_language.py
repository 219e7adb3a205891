"""Which language a short answer is in, Japanese beside English."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from rag.records import Language
from rag.text.answer_language import in_language, spoken_language, wants_repair
from rag.text.canonical import canonical
from tests.rows import each_row


@dataclass(frozen=True)
class Reference:
    text: str
    language: str


TOKYO = [Reference("東京", "ja"), Reference("Tokyo", "en")]
CURIE = [Reference("Marie Curie", "ja"), Reference("Maria Skłodowska-Curie", "en")]
NETWORK = [Reference("Distributed Adaptive Block Switchingの概念", "ja"), Reference("the concept", "en")]
BLOSSOM = [Reference("桜", "ja"), Reference("sakura (桜)", "en")]
AGENCY = [Reference("アメリカ航空宇宙局", "ja"), Reference("NASA", "en")]


@each_row(
    "answer, references, japanese, english",
    [
        ("東京です。", TOKYO, True, False),
        ("It is Tokyo.", TOKYO, False, True),
        ("東京", TOKYO, True, False),
        ("Tokyo", TOKYO, False, True),
        ("東京 (Tokyo)", TOKYO, True, False),
        ("Tokyo (東京)", TOKYO, False, True),
        ("答えは Tokyo です", TOKYO, True, False),
        ("The Japanese word is 東京.", TOKYO, False, True),
        ("とうきょう", TOKYO, True, False),
        ("TOKYO", TOKYO, False, True),
        ("Marie Curie", CURIE, True, True),
        ("Marie Curieです。", CURIE, True, False),
        ("Marie Curie was born in Warsaw.", CURIE, False, True),
        ("Pierre Curie", CURIE, True, True),
        ("マリー・キュリー", CURIE, True, False),
        ("Distributed Adaptive Block Switching", NETWORK, True, True),
        ("Distributed Adaptive Block Switchingの概念です。", NETWORK, True, False),
        ("1546", TOKYO, True, True),
        ("1546年", TOKYO, True, False),
        ("in 1546", TOKYO, False, True),
        ("8.5 km", TOKYO, True, True),
        ("42%", TOKYO, True, True),
        ("H2O", TOKYO, True, True),
        ("K2", TOKYO, True, True),
        ("A", TOKYO, True, True),
        ("NASA", AGENCY, True, True),
        ("アメリカ航空宇宙局（NASA）", AGENCY, True, False),
        ("はい", TOKYO, True, False),
        ("No", TOKYO, False, True),
        ("分かりません。", TOKYO, True, False),
        ("I don't know.", TOKYO, False, True),
        ("桜", BLOSSOM, True, True),
        ("东京", TOKYO, False, False),
        ("19世纪の东京です。", TOKYO, True, False),
        ("答案是東京", TOKYO, False, False),
        ("森鷗外", TOKYO, True, False),
        ("The answer is 東京", TOKYO, False, True),
        ("도쿄", TOKYO, False, False),
        ("Токио", TOKYO, False, False),
        ("", TOKYO, False, False),
        ("。。。", TOKYO, False, False),
    ],
)
def test_language_of_an_answer(answer: str, references: list[Reference], japanese: bool, english: bool) -> None:
    assert in_language(answer, "ja", references=references) is japanese
    assert in_language(answer, "en", references=references) is english


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("日本の首都です", "ja"),
        ("the capital", "en"),
        ("3 × 3 = 9", "none"),
        ("Kublai Khan", "names"),
        ("日本的首都是東京", "other"),
    ],
)
def test_detection_without_references(text: str, language: str) -> None:
    assert spoken_language(canonical(text)) == language


@pytest.mark.parametrize(
    ("answer", "language", "question", "passes"),
    [
        ("東京です。", "ja", "日本の首都は？", True),
        ("Tokyo", "ja", "日本の首都は？", False),
        ("TOKYO", "ja", "日本の首都は？", False),
        ("The capital is Tokyo.", "ja", "日本の首都は？", False),
        ("The answer is 東京", "ja", "日本の首都は？", False),
        ("答えは東京 (Tokyo) です。", "ja", "日本の首都は？", True),
        ("H2O", "ja", "水の化学式は？", True),
        ("9", "ja", "4+5は？", True),
        ("8.5 km", "ja", "長さは？", True),
        ("FIFA", "ja", "団体は？", True),
        ("Marie Curie", "ja", "Marie CurieとLise Meitner、先に生まれたのは？", True),
        ("Marie", "ja", "Marie CurieとLise Meitner、先に生まれたのは？", True),
        ("Irène Curie", "ja", "Marie CurieとLise Meitner、先に生まれたのは？", False),
        ("It was Marie Curie.", "ja", "Marie CurieとLise Meitner、先に生まれたのは？", False),
        ("北京是中国的首都", "ja", "中国の首都は？", False),
        ("Москва", "ja", "ロシアの首都は？", False),
        ("Tokyo", "en", "What is the capital?", True),
        ("東京", "en", "What is the capital?", False),
        ("東京です。", "en", "What is the capital?", False),
        ("桜", "en", "Which is a tree, 桜 or 鯨?", True),
        ("Takeshi Konomi (許斐剛)", "en", "Who?", True),
        ("Москва", "en", "What is the capital of Russia?", False),
        ("", "ja", "日本の首都は？", True),
        ("。。。", "en", "What is the capital?", True),
    ],
)
def test_the_chain_asks_again(answer: str, language: Language, question: str, passes: bool) -> None:
    assert wants_repair(answer, language, question) is not passes
