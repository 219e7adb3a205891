"""Agreement with two readers' labels on 302 answers; docs/groundedness.md has the rules, labelled.jsonl the answers.

`python -m tests.rag.groundedness.test_support_labelled` prints the figures of that page.
"""

from __future__ import annotations

import csv
import functools
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import pytest

from rag.groundedness.support import find_support
from rag.records import Chunk, Groundedness, Hit
from rag.text.language import detect

HERE, ROOT = Path(__file__).parent, Path(__file__).parents[3]
PARTS = ("dev", "first unseen", "second unseen")
FIRST, SECOND, PROGRAM = JUDGES = ("first reader", "second reader", "program")


@dataclass(frozen=True, slots=True)
class LabelledAnswer:
    """An answer with the label and the passage that each of `JUDGES` gives, and the label decided afterwards."""

    part: str
    answer: str
    labels: dict[str, str]
    bears_out: dict[str, int | None]
    decided: str


@functools.cache
def labelled() -> tuple[LabelledAnswer, ...]:
    return tuple(_labelled())


def _labelled() -> Iterator[LabelledAnswer]:
    rows = csv.DictReader((ROOT / "eval/data/verify100.csv").open(encoding="utf-8-sig"))
    questions = {(row["NO"], lang): row[f"instruction({'jp' if lang == 'ja' else lang})"]
                 for row in rows for lang in ("ja", "en")}  # fmt: skip
    for line in (HERE / "labelled.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        hits = [_hit(rank, *passage) for rank, passage in enumerate(row["passages"], 1)]
        question = questions[row["number"], row["language"]]
        support = find_support(question, row["answer"], hits, cut_off=row["cut_off"])
        graded = row["type"] == "open_qa"  # a classification has nothing to look for, as in reports
        found = support.groundedness if graded else Groundedness.NOT_APPLICABLE
        yield LabelledAnswer(
            row["part"],
            row["answer"],
            dict(zip(JUDGES, (row["label"], row["second"], str(found)), strict=True)),
            dict(zip(JUDGES, (row["bears_out"], row["second_bears_out"], support.rank), strict=True)),
            row.get("decided", row["label"]),
        )


def _hit(rank: int, source: str, start: int, end: int, title: str) -> Hit:
    text = (ROOT / "corpus" / source).read_text(encoding="utf-8")[start:end]
    return Hit(Chunk(f"{source}{start}", text, title, source, detect(text), start, end, 0), rank, 0.0)


def of_part(part: str) -> list[LabelledAnswer]:
    return [answer for answer in labelled() if part in ("", answer.part)]


def pairs(answers: Sequence[LabelledAnswer], mine: str, theirs: str) -> list[tuple[str, str]]:
    return [(answer.labels[mine], answer.labels[theirs]) for answer in answers]


def agreeing(compared: Sequence[tuple[object, object]]) -> int:
    return sum(mine == theirs for mine, theirs in compared)


def on_ungrounded(compared: Sequence[tuple[str, str]]) -> list[tuple[bool, bool]]:
    return [(mine == Groundedness.UNGROUNDED, theirs == Groundedness.UNGROUNDED) for mine, theirs in compared]


def kappa(compared: Sequence[tuple[object, object]]) -> float:
    """Return Cohen's kappa of labels of any number of kinds."""
    mine, theirs = (Counter(column) for column in zip(*compared, strict=True))
    chance = sum(mine[label] * theirs[label] for label in mine) / len(compared) ** 2
    return (agreeing(compared) / len(compared) - chance) / (1 - chance)


def named(answers: Sequence[LabelledAnswer], mine: str, theirs: str) -> list[tuple[int | None, int | None]]:
    both = [(answer.bears_out[mine], answer.bears_out[theirs]) for answer in answers]
    return [pair for pair in both if None not in pair]


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize(
    ("mine", "theirs", "least"), [(PROGRAM, FIRST, 0.93), (PROGRAM, SECOND, 0.93), (FIRST, SECOND, 0.95)]
)
def test_the_program_agrees_with_each_reader_and_they_with_each_other(
    part: str, mine: str, theirs: str, least: float
) -> None:
    answers = of_part(part)
    assert agreeing(pairs(answers, mine, theirs)) >= least * len(answers)


@pytest.mark.parametrize("reader", [FIRST, SECOND])
def test_it_finds_what_a_reader_finds_nowhere(reader: str) -> None:
    assert len(labelled()) == 302
    nowhere = [answer for answer in labelled() if answer.labels[reader] == Groundedness.UNGROUNDED]
    assert agreeing(pairs(nowhere, PROGRAM, reader)) >= 0.9 * len(nowhere)


@pytest.mark.parametrize(("reader", "least"), [(FIRST, 0.95), (SECOND, 0.92)])
def test_it_names_the_passage_that_a_reader_names(reader: str, least: float) -> None:
    both = named(labelled(), PROGRAM, reader)
    assert agreeing(both) >= least * len(both)


def test_only_what_the_readers_disagree_on_was_decided() -> None:
    for answer in labelled():
        assert answer.decided in (answer.labels[FIRST], answer.labels[SECOND])


def main() -> None:
    for part in (*PARTS, ""):
        answers = of_part(part)
        print(f"{part or 'all'}, {len(answers)} labelled")
        for mine, theirs in combinations(JUDGES, 2):
            compared = pairs(answers, mine, theirs)
            binary, passages = on_ungrounded(compared), named(answers, mine, theirs)
            print(
                f"  {mine}, {theirs}: {agreeing(compared)} (kappa {kappa(compared):.2f}), on ungrounded or not "
                f"{agreeing(binary)} ({kappa(binary):.2f}), same passage {agreeing(passages)} of {len(passages)}"
            )
        alike = [answer for answer in answers if answer.labels[FIRST] == answer.labels[SECOND]]
        decided = sum(answer.labels[PROGRAM] == answer.decided for answer in answers)
        print(f"  program: {agreeing(pairs(alike, PROGRAM, FIRST))} of the {len(alike)} that the readers agree on,")
        print(f"    {decided} of {len(answers)} as decided")
    for answer in labelled():
        if len(set(answer.labels.values())) > 1:
            print(f"{answer.part}: {' / '.join(answer.labels.values())}: {answer.answer[:70]!r}")


if __name__ == "__main__":
    main()
