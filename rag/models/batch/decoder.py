"""The device side of the engine: rows of sequences in the cache, filled by a prefill, advanced by a token per step.

The step of each number of rows is captured once as a CUDA graph and replayed; without CUDA the same code runs eagerly.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn.functional import pad

from rag.models.batch.attention import AttentionMask
from rag.models.batch.kv_cache import Extent, KeyValueCache
from rag.models.batch.sampling import Sampler

Forward = Callable[[torch.Tensor, torch.Tensor, AttentionMask], torch.Tensor]
_THREAD_STREAM = 2  # cudaStreamPerThread
_PREFILL_ATTENTION = [SDPBackend.FLASH_ATTENTION, SDPBackend.EFFICIENT_ATTENTION, SDPBackend.MATH]
"""PyTorch's attentions but cuDNN's, which makes a plan for every new number of prompts and length."""
_BUCKETS = (1, 2, 4, 8, 12, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128)


@dataclass(frozen=True, slots=True)
class PrefillEntry:
    """A sequence to prefill: its tokens so far, its slots in the cache, and its random numbers for sampling."""

    tokens: list[int]
    extent: Extent
    uniforms: torch.Tensor | None


class PendingStep:
    """A step that may still be running; `tokens()` waits for it."""

    def __init__(self, host: torch.Tensor, done: torch.cuda.Event | None) -> None:
        self._host = host
        self._done = done

    def tokens(self) -> list[int]:
        """Wait for the step and return the new token of each row, in order."""
        if self._done is not None:
            self._done.synchronize()
        return [int(token) for token in self._host.tolist()]


@functools.cache
def _capture_stream(of_thread: bool) -> Any:
    """Return the one stream for all captures: cuBLAS keeps a workspace of about 40 MiB for every stream it used."""
    return torch.cuda.ExternalStream(_THREAD_STREAM) if of_thread else torch.cuda.Stream()


class Decoder:
    """Decodes up to `max_rows` sequences in parallel over one cache. Rows in use are numbered from 0 without gaps."""

    def __init__(
        self,
        forward: Forward,
        head: Any,
        kv_cache: KeyValueCache,
        max_rows: int,
        limit: int,
        vocabulary: int,
        *,
        thread_stream: bool = False,
        fewest_rows: int | None = None,
    ) -> None:
        """Allocate the state of the rows.

        `head` maps hidden states to logits; `limit` is the maximum length of a sequence in tokens. With `thread_stream`
        graphs are captured on CUDA's per-thread default stream, for kernels that launch there. With `fewest_rows` a
        step has at least so many rows, idle ones if need be, and the head always gets the same number.
        """
        self._forward = forward
        self._head = head
        self.kv_cache = kv_cache
        self.max_rows = max_rows
        device = kv_cache.keys.device
        self._graphed = device.type == "cuda"
        self._stream = _capture_stream(thread_stream) if self._graphed else None
        self._graphs: dict[tuple[int, Sampler], Any] = {}
        self._memory: Any = None
        self._device = device
        self._fewest_rows = fewest_rows
        allocated = self._allocated = max(max_rows, fewest_rows or 0)
        self._token, self._start, self._length, self._live, self._drawn = (
            torch.zeros(allocated, dtype=torch.int64, device=device) for _ in range(5)
        )
        self._uniform = torch.zeros((allocated, limit + 2), device=device)
        self._seen = torch.zeros((allocated, vocabulary), dtype=torch.bool, device=device)
        self._host = [torch.zeros(allocated, dtype=torch.int64, pin_memory=self._graphed) for _ in range(2)]
        self._turn = 0

    @torch.inference_mode()
    def prefill(self, entries: Sequence[PrefillEntry], rows: Sequence[int], sampler: Sampler) -> list[int]:
        """Read the entries into rows in one padded pass, and return the first new token of each."""
        with sdpa_kernel(_PREFILL_ATTENTION):
            return self._prefill(entries, rows, sampler)

    def _prefill(self, entries: Sequence[PrefillEntry], rows: Sequence[int], sampler: Sampler) -> list[int]:
        device = self._device
        lengths = [len(entry.tokens) for entry in entries]
        ids = torch.zeros((len(entries), max(lengths)), dtype=torch.int64)
        slots = torch.zeros_like(ids)
        for number, entry in enumerate(entries):
            ids[number, : lengths[number]] = torch.tensor(entry.tokens)
            slots[number, : lengths[number]] = torch.arange(lengths[number]) + entry.extent.start
        positions = torch.arange(max(lengths), device=device).expand(ids.shape)
        ids = ids.to(device)
        kv_mask = AttentionMask(self.kv_cache, slots.flatten().to(device))
        hidden = self._forward(ids, positions, kv_mask)
        last = torch.tensor(lengths, device=device) - 1
        logits = self._logits(hidden[torch.arange(len(entries), device=device), last])
        index = torch.tensor(list(rows), device=device)
        self._start[index] = torch.tensor([entry.extent.start for entry in entries], device=device)
        self._length[index] = last + 1
        self._live[index] = 1
        self._drawn[index] = 1
        for row, entry, length, padded in zip(rows, entries, lengths, ids, strict=True):
            if sampler.needs_seen:
                self._seen[row] = False
                self._seen[row, padded[:length]] = True
            if entry.uniforms is not None:
                self._uniform[row, : len(entry.uniforms)] = entry.uniforms.to(device)
        token = sampler.sample(logits, self._seen[index], self._uniform[index, 0])
        self._token[index] = token
        if sampler.needs_seen:
            self._seen[index, token] = True
        return [int(number) for number in token.tolist()]

    def move_row(self, source: int, target: int) -> None:
        """Move the sequence of one row to another row; its keys and values stay in the same slots."""
        for state in (self._token, self._start, self._length, self._live, self._drawn, self._uniform, self._seen):
            state[target] = state[source]

    def release(self) -> None:
        """Free the memory; the decoder must not be used afterwards."""
        self._graphs.clear()
        self._memory = None
        self.kv_cache.keys = self.kv_cache.values = self._seen = self._uniform = torch.empty(0)

    def clear(self, row: int) -> None:
        """Make a row idle: it writes to slot 0, which belongs to no sequence."""
        for state in (self._token, self._start, self._length, self._live, self._drawn):
            state[row] = 0

    @torch.inference_mode()
    def decode_step(self, rows: int, sampler: Sampler) -> PendingStep:
        """Start a step that adds one token to each of the first `rows` rows.

        `tokens()` of the previous step may be read meanwhile.
        """
        if not self._graphed:
            self._step(rows, sampler)
            return PendingStep(self._token[:rows].clone(), None)
        least = max(rows, self._fewest_rows or 0)
        bucket = min(min((size for size in _BUCKETS if size >= least), default=least), self._allocated)
        graph = self._graphs.get((bucket, sampler))
        if graph is None:
            graph = self._graphs[bucket, sampler] = self._capture(bucket, sampler)
        graph.replay()
        self._turn ^= 1
        host = self._host[self._turn][:rows]
        host.copy_(self._token[:rows], non_blocking=True)
        done = torch.cuda.Event()
        done.record()
        return PendingStep(host, done)

    def _step(self, rows: int, sampler: Sampler) -> None:
        starts, lengths = self._start[:rows], self._length[:rows]
        longest = 0 if self._graphed else int(lengths.max()) + 1
        kv_mask = AttentionMask(self.kv_cache, starts + lengths, starts, lengths + 1, longest)
        hidden = self._forward(self._token[:rows, None], lengths[:, None], kv_mask)
        drawn = self._uniform[:rows].gather(1, self._drawn[:rows, None]).squeeze(1)
        token = sampler.sample(self._logits(hidden[:, 0]), self._seen[:rows], drawn)
        self._token[:rows] = token
        if sampler.needs_seen:
            self._seen[:rows].scatter_(1, token[:, None], True)
        self._length[:rows] += self._live[:rows]
        self._drawn[:rows] += self._live[:rows]

    def _logits(self, hidden: torch.Tensor) -> torch.Tensor:
        """Return the logits of hidden states, [rows, width]."""
        rows = hidden.shape[0]
        if self._fewest_rows is not None and rows < self._allocated:
            hidden = pad(hidden, (0, 0, 0, self._allocated - rows))
        logits: torch.Tensor = self._head(hidden)
        return logits[:rows]

    def _capture(self, rows: int, sampler: Sampler) -> Any:
        """Capture the graph of a step. Its warm-up runs on idle rows, and their state is restored afterwards."""
        states = (self._token, self._start, self._length, self._live, self._drawn, self._seen)
        saved = [state[:rows].clone() for state in states]
        for state in states[:5]:
            state[:rows] = 0
        assert self._stream is not None  # noqa: S101
        self._stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(self._stream):
            self._step(rows, sampler)
        torch.cuda.current_stream().wait_stream(self._stream)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, pool=self._memory, stream=self._stream):
            self._step(rows, sampler)
        self._memory = graph.pool()
        for state, before in zip(states, saved, strict=True):
            state[:rows] = before
        return graph
