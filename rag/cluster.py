"""Run the steps of a pipeline on a Ray cluster, as a Ray Data pipeline. The one file that imports Ray."""

from __future__ import annotations

import functools
import logging
import os
import pickle
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

from rag.errors import ClusterFailed, KotaeError, SettingsError, first_line
from rag.messages import Message
from rag.processors import count_processors

LOCAL = "local"
"""The address for which Ray is started on this machine, and stopped at the end."""
_INSTALL = 'pip install "ray[data]>=2.60,<3"'
_RESUME = "Run the command again; finished work is kept."
_OBJECT_STORE = 256 << 20
"""Bytes of shared memory for what is between two steps, where Ray is started here."""


_PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class RaySettings:
    """The address of a Ray cluster, or "local"; the processors of an encoder without a GPU; the tokens of a batch."""

    address: str = LOCAL
    cores: int = 4
    tokens: int = 1 << 16


@dataclass(frozen=True, slots=True)
class Step:
    """A step: `open` returns, once in every worker, a function from an item to any number of items.

    `processors` and `gpus` are what a worker takes. At most `workers` work at a time; None means as many as fit. Those
    that are `lasting` live as long as the pipeline; others are Ray's tasks.
    """

    name: str
    open: Callable[[], Callable[[Any], Iterable[Any]]]
    processors: float
    gpus: int = 0
    workers: int | None = None
    lasting: bool = True


@dataclass(frozen=True, slots=True)
class Cluster:
    """A connected cluster: its GPUs, and the processors of its largest node."""

    where: str
    gpus: int
    processors: int

    def run(self, items: Iterable[Any], steps: Iterable[Step]) -> Generator[Any]:
        """Yield what the last step makes of what the one before makes, and so on, in no particular order.

        A KotaeError of a step is raised here. Each step begins with the first items of the one before and waits when
        the next one is behind. What a worker that dies had in hand is made again, so that `items` and all steps must
        give the same number of items each time. Raises ClusterFailed.
        """
        import ray.data

        with _quiet_pipeline():
            data: Any = ray.data.from_arrow([_table(item) for item in items])
            for step in steps:
                data = _with_step(data, step)
            made = data.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=0)
            # Closed here, which tells the workers to end: the traceback of an error would keep it open.
            with closing(iter(made)) as blocks:
                while (block := self._next(blocks)) is not None:
                    for item in _items(block):
                        if isinstance(item, KotaeError):
                            raise item
                        yield item

    def _next(self, blocks: Iterator[Any]) -> Any:
        try:
            return next(blocks, None)
        except Exception as error:  # Ray raises what it has: of its own, of the step, or of its connections
            raise ClusterFailed(
                Message("A worker of the Ray cluster failed: {error}", error=first_line(error)),
                where=self.where,
                do=_RESUME,
            ) from error


@contextmanager
def open_cluster(address: str) -> Iterator[Cluster]:
    """Connect to a cluster, or start one here for "local", until the block ends. Raises SettingsError, ClusterFailed.

    Where this process is connected already, as in a notebook, that connection is used and kept.
    """
    try:
        import ray
    except ImportError as error:
        raise SettingsError(
            "--ray needs the package ray", do=Message("Install it with: {install}", install=_INSTALL)
        ) from error
    if address.startswith("ray://"):
        raise SettingsError(
            "Ray Data cannot be used through Ray Client (ray://)",
            where="--ray",
            do="Run the command on a machine of the cluster with --ray auto, or with: ray job submit",
        )
    ours = not ray.is_initialized()
    if ours:
        _connect(ray, address)
    try:
        largest = max((node["Resources"].get("CPU", 0) for node in ray.nodes() if node["Alive"]), default=0)
        yield Cluster(address, int(ray.cluster_resources().get("GPU", 0)), int(largest))
    finally:
        if ours:
            try:
                _end_executors()
            finally:
                ray.shutdown()


def _connect(ray: Any, address: str) -> None:
    where: dict[str, Any] = {"address": address}
    if address == LOCAL:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        # One more than there are, for reading: it needs little, and would else take a place from the encoders.
        where |= {"num_cpus": count_processors() + 1, "object_store_memory": _OBJECT_STORE}
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    main = threading.current_thread() is threading.main_thread()
    handler = signal.getsignal(signal.SIGTERM)
    try:
        with _quiet_start():
            ray.init(**where, log_to_driver=False, logging_level=logging.ERROR)
    except (ConnectionError, RuntimeError, ValueError, OSError) as error:
        raise ClusterFailed(
            Message("The Ray cluster cannot be reached: {error}", error=first_line(error)),
            where=address,
            do="Start it with `ray start --head`, or leave the address out to have Ray started on this machine.",
        ) from error
    finally:
        if main:  # Ray's own would end this process without its last steps
            signal.signal(signal.SIGTERM, handler)


def _end_executors() -> None:
    """Wait for the threads that run Ray Data's pipelines: one that is still at work when Ray ends crashes the process.

    They have been told to end, for which Ray itself waits two seconds.
    """
    for thread in threading.enumerate():
        if thread.name.startswith("StreamingExecutor"):
            thread.join(_PATIENCE)


@contextmanager
def _quiet_start() -> Iterator[None]:
    """Discard what is written to stderr meanwhile, which Ray does from C++: a line that it will log nothing."""
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with open(os.devnull, "wb") as nothing:
            os.dup2(nothing.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


@contextmanager
def _quiet_pipeline() -> Iterator[None]:
    """Have Ray Data pass each item on by itself, and print nothing: kotae shows progress and errors."""
    from ray.data import DataContext

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of settings that the copy sets, deprecated ones too
        context = DataContext.get_current().copy()
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    context.target_max_block_size = 1  # byte, which every item has
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    with DataContext.current(context):
        yield


def _with_step(data: Any, step: Step) -> Any:
    import ray.data
    from ray import cloudpickle

    options: dict[str, Any] = {"batch_size": None, "batch_format": "pyarrow", "num_cpus": step.processors}
    if step.gpus:
        options["num_gpus"] = step.gpus
    # A class or function of its name, which is what Ray's dashboard shows.
    opened = cloudpickle.dumps(step.open)
    if step.lasting:
        options["compute"] = ray.data.ActorPoolStrategy(min_size=1, max_size=step.workers)
        return data.map_batches(type(step.name, (_Worker,), {}), fn_constructor_args=(opened,), **options)
    options["compute"] = ray.data.TaskPoolStrategy(step.workers)

    def task(block: Any) -> Iterator[Any]:
        return _made(_opened(opened), block)

    task.__name__ = task.__qualname__ = step.name
    return data.map_batches(task, **options)


class _Worker:
    """What Ray keeps in an actor."""

    def __init__(self, opened: bytes) -> None:
        self._opened = opened

    def __call__(self, block: Any) -> Iterator[Any]:
        yield from _made(_opened(self._opened), block)


@functools.lru_cache(8)
def _opened(pickled: bytes) -> Callable[[Any], Iterable[Any]]:
    """Open a step, once in a process."""
    from ray import cloudpickle

    opened: list[Callable[[Any], Iterable[Any]]] = []

    def function(item: Any) -> Iterable[Any]:
        if not opened:  # here, where its errors are passed on
            opened.append(cloudpickle.loads(pickled)())
        return opened[0](item)

    return function


def _made(function: Callable[[Any], Iterable[Any]], block: Any) -> Iterator[Any]:
    """Yield what a step makes of each item; a named error is passed on as an item, as Ray would wrap and repeat it."""
    for item in _items(block):
        try:
            for made in [item] if isinstance(item, KotaeError) else function(item):
                yield _table(made)
        except KotaeError as error:
            yield _table(error)


def _table(item: Any) -> Any:
    import pyarrow

    data = pyarrow.array([pickle.dumps(item, protocol=5)], pyarrow.large_binary())
    return pyarrow.table({"item": data})


def _items(block: Any) -> Iterator[Any]:
    return (pickle.loads(data) for data in block["item"].to_pylist())  # noqa: S301  # what `_table` pickled
