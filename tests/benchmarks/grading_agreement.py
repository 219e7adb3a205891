"""Agreement of the grading ladder and of the historical cosine with labelled answers.

python -m tests.benchmarks.grading_agreement [--no-cosine] [LABELLED.csv ...]

By half, style, condition, language and type, as far as a file has them; then the verdicts that were wrong by the rule
that decided; then, by condition, how far the graded rate is from the labelled one: it is the difference of these errors
that bends a comparison (95 % interval by 10,000 resamples of the answers). The cosine is given the threshold that is
best on the very answers it is measured on, which flatters it.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path

import numpy as np

from eval.fallback.agreement import GradeReport, LabelledAnswer, grade_labelled_answers, load_labelled_answers
from eval.grading.ladder import Verdict, grade
from eval.statistics.paired import Rate
from rag.encoders.embeddings import open_encoder
from rag.settings import DEFAULT_ENCODER

DATA = Path(str(resources.files("eval"))) / "data"
FILES = (DATA / "labelled.csv", DATA / "labelled_verbose.csv")
GROUPED_BY = ("half", "style", "condition", "language", "type")


def main() -> None:
    paths = [Path(path) for path in sys.argv[1:] if path != "--no-cosine"] or list(FILES)
    encode = None if "--no-cosine" in sys.argv else open_encoder(DEFAULT_ENCODER).encode_queries
    graded: list[tuple[LabelledAnswer, Verdict]] = []
    for path in paths:
        answers, rows = load_labelled_answers(path), read_rows(path)
        verdicts = [verdict_of(answer) for answer in answers]
        sys.stdout.write(f"\n{path.name}\n| answers | grader | accuracy | TPR | TNR | kappa |\n{'| --- ' * 6}|\n")
        for name, chosen in groups(answers, rows):
            for line in lines(name, grade_labelled_answers(chosen, encode)):
                sys.stdout.write(f"{line}\n")
        for line in errors_by_condition(answers, verdicts, [row.get("condition", "") for row in rows]):
            sys.stdout.write(f"{line}\n")
        graded += zip(answers, verdicts, strict=True)
    for line in errors_by_rule(graded):
        sys.stdout.write(f"{line}\n")


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def verdict_of(answer: LabelledAnswer) -> Verdict:
    return grade(answer.question, answer.answer, answer.references, answer.kind, answer.language, answer.labels)


def groups(
    answers: Sequence[LabelledAnswer], rows: Sequence[dict[str, str]]
) -> Iterator[tuple[str, list[LabelledAnswer]]]:
    for column in GROUPED_BY:
        for value in sorted({row[column] for row in rows if row.get(column)}):
            yield f"{column} {value}", [a for a, row in zip(answers, rows, strict=True) if row[column] == value]
    yield "all", list(answers)


def lines(name: str, report: GradeReport) -> Iterator[str]:
    for grader, agreement in (("ladder", report.ladder), (f"cosine ≥ {report.threshold or 0:.3f}", report.cosine)):
        if agreement is not None:
            rates = (agreement.accuracy, agreement.true_positive_rate, agreement.true_negative_rate)
            kappa = "-" if agreement.kappa is None else f"{agreement.kappa:.3f}"
            yield " | ".join([f"| {name}", grader, *map(rate_text, rates), kappa]) + " |"


def rate_text(rate: Rate) -> str:
    return f"{rate.correct}/{rate.total} = {rate.value:.3f} ({rate.interval.low:.3f}-{rate.interval.high:.3f})"


def errors_by_condition(
    answers: Sequence[LabelledAnswer], verdicts: Sequence[Verdict], conditions: Sequence[str]
) -> Iterator[str]:
    """Yield graded minus labelled rate by condition, in points, and the difference with its interval."""
    error = np.array([verdict.correct - answer.label for answer, verdict in zip(answers, verdicts, strict=True)], float)
    parts = {name: error[[condition == name for condition in conditions]] for name in ("no_rag", "rag")}
    if not all(len(part) for part in parts.values()):
        return
    for name, part in parts.items():
        yield f"{name}: graded rate minus labelled rate {100 * part.mean():+.1f} points of {len(part)}"
    random = np.random.default_rng(0)
    means = [random.choice(part, (10_000, len(part))).mean(1) for part in parts.values()]
    low, high = 100 * np.quantile(means[1] - means[0], (0.025, 0.975))
    difference = 100 * (parts["rag"].mean() - parts["no_rag"].mean())
    yield f"difference, rag minus no_rag: {difference:+.1f} points ({low:+.1f} to {high:+.1f})"


def errors_by_rule(graded: Sequence[tuple[LabelledAnswer, Verdict]]) -> Iterator[str]:
    """Yield how many verdicts of each rule and outcome were wrong, of how many."""
    total = Counter((verdict.rule, verdict.content) for _, verdict in graded)
    wrong = Counter((verdict.rule, verdict.content) for answer, verdict in graded if verdict.correct != answer.label)
    yield "\n| rule | outcome | wrong | of |\n| --- | --- | --- | --- |"
    for rule, count in sorted(total.items()):
        yield f"| {rule[0].value} | {rule[1].value} | {wrong[rule]} | {count} |"


if __name__ == "__main__":
    main()
