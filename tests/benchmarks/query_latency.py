"""Measure the time of a question among 1,000, 10,000 and 100,000 documents.

Run with `python -m tests.benchmarks.query_latency [NUMBER...]`.

Documents are half Japanese, half English, one chunk most of them; their vectors come from a stand-in, the question's
from the bundled encoder. Each leg is searched in both languages, as the retriever does; the lexical leg alone without
the scores of what the dense leg has found. Printed are the median and the 95th percentile of 100 questions, and the
time to open an index and answer the first one.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ingest.sync import sync
from rag.encoders.embeddings import open_encoder
from rag.index.reader import Index, open_index
from rag.retrieval.retriever import CANDIDATES, HybridRetriever
from rag.text.language import detect
from tests.benchmarks.stand_in import InstantEncoder, document, make_corpus, peak_megabytes, use_instant_encoder

QUESTIONS = 100


def measure(count: int, folder: Path, encode: Callable[[str], np.ndarray]) -> None:
    corpus = make_corpus(folder / "corpus", count)
    sync(corpus, folder / "index")
    began = time.perf_counter()
    index = open_index(folder / "index")
    retriever = HybridRetriever(index=index)
    questions = [document(count + n, 20)[:40] for n in range(QUESTIONS)]
    retriever.search(questions[0])
    print(f"{index.store.count()} chunks: opened and first answer {time.perf_counter() - began:.2f} s")
    encoder = InstantEncoder()
    legs: dict[str, Callable[[str], object]] = {
        "encode": encode,
        "dense": lambda question: _dense(index, encoder.encode([question])[0]),
        "lexical": lambda question: _lexical(index, question),
        "both, fused and fetched": retriever.search,
    }
    for name, leg in legs.items():
        taken = [_milliseconds(leg, question) for question in questions]
        print(f"  {name:<24} median {np.median(taken):7.1f} ms, 95th percentile {np.percentile(taken, 95):7.1f} ms")
    print(f"  peak memory of this process so far {peak_megabytes():.0f} MB", flush=True)


def _dense(index: Index, vector: np.ndarray) -> None:
    for language in index.secondary.centroids:
        index.store.nearest(vector[None], CANDIDATES, language)


def _lexical(index: Index, question: str) -> None:
    for language in index.secondary.centroids:
        index.secondary.lexical.search(question, detect(question), CANDIDATES, among=language)


def _milliseconds(leg: Callable[[str], object], question: str) -> float:
    began = time.perf_counter()
    leg(question)
    return 1000 * (time.perf_counter() - began)


if __name__ == "__main__":
    bundled = open_encoder("bundled")
    bundled.encode_queries(["最初の質問"])
    use_instant_encoder()
    for number in [int(one) for one in sys.argv[1:]] or [1000, 10_000, 100_000]:
        with tempfile.TemporaryDirectory() as scratch:
            measure(number, Path(scratch), lambda question: bundled.encode_queries([question])[0])
