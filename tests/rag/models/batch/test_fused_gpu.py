"""The attention of a step on a GPU against PyTorch's own in float32, from one row to 64, which are tiled differently.

Run on a machine with one:

pytest -m gpu tests/rag/models/batch/test_fused_gpu.py
"""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed")
pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA GPU here"),
]

HEADS, GROUPS, SIZE = 40, 10, 128


@pytest.mark.parametrize("window", [None, 50])
@pytest.mark.parametrize("rows", [1, 8, 27, 48, 64])
def test_attention_of_a_step_is_that_of_float32(rows: int, window: int | None) -> None:
    from rag.models.batch.fused import attend_decode

    generator = torch.Generator("cuda").manual_seed(rows)
    lengths = torch.arange(rows, device="cuda") * 11 + 1
    starts = torch.cumsum(lengths, 0) - lengths + 1
    slots = int(lengths.sum()) + 1
    keys, values = (
        torch.randn(slots, GROUPS, SIZE, generator=generator, device="cuda", dtype=torch.float16) for _ in range(2)
    )
    query = torch.randn(rows, HEADS, SIZE, generator=generator, device="cuda", dtype=torch.float16)
    for splits in (None, 1):
        got = attend_decode(query, keys, values, starts, lengths, SIZE**-0.5, window, splits)
        for row in range(rows):
            end = int(starts[row] + lengths[row])
            begin = max(int(starts[row]), end - window) if window else int(starts[row])
            k, v = (part[begin:end].float().repeat_interleave(HEADS // GROUPS, 1) for part in (keys, values))
            weights = torch.softmax(torch.einsum("hd,thd->ht", query[row].float(), k) * SIZE**-0.5, -1)
            wanted = torch.einsum("ht,thd->hd", weights, v)
            assert float((got[row].float() - wanted).norm() / wanted.norm()) < 2e-3
