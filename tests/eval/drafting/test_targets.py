"""Answers are chosen by rule: whole, as the passage has them, and from sentences that point at no other."""

from __future__ import annotations

import pytest

from eval.drafting.targets import find_targets
from tests.eval.drafting.chunks import BRIDGE, HASHI, chunk


def answers(text: str, title: str = "") -> set[str]:
    return {target.answer for target in find_targets(chunk(text, title))}


def test_names_numbers_and_dates_are_answers() -> None:
    assert {"Edinburgh", "1882", "73", "William Arrol"} <= answers(BRIDGE, "Forth Bridge")
    assert {"スコットランド", "1882年", "73人", "ウィリアム・アロル"} <= answers(HASHI, "フォース橋")


def test_a_sentence_that_points_at_another_has_none() -> None:
    assert "521 metres" not in answers(BRIDGE, "Forth Bridge")
    assert "521メートル" not in answers(HASHI, "フォース橋")
    assert "521 metres" in answers(BRIDGE.replace("Its main", "The main"), "Forth Bridge")
    assert "521メートル" in answers(HASHI.replace("この橋の", "橋の"), "フォース橋")


@pytest.mark.parametrize("text", [BRIDGE, HASHI])
def test_an_answer_stands_once_in_the_text_that_is_its_evidence(text: str) -> None:
    passage = chunk(text, start=40)
    targets = find_targets(passage)
    assert targets
    for target in targets:
        assert text[target.start - 40 : target.end - 40] == target.excerpt
        assert target.excerpt.count(target.answer) >= 1


def test_the_title_is_no_answer() -> None:
    assert "Forth Bridge" not in answers(BRIDGE, "Forth Bridge")
    assert "フォース" not in answers(HASHI, "フォース橋")


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("The plan came from John Fowler and Benjamin Baker of London.", "John Fowler"),
        ("The plan came from John Fowler and Benjamin Baker of London.", "Benjamin Baker"),
        ("The claims of Argentina, Chile and the United Kingdom overlapped there.", "Chile"),
        ("案を出したのはジョン・ファウラーとベンジャミン・ベイカーであった。", "ジョン・ファウラー"),
        ("町では西陣織、友禅染、清水焼などの工芸が盛んである。", "清水焼"),
        ("They were the best Japanese athletes of the century.", "Japanese"),
        ("活動は1967年6月まで、約3年半にわたって続いた。", "3年"),
        ("町は1896年、1933年、2011年の津波で大きな被害を受けた。", "2011年"),
        ("町の役場は埼玉県、山梨県との境に近いところにある。", "山梨県"),
        ("The treaty of the two states followed the Treaty of Madrid of 1750.", "The Treaty"),
        ("The lawyer met the president Ulysses S. Grant in the capital.", "Grant"),
        ("The probe was launched by an Ariane 1 rocket of the agency.", "Ariane"),
        ("The masters of the school worked from the late 1870s onwards.", "1870s"),
        ("The painter came to the town in about 1305.", "1305"),
        ("The stone of the tower weighs more than 99 tonnes.", "99 tonnes"),
        ("The liquid boils at plus 100 in an open pot.", "100"),
        ("The probe was sent to the comet 67P by the agency.", "67"),
        ("The council counts 211 members (as of 2024) in the world.", "2024"),
    ],
)
def test_a_part_of_a_list_or_of_a_longer_term_is_no_answer(text: str, part: str) -> None:
    assert part not in answers(text)


def test_a_number_keeps_its_commas() -> None:
    assert answers("About 2,800 cubic kilometres of rock was thrown out.") == {"2,800 cubic kilometres"}
    assert "4,200メートル" in answers("標高およそ4,200メートルの山頂は空気が薄い。")


def test_the_title_is_told_of_only_in_the_clause_of_the_answer() -> None:
    text = "The first power came in January 1961 and the dam was completed in June 1963."
    about = {found.answer: bool(found.about_title) for found in find_targets(chunk(text, "Avon Dam"))}
    assert about == {"January 1961": False, "June 1963": True}


def test_the_seed_decides_the_order_alone() -> None:
    passage = chunk(BRIDGE)
    orders = [[target.answer for target in find_targets(passage, seed)] for seed in (1, 1, 2, 3, 4)]
    assert orders[0] == orders[1]
    assert len({tuple(order) for order in orders}) > 1
    assert {frozenset(order) for order in orders} == {frozenset(orders[0])}
