"""The lists of frequent letters fit the character sets that they are for."""

from __future__ import annotations

from rag.text.frequent_letters import JAPANESE_KANJI, KOREAN, SIMPLIFIED_CHINESE, TRADITIONAL_CHINESE


def test_every_letter_is_in_its_character_set() -> None:
    for letters, encoding in (
        (JAPANESE_KANJI, "cp932"),
        (SIMPLIFIED_CHINESE, "gb2312"),
        (TRADITIONAL_CHINESE, "big5"),
        (KOREAN, "euc_kr"),
    ):
        assert all(len(letter) == 1 and len(letter.encode(encoding)) == 2 for letter in letters)
