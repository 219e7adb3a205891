"""Every set of questions with documents, as directions to search in, by the group that is left out together.

bench100 repeats questions and documents of squad_ja_en, so they are one group: whoever tunes on one has seen the other.
"""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from eval.dataset.load import load_dataset
from eval.retrieval.evaluate import Query, queries_of
from ingest.chunking import split
from ingest.documents import LoadedDocument, documents
from ingest.files import find
from rag.collection import load_documents
from rag.encoders.embeddings import open_encoder
from rag.records import LANGUAGES, Language
from rag.settings import Chunking
from tests.benchmarks.retrieval_matrix import Collection, Matrix, Passage, load_collection
from tests.benchmarks.vector_cache import VectorCache
from tests.samples import REPOSITORY

ASKED = 500
"""About as many questions of a large set, over all of its own passages."""


@dataclass(frozen=True, slots=True)
class Direction:
    """Questions over an index: the group they are left out with, and the language of the documents sought (None: any).

    Documents in the other language that answer too are left out of the ranking where one language is sought.
    """

    group: str
    name: str
    matrix: Matrix
    gold: Language | None


def directions(data: Path, vectors: VectorCache, asked: int = ASKED) -> Iterator[Direction]:
    """Every direction, in the order of the tables."""
    for name in ("jsquad_dev", "jaquad_dev", "niilc"):
        collection = load_collection([data / name])
        yield Direction(name, f"{name}: ja→ja", collection.matrix(vectors, "ja", every=_every(collection, asked)), "ja")
    yield from _squad(data, vectors, asked)
    yield from _lit(data / "lit_ragbench", vectors)
    yield from _verify(vectors)


def _every(collection: Collection, asked: int) -> int:
    return max(1, round(len(collection.queries) / asked))


def _squad(data: Path, vectors: VectorCache, asked: int) -> Iterator[Direction]:
    group = "squad_ja_en, bench100"
    squad = load_collection([data / "squad_ja_en"])
    yield Direction(group, "squad: ja→en", squad.matrix(vectors, "ja", "en"), "en")
    yield Direction(group, "squad: en→en", squad.matrix(vectors, "en", "en"), "en")
    mixed = load_collection([data / "squad_ja_en", data / "jsquad_dev"])
    yield Direction(group, "squad: en→ja", mixed.matrix(vectors, "en", "ja", "squad_ja_en/"), "ja")
    every = _every(load_collection([data / "jsquad_dev"]), asked)
    jsquad = mixed.matrix(vectors, "ja", prefix="jsquad_dev/", every=every)
    yield Direction("jsquad_dev", "jsquad_dev, English beside: ja→ja", jsquad, "ja")
    by_language = {language: mixed.matrix(vectors, language, prefix="squad_ja_en/") for language in LANGUAGES}
    for language, other in (("ja", "en"), ("en", "ja")):
        matrix = by_language[language]
        yield Direction(group, f"squad, translations beside: {language}→{other}", matrix, other)
        yield Direction(group, f"squad, told once: {language}→{other}", matrix.told_once(other), other)
    bench = _bench(data, squad)
    for language in LANGUAGES:
        yield Direction(group, f"bench100: {language}→either", bench.matrix(vectors, language), None)


def _bench(data: Path, squad: Collection) -> Collection:
    """The open questions of bench100 as they stand there, over the folder that answers them."""
    with (data / "bench100.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["NO"]: row for row in csv.DictReader(file)}
    sources = {document.id: document.source for document in load_documents(data / "squad_ja_en")}
    queries = []
    for line in (data / "bench100.meta.jsonl").read_text("utf-8").splitlines():
        meta = json.loads(line)
        evidence = {
            language: (sources[meta[f"doc_id_{language}"]],) for language in LANGUAGES if meta.get(f"doc_id_{language}")
        }
        if evidence:
            texts = {"ja": rows[str(meta["NO"])]["instruction(jp)"], "en": rows[str(meta["NO"])]["instruction(en)"]}
            queries += [
                Query(f"bench{meta['NO']}", language, texts[language], evidence, meta["pair_id"])
                for language in LANGUAGES
            ]
    return Collection(squad.passages, queries)


def _lit(folder: Path, vectors: VectorCache) -> Iterator[Direction]:
    collection = load_collection([folder])
    pairs: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    for query in collection.queries:
        pairs[query.unit].update(query.evidence)
    both = Collection(
        collection.passages, [replace(query, evidence=dict(pairs[query.unit])) for query in collection.queries]
    )
    for asked_in in LANGUAGES:
        for sought in LANGUAGES:
            alone = both.matrix(vectors, asked_in, sought)
            yield Direction("lit_ragbench", f"lit: {asked_in}→{sought}", alone, sought)
        either = both.matrix(vectors, asked_in)
        yield Direction("lit_ragbench", f"lit, both beside: {asked_in}→either", either, None)


def _verify(vectors: VectorCache) -> Iterator[Direction]:
    queries = queries_of(load_dataset(REPOSITORY / "eval/data/verify100.csv"))
    corpus = Collection(corpus_passages(REPOSITORY / "corpus"), queries)
    evidence: dict[str, Callable[[Query], bool]] = {
        "ja": lambda query: set(query.evidence) == {"ja"},
        "en": lambda query: set(query.evidence) == {"en"},
        "both": lambda query: len(query.evidence) == 2,
    }
    for language in LANGUAGES:
        for name, wanted in evidence.items():
            kept = Collection(corpus.passages, [query for query in corpus.queries if wanted(query)])
            yield Direction("verify100", f"verify100: {language}→{name}", kept.matrix(vectors, language), None)


def corpus_passages(folder: Path) -> Sequence[Passage]:
    """The chunks of a folder of files, as ingest cuts them."""
    encoder = open_encoder("bundled")
    passages = []
    for file in find(folder).files:
        with file.path.open("rb") as stream:
            for document in documents(file, stream):
                assert isinstance(document, LoadedDocument), document
                chunks = split(document, Chunking(), encoder.count_tokens, encoder.window)
                passages += [Passage.of(chunk) for chunk in chunks]
    return passages
