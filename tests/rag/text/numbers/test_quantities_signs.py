"""Signs, versions and times of day, however they are written."""

from __future__ import annotations

import itertools

import pytest

from rag.text.canonical import canonical
from rag.text.numbers.quantities import read_numbers
from rag.text.numbers.times import find_times
from rag.text.word_match import folded


@pytest.mark.parametrize(
    "text",
    [
        "-5度", "−5度", "－５度", "–5 degrees", "マイナス5度", "マイナス五度", "氷点下5度", "零下五度", "△5", "▲5",
        "minus five degrees", "negative 5", "5 degrees below zero", "five below zero", "気温は-5度です", "気温-5度",
        "約-5度", "(-5)", "=-5", "答え：-5", '"-5"', "-$5", "$-5", "−¥5", "− 5 °C", "ー5度", "地下5階",
    ],
)  # fmt: skip
def test_one_sign_in_every_writing(text: str) -> None:
    assert [quantity.value for quantity in read_numbers(canonical(text)).quantities] == [-5]


@pytest.mark.parametrize(
    "text",
    [
        "5-10", "5%-10%", "5度-10度", "5 - 10", "2001-2003", "2001年-2003年", "03-1234-5678", "100-0001", "AK-47",
        "Apollo-11", "アポロ-11", "図-5", "U-235", "7-Eleven", "△ABC", "3マイナス5", "5 minus 3", "2001-01-15", "+5",
        "- 5", "n - 1", "x+1", "John 3:16",
    ],
)  # fmt: skip
def test_hyphens_ranges_and_triangles_are_no_signs(text: str) -> None:
    assert "−" not in canonical(text)


@pytest.mark.parametrize("text", ["-5°C", "マイナス5度", "5 degrees below zero", "2001-2003", "+5", "▲1,200万円"])
def test_a_written_sign_is_written_once(text: str) -> None:
    assert canonical(canonical(text)) == canonical(text)


@pytest.mark.parametrize(
    "texts",
    [
        ("-5", "5"), ("2-1", "1-2", "21", "12"), ("192.168.0.1", "192.168.0.10"), ("3.1.1", "3.10.1"),
        ("Python 3.1", "Python 3.10"), ("バージョン3.1", "バージョン3.10"), ("$5", "€5", "£5", "¥5", "5"),
        ("C", "C++", "C#"), ("Rh+", "Rh-", "Rh"), ("A", "A-", "A+"), ("10^3", "10^-3"), ("x < 5", "x > 5", "x = 5"),
    ],
)  # fmt: skip
def test_other_things_have_other_keys(texts: tuple[str, ...]) -> None:
    keys = [folded(canonical(text)) for text in texts]
    assert all(one != other for one, other in itertools.combinations(keys, 2))


@pytest.mark.parametrize(
    "texts",
    [
        ("3.10 km", "3.1 km"), ("Windows 3.0", "Windows 3"), ("AK-47", "AK47", "AK 47"), ("2-1", "2:1", "2 - 1"),
        ("R2-D2", "R2D2"), ("+5", "5"), ("Rh-", "Rh−"), ("第三師団", "第3師団"),
    ],
)  # fmt: skip
def test_the_same_in_another_writing_has_the_same_key(texts: tuple[str, ...]) -> None:
    assert len({folded(canonical(text)) for text in texts}) == 1


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Python 3.10", "3.1", False),
        ("Python 3.10", "3.10", True),
        ("Magnitude 7.0", "7", True),
        ("3.10", "3.1", True),
        ("3 pm", "午後3時", True),
        ("3 pm", "15時", True),
        ("3 pm", "3", True),
        ("3 pm", "3 am", False),
        ("3 am", "15時", False),
        ("12 am", "午前0時", True),
        ("£5", "5 pounds", True),
        ("5€", "5 euros", True),
        ("5 kW", "5 km", False),
        ("50 cents", "$0.50", True),
        ("四分の三", "75%", True),
        ("1½", "1.5", True),
        (".5", "0.5", True),
        ("10^-3", "0.001", True),
        ("紀元前5世紀", "5th century BC", True),
        ("紀元前5世紀", "5世紀", False),
    ],
)
def test_values_agree_as_a_reader_would_say(one: str, other: str, same: bool) -> None:
    first, second = (read_numbers(canonical(text)).quantities[0] for text in (one, other))
    assert first.same(second) is same
    assert second.same(first) is same


def test_a_time_is_read_from_a_colon_only_where_one_is_asked_for() -> None:
    assert [time.hours * 2 for time in find_times("3:30, 3時半", asked=True)] == [7, 7]
    assert not list(find_times("3:30, 3時半"))
