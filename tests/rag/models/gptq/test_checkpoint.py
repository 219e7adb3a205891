"""An incomplete or foreign checkpoint is refused with its fault, before anything is loaded."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rag.errors import ModelUnavailable
from rag.models.gptq.checkpoint import read_checkpoint
from tests.eval.set_checks import ROOT
from tests.gptq_checkpoints import LlamaShape, write_checkpoint

SMALL = LlamaShape(layers=2, hidden=64, intermediate=64, heads=2, key_heads=2, vocabulary=64)


@pytest.mark.parametrize(("layout", "shards"), [("2023", 1), ("2023", 2), ("later", 1), ("later", 2)])
def test_both_layouts_say_what_they_are(tmp_path: Path, layout, shards: int) -> None:
    checkpoint = read_checkpoint(
        write_checkpoint(tmp_path, SMALL, layout=layout, group_size=32, act_order=True, shards=shards)
    )
    assert (checkpoint.bits, checkpoint.group_size, checkpoint.act_order) == (4, 32, True)
    assert len(checkpoint.shards) == shards
    assert checkpoint.weight_bytes == sum(path.stat().st_size for path in tmp_path.glob("*.safetensors"))


def _edit(name: str, **changes: object) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / name
        path.write_text(json.dumps(json.loads(path.read_text()) | changes))

    return change


def _cut(folder: Path) -> None:
    shard = sorted(folder.glob("*.safetensors"))[-1]
    shard.write_bytes(shard.read_bytes()[:-100])


def _only_pickle(folder: Path) -> None:
    for shard in folder.glob("*.safetensors*"):
        shard.unlink()
    (folder / "pytorch_model-00001-of-00002.bin").write_bytes(b"\x80\x04")


FAULTS: dict[str, tuple[Callable[[Path], object], str]] = {
    "no config": (lambda folder: (folder / "config.json").unlink(), "no config.json"),
    "not quantised": (
        lambda folder: (folder / "quantize_config.json").unlink(),
        "not a GPTQ checkpoint.*kotae quantize",
    ),
    "another method": (_edit("quantize_config.json", quant_method="awq"), "quantised with 'awq'"),
    "another format": (_edit("quantize_config.json", checkpoint_format="marlin"), "quantised with 'marlin'"),
    "odd bits": (_edit("quantize_config.json", bits=5), "bits=5"),
    "broken json": (lambda folder: (folder / "config.json").write_text("{"), "config.json cannot be read"),
    "missing shard": (
        lambda folder: (folder / "gptq_model-4bit-32g-00002-of-00002.safetensors").unlink(),
        "1 of 2 shards are missing: gptq_model-4bit-32g-00002-of-00002.safetensors",
    ),
    "cut shard": (_cut, "00002-of-00002.safetensors is damaged: it has .* and should have"),
    "empty shard": (
        lambda folder: sorted(folder.glob("*.safetensors"))[0].write_bytes(b""),
        "00001-of-00002.safetensors is damaged: its header is cut off",
    ),
    "pointer": (
        lambda folder: sorted(folder.glob("*.safetensors"))[0].write_text("version https://git-lfs.github.com/spec/v1"),
        "Git LFS pointer.*git lfs pull",
    ),
    "two without an index": (
        lambda folder: next(folder.glob("*.index.json")).unlink(),
        "2 weight files but no index",
    ),
    "pickle": (_only_pickle, "pickle format .pytorch_model-00001-of-00002.bin.*can run code when loaded"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_are_named(tmp_path: Path, fault: str) -> None:
    folder = write_checkpoint(tmp_path / "壊れた", SMALL, layout="2023", group_size=32, shards=2)
    spoil, message = FAULTS[fault]
    spoil(folder)
    with pytest.raises(ModelUnavailable, match=message) as caught:
        read_checkpoint(folder)
    assert "壊れた" in str(caught.value)


@pytest.mark.usefixtures("process")
def test_hub_id_with_a_revision_is_found_in_the_cache_offline(tmp_path: Path) -> None:
    """Lay out a hub cache as for TheBloke's repositories: one folder per revision, the 2023 layout."""
    cache = tmp_path / "hub" / "models--TheBloke--small-GPTQ"
    for revision, group_size in (("main", 64), ("gptq-4bit-32g-actorder_True", 32)):
        commit = f"{group_size:040}"
        write_checkpoint(cache / "snapshots" / commit, SMALL, layout="2023", group_size=group_size)
        (cache / "refs").mkdir(exist_ok=True)
        (cache / "refs" / revision).write_text(commit)
    code = (
        "import sys; from rag.hub import resolve; from rag.models.gptq.checkpoint import read_checkpoint\n"
        "for name in sys.argv[1:]: print(resolve(name).revision[-2:], read_checkpoint(resolve(name).path).group_size)"
    )
    names = ["TheBloke/small-GPTQ", "TheBloke/small-GPTQ@gptq-4bit-32g-actorder_True"]
    environment = {**os.environ, "HF_HUB_CACHE": str(tmp_path / "hub"), "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code, *names], env=environment, capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.stdout.split() == ["64", "64", "32", "32"], done.stderr
