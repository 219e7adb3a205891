"""Answers as models phrase them (grade_answers.tsv), right and wrong; known limits are expected failures."""

from __future__ import annotations

import csv
from pathlib import Path

from eval.grading.ladder import Reference, grade
from tests.rows import each_row

with (Path(__file__).parent / "grade_answers.tsv").open(encoding="utf-8", newline="") as file:
    ROWS = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


@each_row("row", ROWS)
def test_an_answer_is_judged_as_a_reader_would(row: dict[str, str]) -> None:
    references = [Reference(text, "ja") for text in row["ja_references"].split("|")]
    references += [Reference(text, "en") for text in row["en_references"].split("|")]
    verdict = grade(row["question"], row["answer"], references, "open_qa", row["language"])
    known_limit = "known limit: " in row["expected"]
    assert (verdict.correct == row["expected"].startswith("right")) is not known_limit, verdict


def test_known_limits_are_few() -> None:
    assert sum("known limit: " in row["expected"] for row in ROWS) <= 2
