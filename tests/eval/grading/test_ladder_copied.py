"""Names and numbers that stand in an answer by accident, beside answers that assert them."""

from __future__ import annotations

import csv
from pathlib import Path

from eval.grading.ladder import Reference, grade
from rag.text.language import detect
from tests.rows import each_row

with (Path(__file__).parent / "copied_answers.tsv").open(encoding="utf-8", newline="") as table:
    ROWS = list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))


@each_row("row", ROWS)
def test_a_mention_counts_only_where_it_answers(row: dict[str, str]) -> None:
    references = [Reference(text, detect(text)) for text in row["references"].split("|")]
    verdict = grade(row["question"], row["answer"], references, "open_qa", row["language"])
    assert verdict.correct == (row["expected"] == "right"), verdict


def test_the_table_has_both_verdicts_in_both_languages() -> None:
    for language in ("ja", "en"):
        verdicts = [row["expected"] for row in ROWS if row["language"] == language]
        assert min(verdicts.count("right"), verdicts.count("wrong")) >= 10
