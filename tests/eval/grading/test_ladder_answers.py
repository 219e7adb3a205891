"""Answers as models phrase them (grade_answers.tsv), right and wrong; known limits are expected failures."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from eval.grading.ladder import Reference, grade

LIMIT = pytest.mark.xfail(strict=True, reason="known limit of the rules")


def _rows() -> list[object]:
    with (Path(__file__).parent / "grade_answers.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [pytest.param(row, marks=LIMIT if "known limit" in row["expected"] else ()) for row in rows]


@pytest.mark.parametrize("row", _rows())
def test_an_answer_is_judged_as_a_reader_would(row: dict[str, str]) -> None:
    references = [Reference(text, "ja") for text in row["ja_references"].split("|")]
    references += [Reference(text, "en") for text in row["en_references"].split("|")]
    verdict = grade(row["question"], row["answer"], references, "open_qa", row["language"])
    assert verdict.correct == row["expected"].startswith("right"), verdict
