"""Ingest by Ray against one process: `python -m tests.benchmarks.ray_ingest instant|real [DOCUMENTS] [ENCODERS...]`.

Beside them the same steps in this process, with all that is passed between them packed as for Ray: what kotae's part of
the pipeline costs; ENCODERS 0 is this alone.

instant [4000]: an encoder that costs nothing, vectors of 384 dimensions: chunks a second of the pipeline itself.
real [400]: the bundled encoder, documents of 300 tokens.

Each way writes into a collection of its own on one Chroma server of this machine. Beside the time, which other work on
the machine lengthens, are the processor seconds of this process and all that it started but the server; both as a whole
and from the first chunks that are written to the last, without the start of Ray and of its workers. Linux only.
"""

from __future__ import annotations

import ctypes
import itertools
import os
import re
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from ingest.pipeline import distributed
from ingest.sync import sync
from rag.cluster import Cluster, RaySettings, Step, _items, _made, _table
from rag.index.chroma import ChromaServer
from rag.processors import count_processors
from tests.benchmarks.stand_in import make_corpus, use_instant_encoder
from tests.clusters import cluster_of
from tests.sites import chroma_server

_LETTERS = (1440, 342)
"""Of an English and of a Japanese document of 300 tokens."""
_DRIVER = "driver"
_TOKENS = 1 << 14
_PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True)
class _Moment:
    """Bytes done at a time, and the processor seconds until then."""

    done: int
    at: float
    work: Counter[str]

    @property
    def seconds(self) -> float:
        """All of the work."""
        return sum(self.work.values())


class ProcessorTime:
    """Processor seconds of this process and of all that it started, but for one with its children, also ended ones.

    Ray detaches its workers, so orphans are made children of this process, and nobody waits for those that end: times
    are therefore read every second, and what an ended process had by then is kept. Reading them does not count.
    """

    def __init__(self, without: int) -> None:
        self._without = without
        self._ticks: dict[tuple[int, str], tuple[int, str]] = {}
        self._lock = threading.Lock()
        self._reading = 0.0
        if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "prctl")
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while True:
            self.seconds()
            time.sleep(1)

    def seconds(self) -> Counter[str]:
        """Those until now, by the name of the process (which Ray changes to that of the step), of this one "driver"."""
        began = time.thread_time()
        with self._lock:
            children: dict[int, list[int]] = {}
            times: dict[int, tuple[str, int, str]] = {}
            for entry in Path("/proc").glob("[0-9]*"):
                with suppress(OSError):
                    name, _, rest = (entry / "stat").read_text().partition("(")[2].rpartition(")")
                    fields = rest.split()
                    children.setdefault(int(fields[1]), []).append(int(entry.name))
                    times[int(entry.name)] = fields[19], int(fields[11]) + int(fields[12]), name
            left = [os.getpid()]
            while left:
                process = left.pop()
                started, ticks, name = times[process]
                self._ticks[process, started] = ticks, self._name(process, started, name)
                left += [child for child in children.get(process, ()) if child != self._without]
            seconds: Counter[str] = Counter()
            for ticks, name in self._ticks.values():
                seconds[name] += ticks / os.sysconf("SC_CLK_TCK")
            self._reading += time.thread_time() - began
            seconds[_DRIVER] -= self._reading
            return seconds

    def _name(self, process: int, started: str, name: str) -> str:
        """The name of a process, of Ray's workers that of the step they had."""
        if process == os.getpid():
            return _DRIVER
        _, before = self._ticks.get((process, started), (0, ""))
        return before if name == "ray::IDLE" and before.startswith("ray::") else name


def measure(name: str, corpus: Path, url: str, work: ProcessorTime, ray: RaySettings | None) -> _Moment:
    """Sync into a collection of its own; print what it took, and return it."""
    moments: list[_Moment] = []
    began, before = time.monotonic(), work.seconds()

    def note(done: int, total: int) -> None:
        moments.append(_Moment(done, time.monotonic() - began, work.seconds() - before))

    report = sync(
        corpus,
        Path("unused"),
        server=ChromaServer(url, collection="-".join(["bench", *re.findall(r"\w+", name)])),
        ray=ray,
        progress=note,
    )
    first, written, last = next(moment for moment in moments if moment.done), moments[-2], moments[-1]
    chunks = report.chunks * max(1, written.done - first.done) / last.done
    rate, each = chunks / max(1e-9, written.at - first.at), 1000 * (written.seconds - first.seconds) / chunks
    print(
        f"{name:<15} {report.chunks} chunks in {last.at:.1f} s ({last.seconds:.1f} of a processor); "
        f"first written after {first.at:.1f} s ({first.seconds:.1f}), from there to the last written {rate:.1f}/s, "
        f"{each:.2f} ms of a processor each:",
        ", ".join(f"{process} {seconds:.1f}" for process, seconds in (written.work - first.work).most_common(6)),
        flush=True,
    )
    return last


class StepsHere(Cluster):
    """In place of a cluster: the steps in this process, one item after the other, packed between them."""

    def run(self, items: Iterable[Any], steps: Iterable[Step]) -> Generator[Any]:
        blocks: Iterable[Any] = map(_table, items)
        for step in steps:
            blocks = itertools.chain.from_iterable(map(partial(_made, step.open()), blocks))
        yield from itertools.chain.from_iterable(map(_items, blocks))


@contextmanager
def without_ray() -> Iterator[None]:
    """Let the steps run here."""
    before = distributed.open_cluster
    distributed.open_cluster = lambda address: nullcontext(StepsHere(address, 0, 2))  # type: ignore[assignment]
    try:
        yield
    finally:
        distributed.open_cluster = before


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
        work = ProcessorTime(*_listening(url))
        alone = measure("one process", corpus, url, work, None)
        with without_ray():
            measure("its steps here", corpus, url, work, RaySettings("here", tokens=_TOKENS))
        for number in filter(None, workers or (1, 2)):
            cores = max(1, count_processors() // number)
            with cluster_of(cores * number + 1) as cluster:
                ray = RaySettings(cluster.address, cores=cores, tokens=_TOKENS)
                whole = measure(f"Ray, encoders: {number}", corpus, url, work, ray)
            print(f"  {whole.at / alone.at:.2f} of one process's time, {whole.seconds / alone.seconds:.2f} of its work")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], *map(int, sys.argv[2:] or [4000 if sys.argv[1] == "instant" else 400])))
