"""Agreement of the grading ladder with labelled answers to questions of other sets, on which it was not developed.

python -m tests.benchmarks.grading_elsewhere DATA

DATA is a folder with bench100.csv, bench100.meta.jsonl and mkqa_ja_en/questions.jsonl, which hold the questions and the
accepted answers; the answers and their labels are in eval/data/labelled_elsewhere.csv.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import defaultdict
from importlib import resources
from pathlib import Path
from typing import Any

from eval.dataset.load import load_dataset
from eval.fallback.agreement import LabelledAnswer, grade_labelled_answers
from eval.grading.ladder import Reference
from rag.encoders.embeddings import open_encoder
from rag.settings import DEFAULT_ENCODER
from rag.text.language import detect
from tests.benchmarks.grading_agreement import lines

LABELLED = Path(str(resources.files("eval"))) / "data" / "labelled_elsewhere.csv"

Question = tuple[str, str, list[str]]
"""Text, type, and accepted answers."""


def main() -> None:
    data = Path(sys.argv[1])
    questions = {**bench100(data), **mkqa(data)}
    encode = open_encoder(DEFAULT_ENCODER).encode_queries
    groups: dict[str, list[LabelledAnswer]] = defaultdict(list)
    with LABELLED.open(encoding="utf-8-sig", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), 2):
            text, kind, answers = questions[row["set"], row["question_id"], row["language"]]
            references = tuple(Reference(one, detect(one)) for one in dict.fromkeys(answers))
            labelled = LabelledAnswer(
                number, text, row["answer"], references, kind, row["language"], None, row["label"] == "1", ""
            )
            groups[row["set"]].append(labelled)
            groups["both"].append(labelled)
    sys.stdout.write("| answers | grader | accuracy | TPR | TNR | kappa |\n| --- | --- | --- | --- | --- | --- |\n")
    for name in ("bench100", "mkqa_ja_en", "both"):
        for line in lines(name, grade_labelled_answers(groups[name], encode)):
            sys.stdout.write(f"{line}\n")


def bench100(data: Path) -> dict[tuple[str, str, str], Question]:
    meta = {str(one["NO"]): one for one in read_lines(data / "bench100.meta.jsonl")}
    found = {}
    for item in load_dataset(data / "bench100.csv").items:
        answers = [reference.text for reference in item.references]
        if item.kind == "open_qa":
            answers += [*meta[item.number]["answers_ja"], *meta[item.number]["answers_en"]]
        for language, text in item.questions.items():
            found["bench100", item.number, str(language)] = (text, str(item.kind), answers)
    return found


def mkqa(data: Path) -> dict[tuple[str, str, str], Question]:
    pairs: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in read_lines(data / "mkqa_ja_en" / "questions.jsonl"):
        pairs[one["pair_id"]].append(one)
    return {
        ("mkqa_ja_en", pair, one["lang"]): (
            one["question"],
            "open_qa",
            [answer for side in sides for answer in side["answers"]],
        )
        for pair, sides in pairs.items()
        for one in sides
    }


def read_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


if __name__ == "__main__":
    main()
