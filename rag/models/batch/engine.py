"""The engine for transformers models whose attention can be replaced: many prompts at a time."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from collections.abc import Sequence as Several
from typing import Any

import torch

from rag.models.batch.decoder import Decoder, Forward
from rag.models.batch.forward import build_forward
from rag.models.batch.kv_cache import KeyValueCache
from rag.models.batch.memory import (
    MemoryCeiling,
    MemoryPlan,
    ModelShape,
    check_room,
    free_memory,
    free_ram,
    make_plan,
    spare_bytes,
)
from rag.models.batch.model_source import ModelSource
from rag.models.batch.sampling import Sampler
from rag.models.batch.scheduler import Scheduler
from rag.models.batch.tokenized_engine import TokenEngine
from rag.models.batch.tokenizer import end_tokens
from rag.models.engine import Completion, EngineOptions, Piece
from rag.records import Decoding

BATCH_INVARIANT = "batch-invariant"
_GPU_ROWS, _CPU_ROWS = 64, 8
_CPU_SHARE = 0.5  # of the free memory of a machine without a GPU


class BatchEngine(TokenEngine):
    """A loaded transformers model. Prompts of a `complete` share steps: continuous batching over one static cache."""

    def __init__(self, source: ModelSource, identity: str, options: EngineOptions) -> None:
        """Load a model. Raises ModelUnavailable."""
        super().__init__(source, identity, options)
        shape = ModelShape.of(source.config)
        on_gpu = source.device != "cpu"
        ceiling = MemoryCeiling(options.gpu_memory) if on_gpu else None
        room = ceiling.remaining() if ceiling is not None else free_ram()
        where = "the GPU" if on_gpu else "this machine"
        check_room(shape, source.weight_bytes, self.context, room, where)
        model = source.load()
        self._ends |= end_tokens(model.generation_config)
        forward, even = build_forward(model, source, batch_invariant=options.batch_invariant)
        self.build = BATCH_INVARIANT if even else None
        rows = _GPU_ROWS if on_gpu else _CPU_ROWS
        available = ceiling.remaining() if ceiling is not None else int(free_ram() * _CPU_SHARE)
        available -= source.use_spare(spare_bytes(shape, self.context, available, rows) if on_gpu else 0)
        plan = make_plan(shape, self.context, available, rows)
        self.batch_size = plan.rows
        fewest = source.even_rows if even else None
        make = functools.partial(_make_decoder, model, forward, shape, source, self.context, fewest)
        decoder = make(plan)
        self.scheduler = Scheduler(decoder, functools.partial(_smaller, make, self.context), plan.prefill_tokens)

    def complete(self, prompts: Several[str], decoding: Decoding, stop: Several[str] = ()) -> list[Completion]:
        sequences = [self._sequence(prompt, decoding, stop) for prompt in prompts]
        with self._lock:
            for _ in self.scheduler.run(sequences, Sampler.of(decoding), decoding.seed):
                pass
        return [sequence.completion() for sequence in sequences]

    def stream(self, prompt: str, decoding: Decoding, stop: Several[str] = ()) -> Iterator[Piece]:
        sequence = self._sequence(prompt, decoding, stop)
        with self._lock:
            for advanced in self.scheduler.run([sequence], Sampler.of(decoding), decoding.seed):
                if text := advanced.news():
                    yield Piece(text)
        yield Piece("", sequence.completion())

    def close(self) -> None:
        with self._lock:
            if not self.closed:
                self.closed = True
                self.scheduler.decoder.release()
                del self.scheduler
        free_memory()


def _make_decoder(
    model: Any,
    forward: Forward,
    shape: ModelShape,
    source: ModelSource,
    context: int,
    fewest_rows: int | None,
    plan: MemoryPlan,
) -> Decoder:
    device, dtype = torch.device(source.device), getattr(torch, source.dtype)
    kv_cache = KeyValueCache(shape.layers, plan.cache_tokens, shape.key_heads, shape.head_size, dtype, device)
    head, stream = model.get_output_embeddings(), source.thread_stream
    return Decoder(
        forward,
        head,
        kv_cache,
        plan.rows,
        context,
        shape.vocabulary,
        thread_stream=stream,
        fewest_rows=fewest_rows,
    )


def _smaller(make: Callable[[MemoryPlan], Decoder], context: int, decoder: Decoder) -> Decoder | None:
    """Return a decoder with half the rows and cache, made after freeing the old one; None if no row remains."""
    rows, capacity = decoder.max_rows // 2, decoder.kv_cache.capacity // 2
    if rows < 1:
        return None
    decoder.release()
    free_memory()
    return make(MemoryPlan(max(capacity, context + 1), rows, 0))
