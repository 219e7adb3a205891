"""What stored names are called; a name of the user's own stays itself."""

from __future__ import annotations

import pytest

from eval.report.names import counted, display_name, place_name


@pytest.mark.parametrize(
    ("value", "english", "japanese"),
    [
        ("no_rag", "without retrieval", "検索なし"),
        ("rag", "with retrieval", "検索あり"),
        ("oracle", "with the gold passage given", "根拠文書の提示あり"),
        ("withheld", "with the gold passage withheld", "根拠文書を除いた検索"),
        ("open_qa", "open question", "自由回答"),
        ("ja", "Japanese", "日本語"),
        ("数学", "数学", "数学"),
    ],
)
def test_names_in_the_readers_language(value: str, english: str, japanese: str) -> None:
    assert (display_name(value), display_name(value, "ja")) == (english, japanese)


def test_a_place_is_a_type_and_a_language() -> None:
    assert place_name("all", "all") == "all types, all languages"
    assert place_name("open_qa", "ja") == "open question, Japanese"
    assert place_name("all", "en", "ja") == "全種別、英語"


def test_one_is_singular() -> None:
    assert [counted(number, "question") for number in (0, 1, 2, 1234)] == [
        "0 questions", "1 question", "2 questions", "1,234 questions",
    ]  # fmt: skip
