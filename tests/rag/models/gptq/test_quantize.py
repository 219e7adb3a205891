"""`kotae quantize` killed half-way: nothing that loads is left, and the next run goes on where it was."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands import CLI
from tests.tokenizers_small import write_bpe_tokenizer

pytestmark = [pytest.mark.usefixtures("gptqmodel"), pytest.mark.slow]

# The command, saying each finished layer that gptqmodel publishes (its bars are drawn or not as time allows) ...
WATCHED = """
import os, signal, sys
replace = os.replace
def watched(here, there):
    replace(here, there)
    if os.path.basename(there) == "CURRENT":
        print("\\na layer is done", file=sys.stderr, flush=True)
        {then}
os.replace = watched
from kotae.commands import main
for pair in sys.argv[2:]:
    model, out = pair.split(">")
    print("\\n" + out, file=sys.stderr, flush=True)
    main(["quantize", model, "--out", out, *sys.argv[1].split()], standalone_mode=False)
"""
COUNTED = WATCHED.format(then="")
KILLED = WATCHED.format(then="os.kill(os.getpid(), signal.SIGKILL)")  # ... and, here, dying of the first

HOW = "--calibration text.txt --group-size 32 --samples 4 --act-order"


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """The working folder: a small unquantised Llama, links to it as in the hub's cache, and a calibration text."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    shape = {"hidden_size": 128, "intermediate_size": 256, "num_hidden_layers": 3, "num_attention_heads": 4}
    model = LlamaForCausalLM(LlamaConfig(**shape, num_key_value_heads=4, vocab_size=512)).bfloat16()
    model.save_pretrained(tmp_path / "模型")
    write_bpe_tokenizer(tmp_path / "模型")
    (tmp_path / "links").mkdir()
    for path in (tmp_path / "模型").iterdir():
        (tmp_path / "links" / path.name).symlink_to(path)
    text = "日本の首都は東京です。\nThe capital of France is Paris.\n"
    (tmp_path / "text.txt").write_text(text * 200, "utf-8")
    return tmp_path


def test_killed_run_leaves_nothing_that_loads_and_the_next_one_goes_on(work: Path) -> None:
    from safetensors.torch import load_file

    killed = _run(KILLED, work, "模型>out")
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert not (work / "out").exists()
    loadable = [path for path in work.rglob("*.safetensors") if (path.parent / "config.json").exists()]
    assert {path.parent.name for path in loadable} == {"模型", "links"}

    both = _run(COUNTED, work, "模型>out", "links>whole")  # in one process, as gptqmodel takes long to import
    assert both.returncode == 0, both.stderr
    assert both.stdout.startswith("out: 4 bits, groups of 32, with act-order")
    resumed, linked = both.stderr.split("\nwhole\n")
    layers = [messages.count("a layer is done") for messages in (killed.stderr, resumed, linked)]
    assert layers == [1, 2, 0]  # of three; a model of links elsewhere cannot be taken up again, so keeps none
    left, right = (load_file(work / name / "model.safetensors") for name in ("out", "whole"))
    assert left.keys() == right.keys()
    assert all(left[name].equal(right[name]) for name in left)
    assert not list(work.glob(".*progress*")) + list(work.glob(".*making*"))


def _run(program: str, work: Path, *pairs: str) -> subprocess.CompletedProcess[str]:
    """Quantise one model after the other, named `MODEL>OUT`."""
    command = [sys.executable, "-c", program, HOW, *pairs]
    environment = os.environ | {"PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(CLI.parent)}
    return subprocess.run(command, cwd=work, env=environment, capture_output=True, encoding="utf-8", check=False)
