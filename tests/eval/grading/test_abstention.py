"""Which answers decline: a table that the rules were made on, one they were not, and relations between answers."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from eval.grading.abstention import declines

HERE = Path(__file__).parent


def _table(name: str) -> list[tuple[str, str, bool]]:
    with (HERE / name).open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [(row["question"], row["answer"].replace("\\n", "\n"), row["declined"] == "yes") for row in rows]


@pytest.mark.parametrize(("question", "answer", "declined"), _table("abstention_seen.tsv"))
def test_an_answer_declines_or_answers(question: str, answer: str, declined: bool) -> None:
    assert declines(question, answer) is declined
