"""On a GPU an answer depends on its prompt alone, whatever shares its batch, and whichever GPU gives it.

Run on a machine with one:

pytest -m gpu tests/rag/models/batch/test_blocks_gpu.py
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed")
pytestmark = [
    pytest.mark.gpu,
    pytest.mark.usefixtures("gptqmodel"),
    pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA GPU here"),
]

from rag.models.engine import EngineOptions  # noqa: E402
from rag.models.registry import open_engine  # noqa: E402
from rag.records import Decoding  # noqa: E402
from tests.plain_checkpoints import write_plain  # noqa: E402
from tests.rag.models.gptq.test_kernels_gpu import _checkpoint  # noqa: E402


@pytest.mark.parametrize(
    ("uri", "kernel", "how"),
    [
        ("gptq", "marlin", {"group_size": 128}),
        ("gptq", "marlin", {"group_size": 32, "act_order": True}),
        ("gptq", "marlin", {"group_size": -1}),
        ("gptq", "exllama_v2", {"group_size": 128, "layout": "2023"}),
        ("gptq", "triton", {"group_size": 128}),
        ("hf", "auto", {}),
    ],
    ids=str,
)
def test_answers_depend_on_their_prompt_alone(tmp_path: Path, uri: str, kernel: str, how: dict[str, Any]) -> None:
    """Alone, in eights and all together, in any order; with random weights a small difference soon changes a token."""
    folder = _checkpoint(tmp_path, **how) if uri == "gptq" else write_plain(tmp_path, "llama", dtype="bfloat16")
    engine = open_engine(f"{uri}:{folder}", EngineOptions(256, 1, kernel, batch_invariant=True))
    assert engine.build == "batch-invariant"
    prompts = [f"{number} 東京 " * (1 + number * 7 % 13) for number in range(70)]
    decoding = Decoding(max_new_tokens=24)
    wanted = engine.complete(prompts, decoding)
    assert len({completion.text for completion in wanted}) > 40
    assert [engine.complete([prompt], decoding)[0] for prompt in prompts[:12]] == wanted[:12]
    assert [each for n in range(0, 64, 8) for each in engine.complete(prompts[n : n + 8], decoding)] == wanted[:64]
    assert engine.complete(prompts[::-1], decoding) == wanted[::-1]
    engine.close()


@pytest.mark.skipif(torch.cuda.device_count() < 2, reason="there is one GPU here")
def test_two_gpus_give_the_answers_of_one(tmp_path: Path) -> None:
    folder = _checkpoint(tmp_path)
    prompts = [f"{number} 東京 " * (1 + number * 7 % 13) for number in range(70)]
    answers = []
    for gpus in ((), (0, 1), (1,)):
        engine = open_engine(f"gptq:{folder}", EngineOptions(256, 1, "triton", batch_invariant=True, gpus=gpus))
        answers.append(engine.complete(prompts, Decoding(max_new_tokens=24)))
        engine.close()
    assert answers[0] == answers[1] == answers[2]
