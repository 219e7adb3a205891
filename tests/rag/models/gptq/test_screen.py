"""A checkpoint that predicts plain sentences is sound; one that is damaged, or read otherwise than written, is not."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from rag.doctor import screen
from rag.errors import ModelUnavailable, SettingsError
from rag.models.batch.tokenizer import load_codec
from rag.models.engine import EngineOptions
from rag.models.gptq import screen as screening
from rag.models.gptq.dequantize import dequantize
from rag.models.gptq.screen import Screening, screen_checkpoint
from tests.commands import kotae
from tests.gptq_checkpoints import LlamaShape, dequantised, write_checkpoint
from tests.tokenizers_small import write_bpe_tokenizer

SHAPE = LlamaShape(layers=2, hidden=512, intermediate=512, vocabulary=512)
OPTIONS = EngineOptions(context=256)
SOUND = Screening("a", "torch", 0.01, 10, 10, {"ja": 12.0, "en": 20.0}, 4096, 1 << 33, 900.0, 30.0)
gptq = pytest.mark.usefixtures("gptqmodel")


def _knowing(folder: Path, shift: int = 0) -> Path:
    """A checkpoint that has learnt which token of the sentences follows which; `shift` damages its head."""
    write_checkpoint(folder, SHAPE, group_size=64)
    write_bpe_tokenizer(folder)
    (path,) = folder.glob("*.safetensors")
    state = load_file(path)
    codec, following = load_codec(folder), torch.full((512, 512), -6.0)
    for _, text in screening._SENTENCES:
        tokens = codec.encode(text)
        for token, after in pairwise(tokens):
            following[after, token] = 6.0 if following[:, token].max() > 0 else 7.0
    state |= {name: tensor * 0.01 for name, tensor in state.items() if name.endswith("scales")}
    state["model.embed_tokens.weight"] = torch.eye(512).half()
    state["lm_head.weight"] = (following.roll(shift, 0) / math.sqrt(512)).half()
    save_file(state, path, metadata={"format": "pt"})
    return folder


@gptq
def test_checkpoint_that_predicts_plain_sentences_is_sound(tmp_path: Path) -> None:
    found = screen_checkpoint(str(_knowing(tmp_path)), OPTIONS)
    assert found.sound, found.faults
    assert found.error < 0.03
    assert found.same_token == found.compared == 10
    assert 1 <= max(found.perplexity.values()) < 50
    assert found.lines()[-1] == "sound"
    assert found.reads > 0 < found.writes


@gptq
def test_checkpoint_whose_head_is_damaged_is_not(tmp_path: Path) -> None:
    """Both readings agree: only the sentences tell."""
    found = screen_checkpoint(str(_knowing(tmp_path, shift=7)), OPTIONS)
    assert found.error < 0.1
    assert "do not predict plain sentences" in found.faults[0]


@gptq
def test_command_says_so_and_fails(tmp_path: Path) -> None:
    uri = f"gptq:{_knowing(tmp_path, shift=7)}"
    done = kotae("doctor", "--model", uri, "--context", "256")
    assert done.exit_code == 1
    assert "NOT SOUND: the weights do not predict" in done.output
    found = json.loads(kotae("doctor", "--model", uri, "--context", "256", "--json").stdout)
    assert found["checkpoint"]["compared"] == 10


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"error": 0.5}, "differ by 50% from those of the dequantised weights: try another --kernel"),
        ({"error": math.nan}, "differ by nan% "),
        ({"perplexity": {"ja": math.nan, "en": math.nan}}, "do not predict plain sentences"),
        ({"perplexity": {"ja": 9e4, "en": math.inf}}, "do not predict plain sentences"),
    ],
    ids=str,
)
def test_each_fault_is_named(change: dict[str, Any], fault: str) -> None:
    assert SOUND.sound
    found = replace(SOUND, **change)
    assert not found.sound
    assert fault in " ".join(found.faults)


def test_model_of_one_language_is_sound() -> None:
    assert replace(SOUND, perplexity={"ja": 9e5, "en": 20.0}).sound


@pytest.mark.parametrize(("layout", "group_size", "act_order"), [("2023", 64, True), ("later", -1, False)])
def test_dequantised_weights_are_those_of_an_independent_reading(
    tmp_path: Path, layout: Any, group_size: int, act_order: bool
) -> None:
    write_checkpoint(tmp_path, layout=layout, group_size=group_size, act_order=act_order)
    (path,) = tmp_path.glob("*.safetensors")
    state, wanted = load_file(path), dequantised(tmp_path)
    for name in (name for name in state if name.endswith(".qweight")):
        parts = [state[name.replace("qweight", part)] for part in ("qweight", "qzeros", "scales", "g_idx")]
        assert torch.equal(dequantize(*parts, 4, 1), wanted[name.replace("qweight", "weight")])  # type: ignore[arg-type]
        if not act_order:
            assert torch.equal(dequantize(*parts[:3], None, 4, 1), dequantize(*parts, 4, 1))  # type: ignore[arg-type, call-arg]


@pytest.mark.parametrize("bits", [2, 4, 8])
@pytest.mark.parametrize("offset", [0, 1])
def test_codes_of_any_width_are_read(bits: int, offset: int) -> None:
    generator = torch.Generator().manual_seed(bits)
    most, per_word = 1 << bits, 32 // bits
    codes = torch.randint(0, most, (64, 32), generator=generator)
    zeros = torch.randint(0, most, (2, 32), generator=generator)
    scales = torch.rand(2, 32, generator=generator)

    def packed(values: torch.Tensor) -> torch.Tensor:
        parts = values.unflatten(0, (-1, per_word)) << (torch.arange(per_word) * bits)[None, :, None]
        words = parts.sum(1)
        return torch.where(words >= 1 << 31, words - (1 << 32), words).int()

    got = dequantize(packed(codes), packed(zeros.T).T.contiguous(), scales, None, bits, offset)
    wanted = (codes - (zeros + offset).repeat_interleave(32, 0)) * scales.repeat_interleave(32, 0)
    assert torch.allclose(got, wanted.T)


def test_what_is_no_gptq_checkpoint_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="Only GPTQ checkpoints"):
        screen("bundled", OPTIONS)
    with pytest.raises(ModelUnavailable, match="no model folder"):
        screen(f"gptq:{tmp_path}/none", OPTIONS)
