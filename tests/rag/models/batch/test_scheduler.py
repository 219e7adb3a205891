"""Rows that are filled and freed, and memory that runs out, over a real decoder."""

from __future__ import annotations

from collections.abc import Sequence as Several

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import ModelFailed
from rag.models.batch.attention import AttentionMask
from rag.models.batch.decoder import Decoder, PrefillEntry
from rag.models.batch.kv_cache import KeyValueCache
from rag.models.batch.sampling import Sampler
from rag.models.batch.scheduler import Scheduler
from rag.models.batch.sequence import Sequence
from rag.models.batch.tokenizer import Codec

VOCABULARY = 300
GREEDY = Sampler(0.0, 1.0, 1.0)


class Adder(Decoder):
    """A real decoder over a model that writes the sum of all visible tokens, modulo 256, read back from the cache.

    It runs out of memory at the calls numbered in `fails`.
    """

    def __init__(self, places: int, rows: int, fails: Several[int] = ()) -> None:
        kv_cache = KeyValueCache(1, places, 1, 1, torch.float32, torch.device("cpu"))
        self.calls = 0
        self._fails = set(fails)
        super().__init__(self._sum, self._logits, kv_cache, rows, 64, VOCABULARY)

    def _sum(self, ids: torch.Tensor, positions: torch.Tensor, kv_mask: AttentionMask) -> torch.Tensor:
        self.calls += 1
        if self.calls in self._fails:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate much")
        values = ids.flatten().float()[:, None, None]
        kv_mask.kv_cache.write(0, kv_mask.slots, values, values)
        if kv_mask.starts is None or kv_mask.lengths is None:
            return ids.cumsum(1).float()[:, :, None]
        sums = [
            kv_mask.kv_cache.values[0, start : start + length].sum()
            for start, length in zip(kv_mask.starts.tolist(), kv_mask.lengths.tolist(), strict=True)
        ]
        return torch.stack(sums)[:, None, None]

    @staticmethod
    def _logits(hidden: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.one_hot(hidden[:, 0].long() % 256 + 10, VOCABULARY).float()


def _expected(prompt: list[int], count: int) -> list[int]:
    tokens = list(prompt)
    for _ in range(count):
        tokens.append(sum(tokens) % 256 + 10)
    return tokens[len(prompt) :]


def _run(codec: Codec, scheduler: Scheduler, prompts: list[list[int]], limits: list[int]) -> list[list[int]]:
    sequences = [Sequence(codec, prompt, limit, (), frozenset()) for prompt, limit in zip(prompts, limits, strict=True)]
    for _ in scheduler.run(sequences, GREEDY, 0):
        pass
    assert scheduler.decoder.kv_cache.allocate(scheduler.decoder.kv_cache.capacity) is not None  # everything was freed
    return [sequence.written for sequence in sequences]


@given(
    prompts=st.lists(st.lists(st.integers(0, 250), min_size=1, max_size=9), min_size=1, max_size=12),
    limits=st.lists(st.integers(1, 7), min_size=12, max_size=12),
    rows=st.integers(1, 5),
    places=st.integers(17, 60),
    fails=st.lists(st.integers(1, 12), max_size=3),
)
def test_every_sequence_gets_its_own_tokens_whatever_happens(
    codec: Codec, prompts: list[list[int]], limits: list[int], rows: int, places: int, fails: list[int]
) -> None:
    """Few rows, a small cache, memory that runs out at any call: no answer is lost or gets another's tokens."""

    def shrink(decoder: Decoder) -> Decoder:
        return Adder(places, max(1, decoder.max_rows // 2))

    scheduler = Scheduler(Adder(places, rows, fails), shrink, prefill_tokens=16)
    limits = limits[: len(prompts)]
    assert _run(codec, scheduler, prompts, limits) == [
        _expected(prompt, limit) for prompt, limit in zip(prompts, limits, strict=True)
    ]


def test_memory_for_not_even_one_is_an_error(codec: Codec) -> None:
    scheduler = Scheduler(Adder(40, 2, range(1, 100)), lambda _: None, prefill_tokens=16)
    with pytest.raises(ModelFailed, match="ran out of memory even with one prompt"):
        _run(codec, scheduler, [[1, 2], [3]], [4, 4])
    with pytest.raises(ModelFailed, match="need 13 tokens of the cache, and it holds 10"):
        _run(codec, Scheduler(Adder(10, 2), lambda _: None, 16), [[1] * 8], [4])


def test_idle_rows_keep_no_trace_of_what_was_in_them(codec: Codec) -> None:
    decoder = Adder(30, 2)
    extent = decoder.kv_cache.allocate(10)
    assert extent is not None
    decoder.prefill([PrefillEntry([1, 2], extent, None)], [0], GREEDY)
    decoder.clear(0)
    for _ in range(3):
        decoder.decode_step(1, GREEDY).tokens()
    assert decoder.kv_cache.values[0, extent.start : extent.start + 4].flatten().tolist() == [1, 2, 0, 0]
