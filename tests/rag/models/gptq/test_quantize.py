"""`kotae quantize` killed half-way: nothing that loads is left, and the next run goes on where it was."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.commands import CLI
from tests.tokenizers_small import write_bpe_tokenizer

pytestmark = [pytest.mark.usefixtures("gptqmodel"), pytest.mark.slow]

# The command, saying each finished layer that gptqmodel publishes (its bars are drawn or not as time allows), in a
# process that dies of the first one, and then in the one that forked it: gptqmodel takes long to import.
PROGRAM = """
import os, signal, sys
from kotae.commands import main
from rag.models.gptq.loading import import_gptqmodel
from rag.models.quiet_libraries import quiet

replace = os.replace
def watched(here, there):
    replace(here, there)
    if os.path.basename(there) == "CURRENT":
        print("\\na layer is done", file=sys.stderr, flush=True)
        if child == 0:
            os.kill(os.getpid(), signal.SIGKILL)
os.replace = watched

def quantise(model, out):
    print("\\n" + out, file=sys.stderr, flush=True)
    main(["quantize", model, "--out", out, *sys.argv[1:]], standalone_mode=False)

with quiet(show=True):
    import_gptqmodel()
child = os.fork()
if child == 0:
    quantise("模型", "out")
    os._exit(0)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
sys.stdin.readline()
quantise("模型", "out")
quantise("links", "whole")
"""
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

    with _quantising(work) as running:
        assert running.stdout is not None
        killed = int(running.stdout.readline() or running.wait())
        messages = (work / "messages.txt").read_text("utf-8")
        assert killed == -signal.SIGKILL, messages
        assert not (work / "out").exists()
        loadable = [path for path in work.rglob("*.safetensors") if (path.parent / "config.json").exists()]
        assert {path.parent.name for path in loadable} == {"模型", "links"}
        report, _ = running.communicate("go on\n")
    messages = (work / "messages.txt").read_text("utf-8")
    assert running.returncode == 0, messages
    assert report.startswith("out: 4 bits, groups of 32, with act-order")
    _, first, resumed, linked = re.split(r"\n(?:out|whole)\n", messages)
    layers = [part.count("a layer is done") for part in (first, resumed, linked)]
    assert layers == [1, 2, 0]  # of three; a model of links elsewhere cannot be taken up again, so keeps none
    left, right = (load_file(work / name / "model.safetensors") for name in ("out", "whole"))
    assert left.keys() == right.keys()
    assert all(left[name].equal(right[name]) for name in left)
    assert not list(work.glob(".*progress*")) + list(work.glob(".*making*"))


@contextmanager
def _quantising(work: Path) -> Iterator[subprocess.Popen[str]]:
    """Run the program, whose messages go to a file."""
    environment = os.environ | {"PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(CLI.parent)}
    command = [sys.executable, "-c", PROGRAM, *HOW.split()]
    with (
        (work / "messages.txt").open("wb") as messages,
        subprocess.Popen(
            command, cwd=work, env=environment, encoding="utf-8",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=messages,
        ) as running,
    ):  # fmt: skip
        try:
            yield running
        finally:
            running.kill()
