"""Compare chunk sizes: `python -m tests.benchmarks.chunk_sizes DATA CACHE [EVERY]`, as a Markdown table.

DATA holds the folders jsquad_dev and squad_ja_en, CACHE keeps vectors. Every size is asked for the same: that the
document is found (recall@1 and @5), and that the answer itself stands in the passages of a prompt of 384 tokens: the
best chunks that fit, or (small to big) fewer of them, each with its neighbours of the same document.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from rag.encoders.embeddings import open_encoder
from rag.records import Language
from rag.settings import Chunking
from rag.text.language import normalise
from tests.benchmarks.retrieval_matrix import Matrix, load_collection
from tests.benchmarks.retrieval_variants import kotae
from tests.benchmarks.vector_cache import VectorCache

BUDGET = 384
SIZES = (Chunking(64), Chunking(96), Chunking(128), Chunking(128, 1), Chunking(192), Chunking(192, 1), Chunking(256))

Answers = Mapping[tuple[str, str], Sequence[str]]


def answers_of(folder: Path) -> Answers:
    """The answers of every question, by its id and the language they are in."""
    found = {}
    for line in (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines():
        question = json.loads(line)
        found[question["id"], question["lang"]] = question["answers"]
        found[question["id"], "en" if question["lang"] == "ja" else "ja"] = question.get("answers_xl", [])
    return found


def answered(m: Matrix, scores: np.ndarray, answers: Answers, language: Language, count: int, around: int) -> float:
    """The share of questions whose answer is in the `count` best passages, each with `around` neighbours a side."""
    right = 0
    for query, line in zip(m.queries, scores, strict=True):
        places = [place for best in np.argsort(-line)[:count] for place in neighbours(m, int(best), around)]
        text = normalise("\n".join(m.passages[place].text for place in dict.fromkeys(places)))
        right += any(normalise(answer) in text for answer in answers[query.number, language])
    return right / len(m.queries)


def neighbours(m: Matrix, place: int, around: int) -> Iterator[int]:
    """The places of a passage and of those beside it in its document."""
    for other in range(place - around, place + around + 1):
        if 0 <= other < len(m.passages) and m.passages[other].source == m.passages[place].source:
            yield other


def main(data: Path, cache: Path, every: int = 3) -> None:
    """Print the table."""
    vectors = VectorCache(open_encoder("bundled"), cache)
    squad, jsquad = answers_of(data / "squad_ja_en"), answers_of(data / "jsquad_dev")
    print("| chunks | passages | jsquad | ja→en | en→en | answer in 384 tokens: jsquad | ja→en | en→en |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for size in SIZES:
        japanese, both = load_collection([data / "jsquad_dev"], size), load_collection([data / "squad_ja_en"], size)
        tasks: list[tuple[Matrix, Language, Answers]] = [
            (japanese.matrix(vectors, "ja", every=every), "ja", jsquad),
            (both.matrix(vectors, "ja", "en"), "en", squad),
            (both.matrix(vectors, "en", "en"), "en", squad),
        ]
        scored = [(m, kotae(m), language, answers) for m, language, answers in tasks]
        found = [m.ranks(scores, language) for m, scores, language, _ in scored]
        recalls = " | ".join(f"{np.mean(ranks <= 1):.3f} / {np.mean(ranks <= 5):.3f}" for ranks in found)
        passages = sum(len(m.passages) for m, *_ in scored[:2])
        for around in (0, 1):
            count = max(1, BUDGET // (size.max_tokens * (1 + 2 * around)))
            if around and size.max_tokens * 3 > BUDGET:
                continue
            shares = " | ".join(
                f"{answered(m, scores, answers, language, count, around):.3f}"
                for m, scores, language, answers in scored
            )
            name = f"{size.max_tokens} tokens, {size.overlap} sentences repeated, {count} best"
            print(f"| {name}{' with neighbours' if around else ''} | {passages} | {recalls} | {shares} |", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *map(int, sys.argv[3:]))
