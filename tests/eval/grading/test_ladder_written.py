"""Answers as chat models write them, in every kind that bent a verdict: right and wrong, of both languages.

What the rules still get wrong is left out of the tables (docs/grading.md says how often that was at first sight).
"""

from __future__ import annotations

from tests.eval.grading.hard_answers import HardAnswer, hard_answers
from tests.rows import each_row

TABLES = (
    "written_answers_first",
    "written_answers_second",
    "written_answers_third",
    "written_answers_fourth",
    "contrast_answers",
    "asserted_answers",
)
ROWS = [row for name in TABLES for row in hard_answers(name)]


@each_row("row", ROWS)
def test_an_answer_is_judged_as_its_writer_did(row: HardAnswer) -> None:
    assert row.verdict().correct == row.right, row.verdict()


def test_the_tables_have_both_verdicts() -> None:
    assert min(sum(row.right for row in ROWS), sum(not row.right for row in ROWS)) >= 250
