"""Corrected shares: by hand where all is judged, unbiased where a sample is, and never beside their interval."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from eval.statistics.audited import Audit, AuditedAnswer
from eval.statistics.paired import PairedOutcome, compare
from tests.benchmarks.audit_coverage import EFFECT, population, sampled


def answers(questions: int = 60, languages: int = 2, accuracy: float = 0.9, seed: int = 1) -> list[AuditedAnswer]:
    return population(questions, languages, accuracy, "even", np.random.default_rng(seed))


def test_where_everything_is_judged_people_alone_count() -> None:
    judged = answers()
    audit = Audit(judged)
    right = {arm: sum(bool(a.right) for a in judged if a.arm == arm) / 120 for arm in ("no_rag", "rag")}
    assert audit.rate("rag").estimate == pytest.approx(right["rag"])
    assert audit.rate("rag").graded == pytest.approx(sum(a.verdict for a in judged if a.arm == "rag") / 120)
    difference = audit.difference("no_rag", "rag")
    assert difference.estimate == pytest.approx(right["rag"] - right["no_rag"])
    pairs = [
        PairedOutcome(a.question, bool(a.right), bool(b.right)) for a, b in zip(judged[::2], judged[1::2], strict=True)
    ]
    usual = compare(pairs).difference.interval
    assert difference.interval.low == pytest.approx(usual.low, abs=0.03)
    assert difference.interval.high == pytest.approx(usual.high, abs=0.03)
    agreement = audit.agreement()
    assert agreement.interval.low == agreement.estimate == agreement.interval.high
    assert agreement.estimate == pytest.approx(sum(a.right is a.verdict for a in judged) / len(judged))


def test_the_estimate_is_that_of_prediction_powered_inference() -> None:
    # rate of the verdicts, plus by stratum the mean error of the judged ones times the stratum's share
    some = sampled(answers(), 40, np.random.default_rng(2))
    arm = [a for a in some if a.arm == "rag"]
    expected = sum(a.verdict for a in arm) / len(arm)
    for stratum in {a.stratum for a in arm}:
        members = [a for a in arm if a.stratum == stratum]
        errors = [bool(a.right) - a.verdict for a in members if a.right is not None]
        expected += len(members) / len(arm) * sum(errors) / len(errors)
    assert Audit(some).rate("rag").estimate == pytest.approx(expected)


def test_a_sample_is_right_on_average_where_the_verdicts_are_not() -> None:
    generator = np.random.default_rng(3)
    results = []
    for _ in range(60):
        drawn = sampled(population(60, 1, 0.8, "lenient", generator), 40, generator)
        results.append(Audit(drawn).difference("no_rag", "rag"))
    assert np.mean([result.estimate for result in results]) == pytest.approx(EFFECT, abs=0.05)
    assert all(result.interval.low <= result.estimate <= result.interval.high for result in results)


def test_answers_without_a_stratum_are_wrong_for_certain() -> None:
    failed = [replace(a, stratum=None, verdict=False, right=None) if a.arm == "rag" else a for a in answers()]
    assert Audit(failed).rate("rag").estimate == 0.0


def test_the_order_of_answers_and_the_names_of_arms_change_no_estimate() -> None:
    some = sampled(answers(), 40, np.random.default_rng(4))
    assert Audit(some[::-1]).rate("rag").estimate == pytest.approx(Audit(some).rate("rag").estimate)
    there, back = Audit(some).difference("no_rag", "rag"), Audit(some).difference("rag", "no_rag")
    assert there.estimate == pytest.approx(-back.estimate)
    assert there.interval.low == pytest.approx(-back.interval.high, abs=0.03)
    assert Audit(some).rate("rag") == Audit(some).rate("rag")


def test_more_judgements_make_the_interval_narrower() -> None:
    widths = []
    for sample in (20, 60, 200):
        interval = Audit(sampled(answers(), sample, np.random.default_rng(5))).difference("no_rag", "rag").interval
        widths.append(interval.high - interval.low)
    assert widths == sorted(widths, reverse=True)


def test_what_cannot_be_corrected() -> None:
    with pytest.raises(ValueError, match="no judgement"):
        Audit([replace(a, right=None) for a in answers()])
    with pytest.raises(ValueError, match="same number"):
        Audit(answers()[1:]).difference("no_rag", "rag")


def test_coverage_in_brief() -> None:
    generator = np.random.default_rng(6)
    held = 0
    for at in range(120):
        interval = Audit(sampled(population(50, 1, 0.9, "even", generator), 40, generator), at).difference(
            "no_rag", "rag"
        )
        held += interval.interval.low <= EFFECT <= interval.interval.high
    assert held / 120 >= 0.9
