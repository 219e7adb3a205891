"""The error of a run that may stop at any question, counted over all signs; and what ends it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.statistics.paired import ALPHA, sign_flip_test
from eval.statistics.sequential import LEAST, SequentialOutcome, SequentialTest
from tests.benchmarks.sequential_error import changes, full_verdict, spent


def run(nets: Sequence[int], alpha: float = ALPHA) -> SequentialOutcome:
    test = SequentialTest(len(nets), alpha)
    for net in nets:
        if test.add(net) != "open":
            break
    return test.outcome


@given(st.lists(st.integers(0, 2), min_size=1, max_size=9), st.sampled_from([0.05, 0.2, 0.5]))
@settings(max_examples=60, deadline=None)
def test_of_all_signs_at_most_alpha_give_a_verdict(sizes: list[int], alpha: float) -> None:
    states = [
        run([sign * size for sign, size in zip(signs, sizes, strict=True)], alpha).state
        for signs in itertools.product((1, -1), repeat=len(sizes))
    ]
    assert sum(state in ("helps", "hurts") for state in states) <= alpha * len(states) + 1e-9
    assert states.count("helps") == states.count("hurts")


@pytest.mark.parametrize("languages", [1, 2])
def test_simulated_error_and_agreement(languages: int) -> None:
    generator = np.random.default_rng(languages)
    errors, agrees, asked, simulations = 0, 0, 0.0, 300
    for _ in range(simulations):
        errors += spent(changes(60, languages, "none, many change", 0.5, generator)).verdict != 0
        nets = changes(100, languages, "20 points", 0.5, generator)
        ended = spent(nets)
        agrees += ended.verdict == full_verdict(*(nets.count(net) for net in (-2, -1, 1, 2)))
        asked += ended.asked / 100
    assert errors / simulations <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / simulations)
    assert agrees / simulations >= 0.95
    assert asked / simulations <= 0.6


def test_what_always_helps_ends_early_and_what_never_changes_is_futile() -> None:
    assert run([1] * 100).state == "helps"
    assert run([-1] * 100).state == "hurts"
    assert run([1] * 100).asked < 40
    nothing = run([0] * 100)
    assert (nothing.state, nothing.net_change) == ("futile", 0)
    assert LEAST <= nothing.asked < 100


@pytest.mark.parametrize("questions", [1, 5, 6, 8])
def test_few_questions(questions: int) -> None:
    # only what the exact test would reject at the end can be decided
    possible = sign_flip_test([1] * questions) <= ALPHA
    assert (run([1] * questions).state == "helps") == possible
    assert run([1] * questions).asked >= min(questions, 6)


@given(st.lists(st.integers(-2, 2), min_size=1, max_size=80))
@settings(deadline=None)
def test_the_other_arm_first_gives_the_other_verdict(nets: list[int]) -> None:
    there, back = run(nets), run([-net for net in nets])
    assert (there.asked, there.net_change) == (back.asked, -back.net_change)
    opposite = {"helps": "hurts", "hurts": "helps"}
    assert back.state == opposite.get(there.state, there.state)


@given(st.lists(st.integers(-2, 2), min_size=1, max_size=60))
@settings(deadline=None)
def test_it_ends_once_and_at_the_last_question_at_the_latest(nets: list[int]) -> None:
    test = SequentialTest(len(nets))
    states = []
    for net in nets:
        states.append(test.add(net))
        if states[-1] != "open":
            break
    assert all(state == "open" for state in states[:-1])
    assert states[-1] != "open"
    with pytest.raises(ValueError, match="has ended"):
        test.add(1)


@pytest.mark.parametrize(("planned", "alpha"), [(0, 0.05), (10, 0.0), (10, 1.0)])
def test_impossible_plans(planned: int, alpha: float) -> None:
    with pytest.raises(ValueError, match="need at least one question"):
        SequentialTest(planned, alpha)
