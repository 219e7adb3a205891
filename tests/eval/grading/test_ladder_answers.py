"""Answers as models phrase them (grade_answers.tsv), right and wrong; known limits are expected failures."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from eval.grading.ladder import Reference, grade


def _rows() -> list[object]:
    with (Path(__file__).parent / "grade_answers.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    limits = [row["expected"].partition("known limit: ")[2] for row in rows]
    marks = [(pytest.mark.xfail(strict=True, reason=limit),) if limit else () for limit in limits]
    return [pytest.param(row, marks=mark) for row, mark in zip(rows, marks, strict=True)]


@pytest.mark.parametrize("row", _rows())
def test_an_answer_is_judged_as_a_reader_would(row: dict[str, str]) -> None:
    references = [Reference(text, "ja") for text in row["ja_references"].split("|")]
    references += [Reference(text, "en") for text in row["en_references"].split("|")]
    verdict = grade(row["question"], row["answer"], references, "open_qa", row["language"])
    assert verdict.correct == row["expected"].startswith("right"), verdict
