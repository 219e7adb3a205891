"""Agreement of the grading ladder and of the historical cosine with the labelled answers, by half, language and type.

python -m tests.benchmarks.grading_agreement [LABELLED.csv]

The cosine is given the threshold that is best on the very answers it is measured on, which flatters it.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

from eval.fallback.agreement import GradeReport, grade_labelled_answers, load_labelled_answers
from eval.statistics.paired import Rate
from rag.encoders.embeddings import open_encoder
from rag.settings import DEFAULT_ENCODER

LABELLED = Path(str(resources.files("eval"))) / "data" / "labelled.csv"


def main() -> None:
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else LABELLED
    encode = open_encoder(DEFAULT_ENCODER).encode_queries
    labelled_answers = load_labelled_answers(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        halves = [row.get("half", "") for row in csv.DictReader(file)]
    groups = {
        **{
            f"half {name}": [one for one, half in zip(labelled_answers, halves, strict=True) if half == name]
            for name in sorted(set(halves))
        },
        **{name: [one for one in labelled_answers if one.language == name] for name in ("ja", "en")},
        **{name: [one for one in labelled_answers if one.kind == name] for name in ("open_qa", "classification")},
        "all": list(labelled_answers),
    }
    sys.stdout.write("| answers | grader | accuracy | TPR | TNR | kappa |\n| --- | --- | --- | --- | --- | --- |\n")
    for name, chosen in groups.items():
        if chosen:
            for line in lines(name, grade_labelled_answers(chosen, encode)):
                sys.stdout.write(f"{line}\n")


def lines(name: str, report: GradeReport) -> Iterator[str]:
    for grader, found in (("ladder", report.ladder), (f"cosine ≥ {report.threshold:.3f}", report.cosine)):
        if found is not None:
            rates = (found.accuracy, found.true_positive_rate, found.true_negative_rate)
            kappa = "-" if found.kappa is None else f"{found.kappa:.3f}"
            yield " | ".join([f"| {name}", grader, *map(said, rates), kappa]) + " |"


def said(rate: Rate) -> str:
    return f"{rate.correct}/{rate.total} = {rate.value:.3f} ({rate.interval.low:.3f}-{rate.interval.high:.3f})"


if __name__ == "__main__":
    main()
