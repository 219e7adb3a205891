"""Steps replayed as graphs give the tokens of eager steps; a stand-in for CUDA's graphs records on a CPU."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from rag.models.batch.attention import AttentionMask
from rag.models.batch.decoder import Decoder
from rag.models.batch.engine import BatchEngine
from rag.models.engine import EngineOptions
from rag.models.registry import open_engine
from rag.records import Decoding
from tests.plain_checkpoints import write_plain

CONTEXT = 128
PROMPTS = [
    "日本の首都は",
    "The capital of France is",
    "東京",
    "a",
    "です。" * 15,
    "京都の",
    "b c",
    "x" * 40,
    "その",
    "end",
]
pytestmark = pytest.mark.skipif(torch.cuda.is_available(), reason="stands in for CUDA where there is none")


class Graph(TorchDispatchMode):
    """The operations of one run; `replay` repeats them on the same memory, without the Python code between them."""

    def __init__(self) -> None:
        super().__init__()
        self.replays = 0
        self._steps: list[tuple[Any, Any, Any, list[Any]]] = []

    def __torch_dispatch__(self, operation: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if operation is torch.ops.aten._local_scalar_dense.default:
            raise RuntimeError("operation not permitted when stream is capturing")
        outputs = operation(*args, **(kwargs or {}))
        self._steps.append((operation, args, kwargs or {}, tree_leaves(outputs)))
        return outputs

    def replay(self) -> None:
        self.replays += 1
        for operation, args, kwargs, recorded in self._steps:
            for tensor, new in zip(recorded, tree_leaves(operation(*args, **kwargs)), strict=True):
                if isinstance(tensor, torch.Tensor) and tensor.data_ptr() != new.data_ptr():
                    tensor.copy_(new)

    def pool(self) -> None:
        """Return nothing: graphs on a CPU share its memory."""


class Stream:
    """A stream or an event on a CPU, where all work is in order anyway."""

    def wait_stream(self, other: Stream) -> None: ...
    def record(self) -> None: ...
    def synchronize(self) -> None: ...


@contextlib.contextmanager
def _capturing(graph: Graph, *, pool: Any, stream: Any) -> Iterator[None]:
    assert torch.is_inference_mode_enabled()
    with graph:
        yield


@pytest.fixture
def engine(tmp_path: Path) -> BatchEngine:
    engine = open_engine(f"hf:{write_plain(tmp_path)}", EngineOptions(context=CONTEXT))
    assert isinstance(engine, BatchEngine)
    return engine


def _graphed(decoder: Decoder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a decoder on a CPU capture and replay. Attention there needs the maximum length of a row."""
    stand_ins = {"CUDAGraph": Graph, "graph": _capturing, "Event": Stream, "current_stream": Stream}
    for name, stand_in in stand_ins.items():
        monkeypatch.setattr(torch.cuda, name, stand_in)
    monkeypatch.setattr(torch.cuda, "stream", contextlib.nullcontext)
    forward = decoder._forward

    def reaching(ids: torch.Tensor, positions: torch.Tensor, kv_mask: AttentionMask) -> torch.Tensor:
        return forward(ids, positions, replace(kv_mask, longest=CONTEXT + 1))

    decoder._forward, decoder._graphed, decoder._stream = reaching, True, Stream()


@pytest.mark.parametrize(
    "decoding",
    [
        Decoding(max_new_tokens=12),
        Decoding(max_new_tokens=12, repetition_penalty=1.3),
        Decoding(max_new_tokens=12, temperature=0.8, top_p=0.9, repetition_penalty=1.1, seed=3),
    ],
    ids=["greedy", "penalty", "sampled"],
)
def test_graphs_give_the_tokens_of_eager_steps(
    engine: BatchEngine, monkeypatch: pytest.MonkeyPatch, decoding: Decoding
) -> None:
    wanted = engine.complete(PROMPTS, decoding)
    decoder = engine.scheduler.decoder
    _graphed(decoder, monkeypatch)
    assert engine.complete(PROMPTS, decoding) == wanted
    assert engine.complete(PROMPTS[:3], decoding) == wanted[:3]
    rows = {rows for rows, _ in decoder._graphs}
    assert len(rows) > 1
    assert all(graph.replays > 1 for graph in decoder._graphs.values())
    assert len({completion.text for completion in wanted}) > 1
