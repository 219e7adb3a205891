"""Answers of every kind that bends a verdict, labelled before the rules were read, then used to mend them."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

from eval.grading.ladder import Reference, grade
from rag.text.language import detect
from tests.rows import each_row

with (Path(__file__).parent / "kinds.csv").open(encoding="utf-8", newline="") as table:
    ROWS = list(csv.DictReader(table))


@each_row("row", ROWS)
def test_an_answer_is_judged_as_a_reader_would(row: dict[str, str]) -> None:
    references = [Reference(text, detect(text)) for text in row["references"].split("|") if text]
    language = detect(row["question"])
    answerable = row["answerable"] == "yes"
    verdict = grade(row["question"], row["answer"], references, row["type"], language, answerable=answerable)
    assert verdict.correct == (row["label"] == "1"), verdict


def test_both_languages_have_right_and_wrong_answers_of_every_group() -> None:
    cells = Counter((detect(row["question"]), row["type"], row["label"]) for row in ROWS)
    assert len(cells) == 8
    assert min(cells.values()) >= 5
