"""Which language a short answer is in, Japanese beside English."""

from __future__ import annotations

import pytest

from eval.grading.answer_language import detect, language_correct
from eval.grading.ladder import Reference
from eval.grading.text import canonical

TOKYO = [Reference("東京", "ja"), Reference("Tokyo", "en")]
CURIE = [Reference("Marie Curie", "ja"), Reference("Maria Skłodowska-Curie", "en")]
NETWORK = [Reference("Distributed Adaptive Block Switchingの概念", "ja"), Reference("the concept", "en")]
BLOSSOM = [Reference("桜", "ja"), Reference("sakura (桜)", "en")]
AGENCY = [Reference("アメリカ航空宇宙局", "ja"), Reference("NASA", "en")]


@pytest.mark.parametrize(
    ("answer", "references", "japanese", "english"),
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
        ("도쿄", TOKYO, False, False),
        ("Токио", TOKYO, False, False),
        ("", TOKYO, False, False),
        ("。。。", TOKYO, False, False),
    ],
)
def test_language_of_an_answer(answer: str, references: list[Reference], japanese: bool, english: bool) -> None:
    assert language_correct(answer, "ja", references) is japanese
    assert language_correct(answer, "en", references) is english


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
    assert detect(canonical(text)) == language
