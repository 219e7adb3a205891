"""Fitting a threshold on margins whose answer is known, without a question ever deciding its own figures."""

from __future__ import annotations

import random

import pytest

from eval.fallback.similarity.threshold import Example, SortedMargins, fit, others_of, out_of_fold
from eval.statistics.paired import wilson


def examples(wrong: list[float], right: list[float], groups: int = 1000) -> list[Example]:
    """Margins of wrong answers and of right ones, in `groups` questions."""
    marked = [(margin, False) for margin in wrong] + [(margin, True) for margin in right]
    return [Example(str(at % groups), margin, label) for at, (margin, label) in enumerate(marked)]


def passes(made: list[Example], tolerated: float = 0.0) -> list[bool]:
    return out_of_fold(made, others_of(made), tolerated)


def apart(count: int = 200) -> list[Example]:
    """Wrong answers up to 0.02, right ones from 0.05 on."""
    return examples([0.02 * at / count for at in range(count + 1)], [0.05 + 0.001 * at for at in range(40)])


def test_a_gap_is_found() -> None:
    found = fit(apart(), 0.95)
    assert found.threshold is not None
    assert 0.02 < found.threshold < 0.05
    assert found.why == ""
    figures = found.out_of_fold
    assert (figures.true_positive_rate.correct, figures.true_negative_rate.correct) == (40, 201)


def test_it_is_the_lowest_threshold_that_keeps_to_the_floor() -> None:
    """Wrong answers lie evenly from 0 to 1, right ones from 0.5 to 1.5: as many may pass as the floor allows."""
    mixed = examples([at / 200 for at in range(200)], [0.5 + at / 200 + 0.001 for at in range(200)])
    before = -1.0
    for floor in (0.6, 0.8, 0.9, 0.95):
        kept = fit(mixed, floor)
        assert kept.threshold is not None
        assert kept.threshold > before
        negatives = kept.out_of_fold.true_negative_rate
        assert negatives.interval.low >= floor
        assert wilson(negatives.correct - 2, negatives.total).low < floor, "no lower threshold would do"
        passing = sum(not one.right and one.margin >= kept.threshold for one in mixed)
        assert abs(passing - (negatives.total - negatives.correct)) <= 1
        before = kept.threshold


@pytest.mark.parametrize(
    ("wrong", "right", "said"),
    [
        ([0.0] * 30, [1.0] * 30, "30 of 30, has a lower bound of 0.886, below the floor of 0.95"),
        ([], [1.0] * 30, "needs both right and wrong answers"),
        ([0.0] * 300, [], "needs both right and wrong answers"),
        (
            [0.01 * at for at in range(300)],
            [-1.0] * 30,
            "more right answers pass than wrong ones: at the strictest 0 and 0",
        ),
        ([], [], "needs both right and wrong answers"),
    ],
)
def test_data_that_support_no_threshold_say_why(wrong: list[float], right: list[float], said: str) -> None:
    found = fit(examples(wrong, right), 0.95)
    assert found.threshold is None
    assert said in found.why


def test_noise_gives_no_threshold() -> None:
    source = random.Random(5)
    found = fit(examples([source.gauss(0, 1) for _ in range(300)], [source.gauss(0, 1) for _ in range(20)]), 0.95)
    assert found.threshold is None
    assert "lets more right answers pass" in found.why


def twins() -> list[Example]:
    """The wrong answer nearest to its reference has a twin in the other language; right answers lie below them."""
    wrong = [Example(f"w{at}", 0.001 * at, right=False) for at in range(100)]
    right = [Example(f"r{at}", 0.2 + 0.01 * at, right=True) for at in range(10)]
    return [
        *wrong,
        *right,
        Example("twin", 0.9, right=False),
        Example("twin", 0.9, right=False),
        Example("x", 1.0, True),
    ]


def test_a_twin_in_the_other_language_does_not_warn() -> None:
    """With both twins left out, the rest puts the threshold below them; a leak would put it above."""
    groups = [one.group for one, passed in zip(twins(), passes(twins()), strict=True) if passed]
    assert groups.count("twin") == 2
    leaking = [Example(str(at), one.margin, one.right) for at, one in enumerate(twins())]
    assert sum(passed and not one.right for one, passed in zip(leaking, passes(leaking), strict=True)) == 0


def test_a_question_has_no_say_in_its_own_verdicts() -> None:
    """Whatever the labels of a question's answers are, they pass or not as before."""
    source = random.Random(2)
    made = [Example(str(at // 4), source.gauss(0, 1), source.random() < 0.3) for at in range(80)]
    before = passes(made, 0.1)
    for group in {one.group for one in made}:
        turned = [Example(one.group, one.margin, one.right ^ (one.group == group)) for one in made]
        after = passes(turned, 0.1)
        here = [at for at, one in enumerate(made) if one.group == group]
        assert [after[at] for at in here] == [before[at] for at in here]


def test_the_threshold_lies_half_way_and_ties_count_against_it() -> None:
    assert SortedMargins.of(examples([0.1, 0.2], [0.4, 0.6])).lowest_threshold(0.0) == pytest.approx(0.3)
    assert SortedMargins.of(examples([0.1, 0.4], [0.4, 0.6])).lowest_threshold(0.0) == pytest.approx(0.5)
    assert SortedMargins.of(examples([0.1, 0.4], [0.4, 0.6])).lowest_threshold(0.5) == pytest.approx(0.25)
    assert SortedMargins.of(examples([0.7], [0.4, 0.6])).lowest_threshold(0.0) is None
