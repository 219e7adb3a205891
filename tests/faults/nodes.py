"""A node of a Ray cluster that is killed at a random moment of an ingest: `python -m tests.faults.nodes [--rounds N]`.

The cluster has three nodes on this machine, the corpus is `corpus`, the encoder one without weights. Each round kills
another node than its head, replaces it, and repeats the command; at last an ingest of the corpus from an S3 server on
loopback follows. Each index must be the one that a single process makes. Prints a row of Markdown.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ingest.sync
from ingest.pipeline import distributed
from ingest.sync import sync
from rag.cluster import RaySettings, open_cluster
from rag.errors import ClusterFailed
from rag.index.chroma import ChromaServer
from rag.settings import Chunking
from tests.clusters import STORE, cluster_of
from tests.fakes import HashEncoder
from tests.faults.__main__ import row
from tests.faults.scene import Finding
from tests.ingest.snapshots import assert_same_index
from tests.s3 import s3_server
from tests.samples import REPOSITORY
from tests.sites import chroma_server

CORPUS = REPOSITORY / "corpus"
CHUNKING = Chunking(max_tokens=120)
PROCESSORS = (2, 1, 1)


class Scene:
    """A cluster, a Chroma server, and the index that a single process makes."""

    def __init__(self, folder: Path, cluster: Any, url: str) -> None:
        self.cluster, self._url, self._unused = cluster, url, folder / "unused"
        self.alone = folder / "alone"
        sync(CORPUS, self.alone, chunking=CHUNKING)
        self.finding = Finding("one of the three nodes of a Ray cluster killed at a random moment of an ingest")

    def ingest(self, name: str, corpus: Path | str = CORPUS, progress: Callable[[int, int], None] | None = None) -> int:
        """Sync an index of this name by the cluster; return the number of chunks that were new."""
        ray = RaySettings(self.cluster.address, cores=1, tokens=2000)
        server = ChromaServer(self._url, collection=name)
        return sync(corpus, self._unused, server=server, chunking=CHUNKING, ray=ray, progress=progress).embedded

    def check(self, name: str, alone: Path | None = None) -> None:
        """The index of this name is that of a single process."""
        try:
            assert_same_index(self._unused, alone or self.alone, ChromaServer(self._url, collection=name))
        except AssertionError as error:
            self.finding.wrong.append(f"{name}: the index is not that of a single process: {str(error)[:500]}")
            print(f"<!-- WRONG {self.finding.wrong[-1]} -->", flush=True)

    def killed(self, name: str, victim: Any, after: float) -> None:
        """Ingest, kill a node so many seconds later, and ingest again."""
        moments = [(0, 1)]
        at: list[float] = []

        def kill() -> None:
            done, total = moments[-1]
            self.cluster.remove_node(victim, allow_graceful=False)
            at.append(done / total)

        timer = threading.Timer(after, kill)
        timer.start()
        try:
            self.ingest(name, progress=lambda done, total: moments.append((done, total)))
            ended = "the ingest finished"
        except ClusterFailed:
            ended = "the ingest ended with a named error"
        timer.join()
        again = self.ingest(name)
        self.finding.did[f"{ended}; the same command again wrote {'the rest' if again else 'nothing new'}"] += 1
        print(
            f"<!-- {name}: node killed after {after:.1f} s, {at[0]:.0%} done; {ended}, then {again} new -->", flush=True
        )
        self.check(name)


def killed_nodes(scene: Scene, rounds: int) -> Finding:
    """Ingest undisturbed, then kill a node so many times."""
    chance = random.Random(21)
    began = time.monotonic()
    written = scene.ingest("calm")
    seconds = time.monotonic() - began
    print(f"<!-- undisturbed: {written} chunks in {seconds:.1f} s -->", flush=True)
    scene.check("calm")
    for number in range(rounds):
        _, *others = scene.cluster.list_all_nodes()
        began = time.monotonic()
        scene.killed(f"round-{number}", chance.choice(others), chance.uniform(0, seconds))
        seconds = time.monotonic() - began  # the machine may be busier, or idler, than at first
        scene.cluster.add_node(num_cpus=1, object_store_memory=STORE, include_dashboard=False)
    return scene.finding


@contextmanager
def quick() -> Iterator[None]:
    """The encoder without weights, in the workers too, and several groups of few files."""
    before = ingest.sync.open_encoder, distributed._GROUP_FILES
    ingest.sync.open_encoder, distributed._GROUP_FILES = lambda _: HashEncoder(), 12  # type: ignore[assignment]
    try:
        yield
    finally:
        ingest.sync.open_encoder, distributed._GROUP_FILES = before


def main(rounds: int) -> None:
    """Run the rounds, and the ingest from S3."""
    with (
        tempfile.TemporaryDirectory(prefix="kotae-nodes-") as folder,
        quick(),
        s3_server() as s3,  # before the cluster, whose workers inherit its credentials
        chroma_server(Path(folder)) as url,
        cluster_of(*PROCESSORS) as cluster,
        open_cluster(cluster.address),  # once: its workers then live on from one command to the next
    ):
        scene = Scene(Path(folder), cluster, url)
        print(row(killed_nodes(scene, rounds)), flush=True)
        bucket, alone = s3.fill("corpus", CORPUS), Path(folder, "alone-s3")
        print(f"<!-- from S3: {scene.ingest('s3', bucket)} chunks -->", flush=True)
        sync(bucket, alone, chunking=CHUNKING)
        scene.check("s3", alone)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.faults.nodes", description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    main(parser.parse_args().rounds)
