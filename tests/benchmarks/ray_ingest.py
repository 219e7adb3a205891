"""Ingest by Ray against one process: `python -m tests.benchmarks.ray_ingest instant|real [DOCUMENTS] [WORKERS...]`.

instant [4000]: an encoder that costs nothing, vectors of 384 dimensions: chunks a second of the pipeline itself.
real [400]: the bundled encoder, documents of 300 tokens.

Each way writes into a collection of its own on one Chroma server of this machine. Beside the time, which other work on
the machine lengthens, are the processor seconds of this process and all that it started but the server; both as a whole
and from the first chunks that are written to the last, without the start of Ray and of its workers.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ingest.pipeline import distributed
from ingest.sync import sync
from rag.cluster import RaySettings
from rag.index.chroma import ChromaServer
from rag.processors import count_processors
from tests.benchmarks.stand_in import make_corpus, use_instant_encoder
from tests.clusters import cluster_of
from tests.sites import chroma_server

_LETTERS = (1440, 342)
"""Of an English and of a Japanese document of 300 tokens."""


@dataclass(frozen=True)
class _Moment:
    """Bytes done at a time, and the processor seconds until then."""

    done: int
    at: float
    work: float


def processor_seconds(server: int) -> float:
    """Return those of this process and of all that it started and that still run, but for one with its children."""
    parents: dict[int, int] = {}
    ticks: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            parents[int(entry.name)] = int(fields[1])
            ticks[int(entry.name)] = sum(map(int, fields[11:15]))  # of ended children too
    ours, left = 0, [os.getpid()]
    while left:
        process = left.pop()
        if process != server:
            ours += ticks[process]
            left += [child for child, parent in parents.items() if parent == process]
    return ours / os.sysconf("SC_CLK_TCK")


def measure(name: str, corpus: Path, url: str, server: int, ray: RaySettings | None) -> _Moment:
    """Sync into a collection of its own; print what it took, and return it."""
    moments: list[_Moment] = []
    began, before = time.monotonic(), processor_seconds(server)

    def note(done: int, total: int) -> None:
        moments.append(_Moment(done, time.monotonic() - began, processor_seconds(server) - before))

    report = sync(
        corpus,
        Path("unused"),
        server=ChromaServer(url, collection=f"bench-{name.replace(' ', '-')}"),
        ray=ray,
        progress=note,
    )
    first, last = next(moment for moment in moments if moment.done), moments[-1]
    written = report.chunks * (last.done - first.done) / last.done
    print(
        f"{name:<15} {report.chunks} chunks in {last.at:.1f} s ({last.work:.1f} of a processor): "
        f"{report.chunks / last.at:.1f}/s; first written after {first.at:.1f} s ({first.work:.1f}), from there "
        f"{written / max(1e-9, last.at - first.at):.1f}/s, {1000 * (last.work - first.work) / written:.2f} ms of a "
        "processor each",
        flush=True,
    )
    return last


def _listening(url: str) -> list[int]:
    """Return the process that serves a URL."""
    port = url.rsplit(":", 1)[1]
    lines = {entry: entry.read_bytes().split(b"\0") for entry in Path("/proc").glob("[0-9]*/cmdline")}
    return [int(entry.parent.name) for entry, words in lines.items() if port.encode() in words]


def main(kind: str, count: int, *workers: int) -> int:
    """Print a line for each way."""
    distributed._GROUP_FILES = max(1, min(64, count // 20))
    with tempfile.TemporaryDirectory() as folder, chroma_server(Path(folder)) as url:
        if kind == "instant":
            use_instant_encoder()
        corpus = make_corpus(Path(folder) / "corpus", count, _LETTERS if kind == "real" else (200, 200))
        (server,) = _listening(url)
        alone = measure("one process", corpus, url, server, None)
        for number in workers or (1, 2):
            cores = max(1, count_processors() // number)
            with cluster_of(cores * number + 1) as cluster:
                ray = RaySettings(cluster.address, cores=cores, tokens=1 << 14)
                whole = measure(f"Ray, encoders: {number}", corpus, url, server, ray)
            print(f"  {whole.at / alone.at:.2f} of one process's time, {whole.work / alone.work:.2f} of its work")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], *map(int, sys.argv[2:] or [4000 if sys.argv[1] == "instant" else 400])))
