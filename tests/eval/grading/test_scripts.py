"""A name counts in the other script by its sound, if no reference is in that script."""

from __future__ import annotations

import pytest

from eval.grading.ladder import Reference, grade
from eval.grading.scripts import in_other_kana, in_other_script

NAMES = (
    ("Edward Belton", "エドワード・ベルトン"),
    ("Helen Marlow", "ヘレン・マーロウ"),
    ("Tallinn", "タリン"),
    ("Gdansk", "グダンスク"),
    ("Victor Hugo", "ヴィクトル・ユゴー"),
)
PAIRS = [(latin, kana) for latin, kana in NAMES[:4]]


@pytest.mark.parametrize(("latin", "kana"), PAIRS)
def test_a_name_is_found_in_either_script(latin: str, kana: str) -> None:
    assert [*in_other_script(latin, f"それは{kana}です。")] == [kana]
    assert [*in_other_script(kana, f"it was {latin}.")] == [latin]


@pytest.mark.parametrize(("latin", "kana"), [(a, b) for a, _ in PAIRS for c, b in PAIRS if a != c])
def test_another_name_is_not(latin: str, kana: str) -> None:
    assert not [*in_other_script(latin, f"それは{kana}です。")]


@pytest.mark.parametrize(("latin", "kana"), PAIRS)
def test_objections_hold_for_it(latin: str, kana: str) -> None:
    def correct(answer: str, *references: str) -> bool:
        accepted = [Reference(reference, "en") for reference in references]
        return grade("Who or what was it called after?", answer, accepted, "open_qa", "en").correct

    assert correct(f"{kana}です。", latin)
    assert not correct(f"{kana}ではありません。", latin)
    assert not correct(f"{kana}です。", latin, "モーリス")


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("奈良", "ならです。", ["なら"]),
        ("奈良", "答え:ナラ", ["ナラ"]),
        ("奈良", "それなら京都です。", []),
        ("千葉", "いちばん多いのは茨城です。", []),
        ("土佐", "薩摩とされます。", []),
        ("徳川家康", "それはとくがわいえやすでした。", ["とくがわいえやす"]),
    ],
)
def test_a_short_reading_stands_alone(name: str, text: str, found: list[str]) -> None:
    assert [*in_other_kana(name, text)] == found
