"""Marlin layers are concatenated; the stand-in stores columns as Marlin stores tiles of columns."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from rag.models.gptq import marlin
from rag.models.gptq.marlin import MarlinMerger


class MarlinLinear(torch.nn.Module):
    """Weights of [inputs, outputs], unpacked; an order of activations where one is given."""

    def __init__(self, outputs: int, order: list[int] | None = None, padding: tuple[int, int] | None = None) -> None:
        super().__init__()
        self.in_features, self.out_features, self.group_size, self.bits, self.bias = 64, outputs, 64, 4, None
        self.qweight = torch.nn.Parameter(torch.randn(64, outputs), requires_grad=False)
        self.scales = torch.nn.Parameter(torch.rand(1, outputs), requires_grad=False)
        self.g_idx_sort_indices = torch.tensor(order or [])
        self._marlin_tile_padding = padding

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        assert self.qweight.shape[1] == self.scales.shape[1] == self.out_features
        return x @ self.qweight * self.scales


@pytest.fixture(autouse=True)
def no_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marlin, "load_single", lambda: None)


def _side_by_side(linears: tuple[Any, ...], x: torch.Tensor) -> torch.Tensor:
    return torch.cat([one(x) for one in linears], dim=-1)


@pytest.mark.parametrize(
    ("layers", "count"),
    [
        ([MarlinLinear(128), MarlinLinear(64), MarlinLinear(64)], 1),
        ([MarlinLinear(128, [1, 0]), MarlinLinear(64, [1, 0])], 1),
        ([MarlinLinear(128, [1, 0]), MarlinLinear(64, [0, 1])], 2),
        ([MarlinLinear(128), MarlinLinear(32)], 2),
        ([MarlinLinear(128), MarlinLinear(64, padding=(128, 128))], 2),
        ([torch.nn.Linear(64, 128), torch.nn.Linear(64, 64)], 2),
    ],
    ids=["three", "same order", "other orders", "no whole tile", "padded", "not Marlin's"],
)
def test_outputs_side_by_side_are_those_of_the_layers(layers: list[Any], count: int) -> None:
    x = torch.randn(3, 64)
    wanted = _side_by_side(tuple(layers), x)
    merged = MarlinMerger({})(layers)
    assert len(merged) == count
    assert torch.allclose(_side_by_side(merged, x), wanted)


def test_single_layer_keeps_its_memory() -> None:
    layer = MarlinLinear(128)
    before = layer.qweight.data_ptr(), layer.scales.data_ptr()
    assert MarlinMerger({})([layer]) == (layer,)
    assert (layer.qweight.data_ptr(), layer.scales.data_ptr()) == before
