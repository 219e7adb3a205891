"""Names in kana and in Latin letters: which are the same."""

from __future__ import annotations

import pytest

from rag.groundedness.sounds import romaji, same_name


@pytest.mark.parametrize(
    ("kana", "latin"),
    [
        ("トウキョウ", "tokyo"), ("シンジュク", "shinjuku"), ("チヂミ", "chijimi"), ("フジツボ", "fujitsubo"),
        ("ヴィオラ", "viora"),
        ("ウェブ", "webu"), ("ジェット", "jeto"), ("ニンギョウ", "ningyo"), ("サンポ", "sanpo"), ("", ""),
    ],
)  # fmt: skip
def test_kana_are_written_in_latin_letters(kana: str, latin: str) -> None:
    assert romaji(kana) == latin


@pytest.mark.parametrize(
    ("kana", "latin"),
    [
        ("コノミ", "Konomi"), ("オオタニ", "Ohtani"), ("キョウト", "Kyōto"), ("タロウ", "Taro"), ("ナンバ", "Namba"),
    ],
)  # fmt: skip
def test_japanese_names_agree_to_the_letter(kana: str, latin: str) -> None:
    assert same_name(kana, latin, foreign=False)
    assert not same_name(kana, latin + "ko", foreign=False)


@pytest.mark.parametrize(
    ("kana", "latin"),
    [
        ("ザイドル", "Seidl"), ("キュリー", "Curie's"), ("ドヴォルザーク", "Dvořák"), ("モーツァルト", "Mozart"),
        ("スティーブンソン", "Stephenson"), ("アロコス", "Arrokoth"), ("フィリップ", "Philip"), ("ゲラン", "Guérin"),
    ],
)  # fmt: skip
def test_foreign_names_agree_by_their_consonants(kana: str, latin: str) -> None:
    assert same_name(kana, latin, foreign=True)


@pytest.mark.parametrize(
    ("kana", "latin"), [("タケシ", "Takashi"), ("ザイドル", "Sibelius"), ("ハント", "Howe"), ("ア", "I")]
)
def test_others_do_not(kana: str, latin: str) -> None:
    assert not same_name(kana, latin, foreign=kana != "タケシ")
