"""Why the first passage is another one where the right document is second to fifth, counted.

Run with `python -m tests.benchmarks.first_place DATA CACHE`; DATA and CACHE are those of `tests.benchmarks.left_out`.
A question counts under the first cause that applies to it, in the order of `CAUSES`.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eval.dataset.load import load_dataset
from eval.retrieval.evaluate import Query
from rag.encoders.embeddings import open_encoder
from rag.records import LANGUAGES
from rag.text.language import normalise
from tests.benchmarks.left_out import TODAY, Parts
from tests.benchmarks.retrieval_matrix import Matrix, Passage
from tests.benchmarks.retrieval_sets import Direction, directions
from tests.benchmarks.vector_cache import VectorCache
from tests.samples import REPOSITORY

ALIKE = 0.7
"""Cosine, less the language's centroid, above which two passages are near doubles."""
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_NAME = {"ja": re.compile(r"[ァ-ヺー]{3,}|[A-Za-zÀ-ɏ]{2,}|(?<=「)[^」]+"), "en": re.compile(r"(?<=\s)[A-ZÀ-Þ][\wÀ-ɏ]+")}


@dataclass(frozen=True, slots=True)
class Miss:
    """A question, the passage that came first, the right document's best one, and the accepted answers."""

    query: Query
    first: Passage
    right: Passage
    answers: Sequence[str]
    cosine: float


def _answered(miss: Miss) -> bool:
    text = normalise(miss.first.text)
    return any(len(answer) > 1 and normalise(answer) in text for answer in miss.answers)


def _missed(pattern: re.Pattern[str]) -> Callable[[Miss], bool]:
    """Whether the right passage has what the first has not, of what this pattern finds in the question."""

    def missed(miss: Miss) -> bool:
        wanted = {normalise(word) for word in pattern.findall(miss.query.text)}
        first, right = (normalise(passage.text) for passage in (miss.first, miss.right))
        return any(word in right and word not in first for word in wanted)

    return missed


def _named(passage: Passage, query: Query) -> bool:
    title = normalise(re.sub(r"[（(].*", "", passage.title)).strip()
    return len(title) > 1 and title in normalise(query.text)


CAUSES: Mapping[str, Callable[[Miss], bool]] = {
    "an accepted answer stands in the first too": _answered,
    "the first is in the other language": lambda miss: miss.first.language != miss.right.language,
    "a number of the question is in the right one only": _missed(_NUMBER),
    "a name of the question is in the right one only": lambda miss: _missed(_NAME[miss.query.language])(miss),
    "the right one's title is in the question, the first's is not": lambda miss: (
        _named(miss.right, miss.query) and not _named(miss.first, miss.query)
    ),
    "near double": lambda miss: miss.cosine > ALIKE,
    "another part of the same article": lambda miss: bool(miss.first.title) and miss.first.title == miss.right.title,
    "none of these": lambda miss: True,
}


def misses(direction: Direction, scores: np.ndarray, answers: Mapping[str, Sequence[str]]) -> Iterator[Miss]:
    """The questions whose document is second to fifth."""
    m, gold = direction.matrix, direction.gold
    ranks = iter(m.ranks(scores, gold))
    for row, query in enumerate(m.queries):
        if gold is None or gold in query.evidence:
            right = query.evidence[gold] if gold else query.gold
            if 2 <= next(ranks) <= 5:
                order = [int(n) for n in np.argsort(-scores[row])]
                first = next(n for n in order if m.passages[n].source not in query.gold)
                own = next(n for n in order if m.passages[n].source in right)
                yield Miss(
                    query, m.passages[first], m.passages[own], answers.get(query.number, ()), _cosine(m, first, own)
                )


def _cosine(m: Matrix, first: int, second: int) -> float:
    return float(m._directions[first] @ m._directions[second])


def accepted(data: Path) -> Mapping[str, Sequence[str]]:
    """The accepted answers of every question, in both languages, by its number."""
    found: dict[str, list[str]] = {}
    for name in ("jsquad_dev", "jaquad_dev", "niilc", "squad_ja_en", "lit_ragbench"):
        for line in (data / name / "questions.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            found[row["id"]] = [*row["answers"], *row.get("answers_xl", [])]
    with (data / "bench100.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            found[f"bench{row['NO']}"] = [row["response(jp)"], row["response(en)"]]
    for item in load_dataset(REPOSITORY / "eval/data/verify100.csv").items:
        found[item.number] = [item.reference(language) for language in LANGUAGES]
    return found


def main(data: Path, cache: Path) -> None:
    """Print the table."""
    answers = accepted(data)
    print("| direction | second to fifth | " + " | ".join(CAUSES) + " |")
    print("| --- " * (len(CAUSES) + 2) + "|")
    total: Counter[str] = Counter()
    for direction in directions(data, VectorCache(open_encoder("bundled"), cache)):
        found = list(misses(direction, Parts(direction).scores(TODAY), answers))
        counts = Counter(next(name for name, applies in CAUSES.items() if applies(miss)) for miss in found)
        total += counts
        print(_row(direction.name, counts), flush=True)
    print(_row("all", total))


def _row(name: str, counts: Counter[str]) -> str:
    return f"| {name} | {counts.total()} | " + " | ".join(str(counts[cause]) for cause in CAUSES) + " |"


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
