"""Agreement with a reader's labels on 302 answers; docs/groundedness.md has the rules, labelled.jsonl the answers.

`python -m tests.rag.groundedness.test_support_labelled` prints the figures of that page.
"""

from __future__ import annotations

import csv
import functools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rag.groundedness.support import find_support
from rag.records import Chunk, Groundedness, Hit
from rag.text.language import detect

HERE, ROOT = Path(__file__).parent, Path(__file__).parents[3]
PARTS = ("dev", "first unseen", "second unseen")


@dataclass(frozen=True, slots=True)
class LabelledAnswer:
    """An answer with a reader's label and what the program says; `bears_out` are the passages of both."""

    part: str
    answer: str
    label: str
    found: str
    bears_out: tuple[int | None, int | None]


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
        yield LabelledAnswer(row["part"], row["answer"], row["label"], str(found), (row["bears_out"], support.rank))


def _hit(rank: int, source: str, start: int, end: int, title: str) -> Hit:
    text = (ROOT / "corpus" / source).read_text(encoding="utf-8")[start:end]
    return Hit(Chunk(f"{source}{start}", text, title, source, detect(text), start, end, 0), rank, 0.0)


def test_the_program_agrees_with_the_reader() -> None:
    answers = labelled()
    assert len(answers) == 302
    for part in PARTS:
        of_part = [answer for answer in answers if answer.part == part]
        assert sum(answer.label == answer.found for answer in of_part) >= 0.93 * len(of_part)
    nothing = [answer for answer in answers if answer.label == Groundedness.UNGROUNDED]
    assert sum(answer.found == Groundedness.UNGROUNDED for answer in nothing) >= 0.9 * len(nothing)


def test_it_names_the_passage_that_the_reader_names() -> None:
    named = [answer.bears_out for answer in labelled() if None not in answer.bears_out]
    assert sum(mine == theirs for mine, theirs in named) >= 0.95 * len(named)


if __name__ == "__main__":
    for part in (*PARTS, ""):
        chosen = [answer for answer in labelled() if part in ("", answer.part)]
        agreed = sum(answer.label == answer.found for answer in chosen)
        nowhere = sum(
            (answer.label == Groundedness.UNGROUNDED) == (answer.found == Groundedness.UNGROUNDED) for answer in chosen
        )
        named = [answer.bears_out for answer in chosen if None not in answer.bears_out]
        same = sum(mine == theirs for mine, theirs in named)
        print(f"{part or 'all'}: {agreed}/{len(chosen)} agree, {nowhere} on ungrounded; {same}/{len(named)} passages")
    for answer in labelled():
        if answer.label != answer.found:
            print(f"  {answer.part}: {answer.label}, found {answer.found}: {answer.answer[:70]!r}")
