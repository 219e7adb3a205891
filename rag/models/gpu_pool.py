"""One model on several GPUs: a process for each, among which the prompts of a batch are spread."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from rag.errors import KotaeError, ModelFailed, ModelUnavailable, first_line
from rag.messages import Message
from rag.models.engine import Completion, EngineOptions, Piece, TextEngine, Turn
from rag.records import Decoding


@dataclass(frozen=True, slots=True)
class _Opened:
    identity: str
    build: str | None
    context: int
    batch_size: int


class GpuPool(TextEngine):
    """An engine in a process for each GPU. The prompts of a `complete` are spread by length; answers keep their order.

    A single prompt, also a streamed one, is answered by the first GPU, in one piece.
    """

    def __init__(self, uri: str, options: EngineOptions, gpus: Sequence[int]) -> None:
        """Load the model on each GPU of `gpus`. Raises what opening it raises.

        The first is loaded alone, as it may have to compile a kernel.
        """
        self._workers = [_Worker(gpu) for gpu in gpus]
        try:
            first = self._workers[0].call("open", uri, options)
            with ThreadPoolExecutor(len(gpus)) as threads:
                others = list(threads.map(lambda worker: worker.call("open", uri, options), self._workers[1:]))
        except BaseException:
            self.close()
            raise
        self.identity, self.build, self.context = first.identity, first.build, first.context
        self.batch_size = sum(opened.batch_size for opened in (first, *others))

    def render(self, turns: Sequence[Turn]) -> str:
        return str(self._workers[0].call("render", turns))

    def count_tokens(self, text: str) -> int:
        return int(self._workers[0].call("count_tokens", text))

    def complete(self, prompts: Sequence[str], decoding: Decoding, stop: Sequence[str] = ()) -> list[Completion]:
        if self.closed:
            raise ModelFailed("This model is closed")
        parts = spread([len(prompt) for prompt in prompts], len(self._workers))

        def ask(worker: _Worker, part: Sequence[int]) -> list[Completion]:
            return list(worker.call("complete", [prompts[number] for number in part], decoding, stop)) if part else []

        with ThreadPoolExecutor(len(self._workers)) as threads:
            answered = list(threads.map(ask, self._workers, parts))
        by_number = {
            number: completion
            for part, completions in zip(parts, answered, strict=True)
            for number, completion in zip(part, completions, strict=True)
        }
        return [by_number[number] for number in range(len(prompts))]

    def stream(self, prompt: str, decoding: Decoding, stop: Sequence[str] = ()) -> Iterator[Piece]:
        (completion,) = self.complete([prompt], decoding, stop)
        yield Piece(completion.text)
        yield Piece("", completion)

    def close(self) -> None:
        self.closed = True
        for worker in self._workers:
            worker.end()


def spread(costs: Sequence[int], parts: int) -> list[list[int]]:
    """Return the indices of `costs` in so many parts of about the same sum: the largest first, to the smallest part."""
    found: list[list[int]] = [[] for _ in range(parts)]
    sums = [0] * parts
    for number in sorted(range(len(costs)), key=lambda number: -costs[number]):
        least = sums.index(min(sums))
        found[least].append(number)
        sums[least] += costs[number]
    return [sorted(part) for part in found]


class _Worker:
    """A process that sees one GPU, and answers one call at a time."""

    def __init__(self, gpu: int) -> None:
        self._gpu = gpu
        spawning = multiprocessing.get_context("spawn")
        self._connection, theirs = spawning.Pipe()
        self._process = spawning.Process(target=_serve, args=(theirs, gpu), daemon=True)
        self._process.start()
        theirs.close()
        self._lock = threading.Lock()

    def call(self, name: str, *arguments: Any) -> Any:
        """Return what a function of the engine returns in the process. Raises what it raises, and ModelFailed."""
        with self._lock:
            try:
                self._connection.send((name, arguments))
                outcome = self._connection.recv()
            except (EOFError, OSError) as error:
                raise ModelFailed(
                    Message("The process of GPU {gpu} has ended", gpu=self._gpu),
                    do="Free memory on the GPU or of the machine, then run the same command again.",
                ) from error
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def end(self) -> None:
        """End the process, which frees the memory of its GPU."""
        self._connection.close()
        self._process.terminate()
        self._process.join()


def _serve(connection: Connection, gpu: int) -> None:
    """Open an engine on one GPU and answer calls until the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that asks ends this one
    visible = os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",")
    os.environ["CUDA_VISIBLE_DEVICES"] = visible[gpu] if gpu < len(visible) and visible[0] else str(gpu)
    engine: TextEngine | None = None
    while True:
        try:
            name, arguments = connection.recv()
        except (EOFError, OSError):
            return
        try:
            if name == "open":
                engine = _open(gpu, *arguments)
                outcome: Any = _Opened(engine.identity, engine.build, engine.context, engine.batch_size)
            else:
                outcome = getattr(engine, name)(*arguments)
        except KotaeError as error:
            outcome = error
        except Exception as error:  # the types of libraries may not exist, or not unpickle, in the other process
            outcome = ModelFailed(Message("GPU {gpu} did not answer: {error}", gpu=gpu, error=first_line(error)))
        connection.send(outcome)


def _open(gpu: int, uri: str, options: EngineOptions) -> TextEngine:
    import torch

    from rag.models.registry import open_engine

    if torch.version.cuda is not None and not torch.cuda.is_available():
        raise ModelUnavailable(
            Message("There is no GPU {gpu} here", gpu=gpu), do="`kotae doctor` shows what PyTorch sees."
        )
    return open_engine(uri, options)
