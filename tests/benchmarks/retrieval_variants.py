"""Every way of scoring that was tried for `rag.retrieval.retriever`, with its recall, as a Markdown table.

Run with `python -m tests.benchmarks.retrieval_variants DATA CACHE [EVERY]`; DATA holds the folders jsquad_dev,
jaquad_dev, niilc and squad_ja_en, CACHE keeps vectors (the first run encodes some ten thousand texts), EVERY takes
every EVERY-th question of the large sets.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rag.encoders.embeddings import open_encoder
from rag.lexical.search import COVERAGE_POWER, GRAM_WEIGHT, LEADERS
from rag.lexical.terms import grams
from rag.records import Language
from rag.retrieval.cross_language import NEAR
from rag.retrieval.retriever import LANGUAGE_PRIOR_HITS, LANGUAGE_PRIOR_WEIGHT, LEXICAL_WEIGHT
from rag.text.words import words
from tests.benchmarks.retrieval_matrix import Matrix, load_collection
from tests.benchmarks.vector_cache import VectorCache

Score = Callable[[Matrix], np.ndarray]


@dataclass(frozen=True, slots=True)
class Task:
    """A direction: the matrix of its questions and passages, and the language of the documents sought (None: any)."""

    name: str
    matrix: Matrix
    gold: Language | None


def tasks(data: Path, vectors: VectorCache, every: int) -> Iterator[Task]:
    """Every direction in its own language's documents, then in the mixed corpus."""
    for name in ("jsquad_dev", "jaquad_dev", "niilc"):
        yield Task(name, load_collection([data / name]).matrix(vectors, "ja", every=every), "ja")
    squad = load_collection([data / "squad_ja_en"])
    yield Task("ja→en", squad.matrix(vectors, "ja", "en"), "en")
    yield Task("en→en", squad.matrix(vectors, "en", "en"), "en")
    mixed = load_collection([data / "squad_ja_en", data / "jsquad_dev"])
    yield Task("en→ja", mixed.matrix(vectors, "en", "ja", "squad_ja_en/"), "ja")
    yield Task("mixed: jsquad", mixed.matrix(vectors, "ja", prefix="jsquad_dev/", every=every), "ja")
    asked_in_japanese = mixed.matrix(vectors, "ja", prefix="squad_ja_en/")
    asked_in_english = mixed.matrix(vectors, "en", prefix="squad_ja_en/")
    yield Task("mixed: ja→en", asked_in_japanese, "en")
    yield Task("mixed: en→either", asked_in_english, None)
    yield Task("mixed: en→ja", asked_in_english, "ja")
    yield Task("mixed: en→en", asked_in_english, "en")
    yield Task("told once: ja→en", asked_in_japanese.told_once("en"), "en")
    yield Task("told once: en→ja", asked_in_english.told_once("ja"), "ja")
    yield Task("told once: en→en", asked_in_english.told_once("en"), "en")


def kotae(
    m: Matrix,
    weight: float = LEXICAL_WEIGHT,
    gram_weight: float = GRAM_WEIGHT,
    leaders: int = LEADERS,
    levelling: float = LANGUAGE_PRIOR_WEIGHT,
    levelled: int = LANGUAGE_PRIOR_HITS,
    near: float | None = NEAR,
    power: int = COVERAGE_POWER,
) -> np.ndarray:
    """What `rag.retrieval.retriever` does; without corroboration where `near` is None."""
    both = m.centred(m.dense) + weight * m.coverage**power * m.lead(m.lexical(gram_weight), leaders)
    level = (1 - levelling) * both + levelling * m.lead(both, levelled)
    return level if near is None else level + m.gain(level, near)


def rank_fusion(dense: np.ndarray, lexical: np.ndarray, weight: float) -> np.ndarray:
    """Reciprocal rank fusion with constant 60 (Cormack, Clarke and Büttcher 2009); `weight` is the dense leg's."""
    places = [np.argsort(np.argsort(-scores, axis=1), axis=1) for scores in (dense, lexical)]
    return weight / (61 + places[0]) + (1 - weight) / (61 + places[1])


def without_directions(m: Matrix, count: int) -> np.ndarray:
    """All-but-the-top (Mu and Viswanath 2018): both sides less their means and the chunks' first directions."""
    chunks, questions = m.chunks - m.chunks.mean(axis=0), m.questions - m.questions.mean(axis=0)
    top = np.linalg.svd(chunks, full_matrices=False)[2][:count]
    sides = [side - side @ top.T @ top for side in (questions, chunks)]
    return _cosines(*sides)


def whitened(m: Matrix, power: float) -> np.ndarray:
    """Cosines after whitening by the chunks' covariance to a power (0 none, 1 full)."""
    chunks, questions = m.chunks - m.chunks.mean(axis=0), m.questions - m.questions.mean(axis=0)
    values, axes = np.linalg.eigh(np.cov(chunks.T) + 1e-5 * np.eye(chunks.shape[1]))
    basis = axes * np.maximum(values, 1e-5) ** (-power / 2)
    return _cosines(questions @ basis, chunks @ basis)


def less_hubness(m: Matrix, weight: float) -> np.ndarray:
    """CSLS (Conneau et al. 2018) with the other chunks in place of questions: hubs lose."""
    near = m.chunks @ m.chunks.T
    np.fill_diagonal(near, -1)
    return m.dense - weight * np.sort(near, axis=1)[:, -10:].mean(axis=1)


def with_feedback(m: Matrix, weight: float, count: int = 3) -> np.ndarray:
    """Pseudo-relevance feedback: each question moved towards the mean of its nearest chunks."""
    nearest = np.argsort(-m.dense, axis=1)[:, :count]
    return _cosines(m.questions + weight * m.chunks[nearest].mean(axis=1), m.chunks)


def _cosines(questions: np.ndarray, chunks: np.ndarray) -> np.ndarray:
    unit = [side / np.linalg.norm(side, axis=1, keepdims=True) for side in (questions, chunks)]
    return unit[0] @ unit[1].T


def coverage(m: Matrix) -> np.ndarray:
    """Close to the score before this one: the share of the best score, 0.3 being neutral, in one language only."""
    own = m.own(words, 1.5, 0.75)
    same = m.languages[None, :] == m.asked_in[:, None]
    share = own / np.maximum(own.max(axis=1, keepdims=True), 1e-6)
    return m.centred(m.dense) + np.where(same, 0.1 * (share - 0.3), 0)


VARIANTS: dict[str, Score] = {
    "dense leg: cosine": lambda m: m.dense,
    "cosine less the centroid's": lambda m: m.centred(m.dense),
    "dense, centred on chunks' mean": lambda m: without_directions(m, 0),
    "dense, less 1 direction": lambda m: without_directions(m, 1),
    "dense, less 3 directions": lambda m: without_directions(m, 3),
    "dense, whitened 0.3": lambda m: whitened(m, 0.3),
    "dense, whitened 1": lambda m: whitened(m, 1.0),
    "dense, CSLS 0.3": lambda m: less_hubness(m, 0.3),
    "dense, feedback 0.3 of top 3": lambda m: with_feedback(m, 0.3),
    "BM25 words (1.5, 0.75)": lambda m: m.own(words, 1.5, 0.75),
    "BM25 words (0.9, 0.4)": lambda m: m.own(words),
    "BM25 words (0.6, 0.5)": lambda m: m.own(words, 0.6, 0.5),
    "BM25 n-grams": lambda m: m.own(grams),
    "lexical leg: words + 0.3 n-grams, translations across": lambda m: m.lexical(0.3),
    "RRF 0.3, words (1.5, 0.75)": lambda m: rank_fusion(m.dense, m.own(words, 1.5, 0.75), 0.3),
    "RRF 0.5, lexical leg": lambda m: rank_fusion(m.dense, m.lexical(0.3), 0.5),
    "sum, cosine + 0.01 lexical leg": lambda m: m.dense + 0.01 * m.lexical(0.3),
    "0.1 (share of best - 0.3)": coverage,
    "kotae, without translations, neither levelled nor corroborated": lambda m: (
        m.centred(m.dense) + LEXICAL_WEIGHT * m.lead(m.own(words) + GRAM_WEIGHT * m.own(grams))
    ),
    "kotae, without n-grams": lambda m: kotae(m, gram_weight=0),
    "kotae, n-grams 0.5": lambda m: kotae(m, gram_weight=0.5),
    "kotae, weight 0.004": lambda m: kotae(m, weight=0.004),
    "kotae, weight 0.006": lambda m: kotae(m, weight=0.006),
    "kotae, weight 0.01": lambda m: kotae(m, weight=0.01),
    "kotae, weight 0.02": lambda m: kotae(m, weight=0.02),
    "kotae, margins not weighted": lambda m: kotae(m, power=0),
    "kotae, margins weighted by the share itself": lambda m: kotae(m, power=1),
    "kotae, not levelled": lambda m: kotae(m, levelling=0),
    "kotae, levelling 0.2": lambda m: kotae(m, levelling=0.2),
    "kotae, levelling 0.8": lambda m: kotae(m, levelling=0.8),
    "kotae, levelled 1": lambda m: kotae(m, levelled=1),
    "kotae, levelled 10": lambda m: kotae(m, levelled=10),
    "kotae, leaders 1": lambda m: kotae(m, leaders=1),
    "kotae, leaders 5": lambda m: kotae(m, leaders=5),
    "kotae, not corroborated": lambda m: kotae(m, near=None),
    "kotae, corroborated above 0.2": lambda m: kotae(m, near=0.2),
    "kotae, corroborated above 0.3": lambda m: kotae(m, near=0.3),
    "kotae, corroborated above 0.5": lambda m: kotae(m, near=0.5),
    "kotae, neither levelled nor corroborated": lambda m: kotae(m, levelling=0, near=None),
    "**kotae**": kotae,
}


def main(data: Path, cache: Path, every: int) -> None:
    """Print the table: recall@1 / recall@5."""
    vectors = VectorCache(open_encoder("bundled"), cache)
    directions = list(tasks(data, vectors, every))
    print("| recall@1 / @5 | " + " | ".join(f"{one.name} ({len(one.matrix.queries)})" for one in directions) + " |")
    print("| --- " * (len(directions) + 1) + "|")
    for name, score in VARIANTS.items():
        ranks = [task.matrix.ranks(score(task.matrix), task.gold) for task in directions]
        cells = (f"{(r <= 1).mean():.3f} / {(r <= 5).mean():.3f}" for r in ranks)
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 1)
