"""Agreement of verdicts with labels."""

from __future__ import annotations

import random

import pytest
from sklearn.metrics import cohen_kappa_score

from eval.statistics.agreement import agreement


def test_kappa_is_sklearns() -> None:
    generator = random.Random(3)
    for _ in range(20):
        verdicts = [generator.random() < 0.4 for _ in range(30)]
        labels = [verdict ^ (generator.random() < 0.2) for verdict in verdicts]
        assert agreement(verdicts, labels).kappa == pytest.approx(cohen_kappa_score(verdicts, labels))


def test_kappa_is_not_defined_where_nothing_varies() -> None:
    assert agreement([True, True], [True, True]).kappa is None
