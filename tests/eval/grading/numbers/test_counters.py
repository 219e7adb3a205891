"""What a number counts or measures, against what the question counts."""

from __future__ import annotations

import pytest

from eval.grading.numbers.counters import counts_another
from rag.text.canonical import canonical
from rag.text.numbers.quantities import read_numbers


@pytest.mark.parametrize(
    ("question", "text", "another"),
    [
        ("How many moons does it have?", "two minutes", True),
        ("How many moons does it have?", "two moons", False),
        ("How many moons does it have?", "two", False),
        ("How many minutes does it take?", "two minutes", False),
        ("How many square miles is it?", "2 km", False),
        ("How long is it?", "two minutes", False),
        ("何個ありますか", "2分", True),
        ("いくつありますか", "2つ", False),
        ("彼はいくつですか", "20歳", False),
        ("何人いますか", "5枚", True),
        ("何人いますか", "5名", False),
        ("何回行きましたか", "3度", False),
        ("何匹いますか", "3頭", False),
        ("何分かかりますか", "8分", False),
    ],
)
def test_a_measure_is_no_count(question: str, text: str, another: bool) -> None:
    text = canonical(text)
    assert counts_another(canonical(question), text, read_numbers(text).quantities[0]) is another
