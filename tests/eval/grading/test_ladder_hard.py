"""Hard answers of the kinds that bend a verdict, right and wrong: two tables, the second written before the rules.

A share of each is a known limit; more right verdicts are welcome, fewer are not.
"""

from __future__ import annotations

import pytest

from tests.eval.grading.hard_answers import hard_answers


@pytest.mark.parametrize(("name", "least"), [("hard_answers_seen", 0.88), ("hard_answers_unseen", 0.85)])
def test_hard_answers_are_judged_as_a_reader_would(name: str, least: float) -> None:
    rows = hard_answers(name)
    wrong = [row.answer for row in rows if row.verdict().correct != row.right]
    assert 1 - len(wrong) / len(rows) >= least, wrong
