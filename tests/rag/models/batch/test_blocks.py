"""Products by blocks: each block has the same number of rows, and a row gets the same whatever is beside it."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

from rag.models.batch.blocks import BlockedLinear, blocked, by_blocks
from rag.models.batch.decoder import Decoder, PrefillEntry
from rag.models.batch.kv_cache import KeyValueCache
from rag.models.batch.sampling import Sampler
from tests.plain_checkpoints import said_by_transformers, write_plain

GREEDY = Sampler(0.0, 1.0, 1.0)


class Counting:
    """A product that keeps how many rows it was given."""

    def __init__(self, multiply: Any) -> None:
        self._multiply = multiply
        self.rows: list[int] = []

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        self.rows.append(x.shape[0])
        product: torch.Tensor = self._multiply(x)
        return product


@pytest.mark.parametrize(("rows", "calls"), [(1, [1]), (8, [8]), (16, [8, 8]), (24, [8, 8, 8])])
def test_whole_blocks_are_multiplied_one_by_one(rows: int, calls: list[int]) -> None:
    linear = Counting(torch.nn.Linear(3, 5))
    x = torch.randn(rows, 3)
    with torch.inference_mode():
        assert torch.allclose(by_blocks(linear, x, 8), linear._multiply(x))
    assert linear.rows == calls


def test_without_blocks_all_rows_are_multiplied_at_once() -> None:
    linear = Counting(torch.nn.Linear(3, 5))
    by_blocks(linear, torch.randn(50, 3), None)
    assert linear.rows == [50]


def test_layers_with_blocks_of_their_own_are_not_wrapped() -> None:
    own = torch.nn.Linear(3, 5)
    own.block = 8  # type: ignore[assignment]
    other = torch.nn.Linear(3, 5)
    merged = blocked(tuple, 8)([own, other])
    assert merged[0] is own
    assert isinstance(merged[1], BlockedLinear)


def _rotate(qkv: Any, keys: Any, values: Any, slots: Any, cos: Any, sin: Any, heads: int) -> None:
    groups, half = keys.shape[1], keys.shape[2] // 2
    rotated, value = qkv[:, : heads + groups], qkv[:, heads + groups :]
    low, high = rotated[..., :half], rotated[..., half:]
    turned = torch.cat([-high, low], -1)
    rotated.copy_(rotated * cos[:, None] + turned * sin[:, None])
    keys[slots], values[slots] = rotated[:, heads:], value


def _attend(query: Any, keys: Any, values: Any, starts: Any, lengths: Any, scale: float, *, splits: int | None) -> Any:
    assert splits == 1, "the number of rows would decide how a row is summed"
    out = torch.empty_like(query)
    for row, (start, length) in enumerate(zip(starts.tolist(), lengths.tolist(), strict=True)):
        at = slice(start, start + length)
        k, v = (
            part[at].transpose(0, 1).repeat_interleave(query.shape[1] // keys.shape[1], 0) for part in (keys, values)
        )
        out[row] = torch.nn.functional.scaled_dot_product_attention(query[row][:, None], k, v, scale=scale)[:, 0]
    return out


def _add_norm(x: Any, residual: Any, weight: Any, eps: float, *, add: bool) -> Any:
    residual.copy_(x + residual if add else x)
    return weight * residual * torch.rsqrt(residual.pow(2).mean(-1, keepdim=True) + eps)


@pytest.fixture
def decoder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Decoder:
    """The fused Llama of a GPU in blocks of 16 rows, with PyTorch in the place of its kernels."""
    from transformers import AutoModelForCausalLM

    gate = lambda both: torch.nn.functional.silu(both.chunk(2, -1)[0]) * both.chunk(2, -1)[1]  # noqa: E731
    fused = ModuleType("rag.models.batch.fused")
    fused.__dict__.update(rotate_and_write=_rotate, attend_decode=_attend, add_norm=_add_norm, gate=gate)
    monkeypatch.setitem(sys.modules, fused.__name__, fused)
    monkeypatch.delitem(sys.modules, "rag.models.batch.llama", raising=False)
    llama = importlib.import_module("rag.models.batch.llama")
    del sys.modules[llama.__name__]  # it has the stand-ins
    folder = write_plain(tmp_path, "llama")
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    config = model.config
    counted: list[Counting] = []

    def merge(linears: Any) -> tuple[Any, ...]:
        counted.extend(layers := [Counting(linear) for linear in linears])
        return tuple(layers)

    forward = llama.FusedLlama(model, merge, 16)
    size = config.hidden_size // config.num_attention_heads
    shape = (config.num_hidden_layers, 512, config.num_key_value_heads, size)
    kv_cache = KeyValueCache(*shape, torch.float32, torch.device("cpu"))
    decoder = Decoder(forward, Counting(model.lm_head), kv_cache, 4, 64, config.vocab_size, fewest_rows=6)
    decoder.folder, decoder.counted = folder, counted  # type: ignore[attr-defined]
    return decoder


@pytest.mark.parametrize("lengths", [(5,), (16, 1), (3, 20, 9)])
def test_prefill_fills_up_to_whole_blocks_and_gives_what_transformers_says(
    decoder: Decoder, lengths: tuple[int, ...]
) -> None:
    prompts = [[1, *range(30 + number, 29 + number + length)] for number, length in enumerate(lengths)]
    extents = [decoder.kv_cache.allocate(length + 4) for length in lengths]
    entries = [PrefillEntry(prompt, extent, None) for prompt, extent in zip(prompts, extents, strict=True) if extent]
    first = decoder.prefill(entries, list(range(len(prompts))), GREEDY)
    assert {rows for linear in decoder.counted for rows in linear.rows} == {16}  # type: ignore[attr-defined]
    second = decoder.decode_step(len(prompts), GREEDY).tokens()
    assert set(decoder._head.rows) == {6}
    wanted = [said_by_transformers(decoder.folder, prompt, 2) for prompt in prompts]  # type: ignore[attr-defined]
    assert [list(pair) for pair in zip(first, second, strict=True)] == wanted


def test_filler_is_written_where_no_sequence_reads(decoder: Decoder) -> None:
    """Slot 0 belongs to nobody."""
    extent = decoder.kv_cache.allocate(5)
    assert extent is not None
    before = decoder.kv_cache.keys.clone()
    decoder.prefill([PrefillEntry([1, 40, 41], extent, None)], [0], GREEDY)
    changed = (decoder.kv_cache.keys != before).any(3).any(2).any(0).nonzero().flatten().tolist()
    assert set(changed) <= {0, *range(extent.start, extent.start + 3)}
    assert set(range(extent.start, extent.start + 3)) <= set(changed)
