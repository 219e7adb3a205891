"""Measure questions a second, searched one by one and in batches, and check that the hits are the same to the letter.

Run with `python -m tests.benchmarks.search_batches INDEX FOLDER... [--limit N] [--server]`: an index, and the
collections (folders with questions.jsonl) whose questions are asked. `python -m kotae eval retrieval FOLDER --index
INDEX` makes the index. With --server a copy of it is asked, on a Chroma server of this machine.

The two ways take turns, 64 questions each, so that what else the machine does slows down both. One by one nothing is
kept from question to question. Printed are the processor time and the time of a question both ways, and where the
processor time of one question goes.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

from eval.retrieval.questions import load_questions
from rag.index.chroma import ChromaServer
from rag.index.location import locate_index
from rag.index.metadata import read_chunks
from rag.index.passages import Passages
from rag.index.reader import open_index
from rag.index.store import ChunkStore
from rag.index.table import ALL
from rag.lexical.search import LexicalIndex
from rag.retrieval.retriever import BATCH, HybridRetriever
from tests.sites import chroma_server

K = 50
"""As many hits as `kotae eval retrieval` requests for 10 documents."""


class Clock:
    """Seconds of processor and of time, by what they were spent on."""

    def __init__(self) -> None:
        self.processor: Counter[str] = Counter()
        self.wall: Counter[str] = Counter()

    @contextmanager
    def counting(self, name: str) -> Iterator[None]:
        processor, wall = time.process_time(), time.perf_counter()
        yield
        self.processor[name] += time.process_time() - processor
        self.wall[name] += time.perf_counter() - wall

    def counted(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def counting(*given: Any, **named: Any) -> Any:
            with self.counting(name):
                return call(*given, **named)

        return counting


@contextmanager
def on_a_server(folder: Path) -> Iterator[ChromaServer]:
    """Run a Chroma server with a copy of an index."""
    with tempfile.TemporaryDirectory() as data, chroma_server(Path(data)) as url:
        server = ChromaServer(url)
        source, target = locate_index(folder), locate_index(folder, server)
        manifest = source.load()
        with target.lock(), closing(source.store(manifest)) as store, closing(target.store(manifest)) as copy:
            target.save(replace(manifest, complete=False))
            for table in store.tables.values():
                for page in table.pages(["text", "metadata", "vector"], ALL):
                    copy.upsert(list(read_chunks(page)), page.vectors)
            target.save(manifest)
        yield server


def measure(folder: Path, questions: list[str], server: ChromaServer | None = None) -> None:
    index = open_index(folder, None, server)
    together = HybridRetriever(index=index)
    alone = HybridRetriever(index=replace(index, passages=Passages(index.store, 0)))
    for retriever in (alone, together):
        retriever.search("日本の首都は？")
        retriever.search("What is the capital of Japan?")
    clock, differing = Clock(), 0
    for start in range(0, len(questions), BATCH):
        batch = questions[start : start + BATCH]
        with clock.counting("one by one"):
            expected = [alone.candidates(question, K) for question in batch]
        with clock.counting("in batches"):
            found = list(together.candidates_many(batch, K))
        differing += sum(ours != theirs for ours, theirs in zip(found, expected, strict=True))
    each = 1000 / len(questions)
    print(f"{index.store.count()} chunks, {len(questions)} questions, {differing} with other hits or scores")
    for name in ("one by one", "in batches"):
        print(f"  {name}: {each * clock.processor[name]:.1f} ms of processor, {each * clock.wall[name]:.1f} ms")
    for what, spent in (("processor time", clock.processor), ("time", clock.wall)):
        print(f"  questions in the same {what}: {spent['one by one'] / spent['in batches']:.2f} times as many")
    _profile(alone, questions[:100])


def _profile(retriever: HybridRetriever, questions: list[str]) -> None:
    """Print what a question's processor time is spent on, one by one."""
    clock = Clock()
    encoder = type(retriever.index.encoder)
    parts: list[tuple[type, str, str]] = [
        (encoder, "encode_each", "encoder"),
        (ChunkStore, "nearest", "dense search"),
        (LexicalIndex, "search", "lexical search"),
        (Passages, "fetch", "passages and vectors"),
    ]
    kept = [getattr(kind, method) for kind, method, _ in parts]
    for kind, method, name in parts:
        setattr(kind, method, clock.counted(name, getattr(kind, method)))
    with clock.counting("all"):
        for question in questions:
            retriever.candidates(question, K)
    for (kind, method, _), original in zip(parts, kept, strict=True):
        setattr(kind, method, original)
    clock.processor["fusion"] = 2 * clock.processor["all"] - sum(clock.processor.values())
    for name, seconds in clock.processor.most_common():
        print(f"    {name:<22}{1000 * seconds / len(questions):7.1f} ms")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("index", type=Path)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--limit", type=int)
    parser.add_argument("--server", action="store_true")
    given = parser.parse_args()
    asked = [query.text for folder in given.folders for query in load_questions(folder).queries]
    asked = asked[:: max(1, len(asked) // given.limit)] if given.limit else asked
    with on_a_server(given.index) if given.server else nullcontext() as server:
        measure(given.index, asked, server)
