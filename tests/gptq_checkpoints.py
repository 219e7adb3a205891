"""GPTQ checkpoints of any Llama shape with random weights, and an independent reading of them.

Packed as AutoGPTQ packed them in 2023: weights are (code - (stored zero + 1)) * scale, eight 4-bit codes an int32,
along the input for weights and along the output for zeros.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from safetensors.torch import load_file, save_file

Layout = Literal["2023", "later"]


@dataclass(frozen=True)
class LlamaShape:
    """The shape of a Llama."""

    layers: int = 2
    hidden: int = 256
    intermediate: int = 512
    heads: int = 4
    key_heads: int = 4
    vocabulary: int = 512
    context: int = 512

    def config(self) -> dict[str, Any]:
        """Its config.json."""
        return {
            "architectures": ["LlamaForCausalLM"],
            "model_type": "llama",
            "hidden_size": self.hidden,
            "intermediate_size": self.intermediate,
            "num_hidden_layers": self.layers,
            "num_attention_heads": self.heads,
            "num_key_value_heads": self.key_heads,
            "vocab_size": self.vocabulary,
            "max_position_embeddings": self.context,
            "rms_norm_eps": 1e-5,
            "hidden_act": "silu",
            "torch_dtype": "float16",
            "tie_word_embeddings": False,
            "bos_token_id": 1,
            "eos_token_id": 2,
        }

    def linears(self) -> dict[str, tuple[int, int]]:
        """Inputs and outputs of the linear layers of a block."""
        narrow = self.hidden // self.heads * self.key_heads
        return {
            "self_attn.q_proj": (self.hidden, self.hidden),
            "self_attn.k_proj": (self.hidden, narrow),
            "self_attn.v_proj": (self.hidden, narrow),
            "self_attn.o_proj": (self.hidden, self.hidden),
            "mlp.gate_proj": (self.hidden, self.intermediate),
            "mlp.up_proj": (self.hidden, self.intermediate),
            "mlp.down_proj": (self.intermediate, self.hidden),
        }


LLAMA_2_13B = LlamaShape(40, 5120, 13824, 40, 40, 32000, 4096)


def write_checkpoint(
    folder: Path,
    shape: LlamaShape = LlamaShape(),
    *,
    layout: Layout = "later",
    group_size: int = 128,
    act_order: bool = False,
    shards: int = 1,
    seed: int = 0,
    device: str = "cpu",
    sure: bool = False,
) -> Path:
    """Write a checkpoint with random weights, without a tokenizer.

    The logits of random weights are nearly tied, and rounding decides between them. A `sure` one says the token five
    after the last one, by a wide margin.
    """
    folder.mkdir(parents=True, exist_ok=True)
    quantised = {"bits": 4, "group_size": group_size, "desc_act": act_order, "sym": True, "damp_percent": 0.1}
    config = shape.config()
    if layout == "2023":
        stem = f"gptq_model-4bit-{group_size}g"
        (folder / "quantize_config.json").write_text(json.dumps(quantised | {"true_sequential": True}))
    else:
        stem = "model"
        config["quantization_config"] = quantised | {"quant_method": "gptq", "checkpoint_format": "gptq"}
    (folder / "config.json").write_text(json.dumps(config))
    _save(folder, stem, _parts(shape, group_size, act_order, seed, device, sure), shards, shape.layers + 1)
    return folder


def dequantised(folder: Path) -> dict[str, torch.Tensor]:
    """Return the unquantised state of the same model, in float32, from the packed tensors alone."""
    packed: dict[str, torch.Tensor] = {}
    for path in folder.glob("*.safetensors"):
        packed |= load_file(path)
    state = {name: tensor.float() for name, tensor in packed.items() if name.endswith(".weight")}
    for name in packed:
        if name.endswith(".qweight"):
            stem = name.removesuffix("qweight")
            state[stem + "weight"] = _unpacked(
                *(packed[stem + part] for part in ("qweight", "qzeros", "scales", "g_idx"))
            )
    return state


def reference_model(folder: Path) -> Any:
    """Return transformers' own Llama with the unquantised weights, in float32."""
    from transformers import LlamaConfig, LlamaForCausalLM

    config = json.loads((folder / "config.json").read_text())
    config.pop("quantization_config", None)
    model = LlamaForCausalLM(LlamaConfig(**config)).float().eval()
    model.load_state_dict(dequantised(folder))
    return model


def _unpacked(qweight: torch.Tensor, qzeros: torch.Tensor, scales: torch.Tensor, groups: torch.Tensor) -> torch.Tensor:
    shifts = torch.arange(0, 32, 4)
    codes = ((qweight[:, None, :] >> shifts[None, :, None]) & 15).flatten(0, 1)
    zeros = ((qzeros[:, :, None] >> shifts) & 15).flatten(1) + 1
    index = groups.long()
    return ((codes - zeros[index]) * scales.float()[index]).T.contiguous()


def _parts(
    shape: LlamaShape, group_size: int, act_order: bool, seed: int, device: str, sure: bool
) -> Iterator[dict[str, torch.Tensor]]:
    """Yield the tensors of one block at a time, then those outside of blocks."""
    generator = torch.Generator(device).manual_seed(seed)

    def normal(rows: int, columns: int) -> torch.Tensor:
        drawn = torch.randn(rows, columns, generator=generator, device=device) * columns**-0.5
        return drawn.half().cpu()

    for number in range(shape.layers):
        block: dict[str, torch.Tensor] = {}
        orders: dict[int, torch.Tensor] = {}
        for name, (inputs, outputs) in shape.linears().items():
            size = inputs if group_size == -1 else group_size
            if "o_proj" in name or inputs not in orders:
                order = torch.randperm(inputs, generator=generator, device=device) if act_order else None
                orders[inputs] = torch.arange(inputs, device=device) if order is None else order
            stem = f"model.layers.{number}.{name}"
            spread = 0.2 * inputs**-0.5 * (1 + torch.rand(inputs // size, outputs, generator=generator, device=device))
            block |= {
                f"{stem}.qweight": _random_codes(inputs, outputs, generator, device),
                f"{stem}.qzeros": torch.full((inputs // size, outputs // 8), 0x77777777, dtype=torch.int32),
                f"{stem}.scales": spread.half().cpu(),
                f"{stem}.g_idx": (orders[inputs] // size).int().cpu(),
            }
        for norm in ("input_layernorm", "post_attention_layernorm"):
            block[f"model.layers.{number}.{norm}.weight"] = torch.ones(shape.hidden, dtype=torch.float16)
        yield block
    embedding = normal(shape.vocabulary, shape.hidden)
    yield {
        "model.embed_tokens.weight": embedding * 100 if sure else embedding,
        "model.norm.weight": torch.ones(shape.hidden, dtype=torch.float16),
        "lm_head.weight": embedding.roll(5, 0) if sure else normal(shape.vocabulary, shape.hidden) * 4,
    }


def _random_codes(inputs: int, outputs: int, generator: torch.Generator, device: str) -> torch.Tensor:
    """Return packed codes from 1 to 15, so that weights have mean 0; otherwise 40 layers overflow float16."""
    packed = torch.zeros((inputs // 8, outputs), dtype=torch.int32, device=device)
    for number in range(8):
        codes = torch.randint(1, 16, packed.shape, generator=generator, device=device, dtype=torch.int32)
        packed |= codes << (4 * number)
    return packed.cpu()


def _save(folder: Path, stem: str, parts: Iterator[dict[str, torch.Tensor]], shards: int, count: int) -> None:
    names: dict[str, str] = {}
    gathered: dict[str, torch.Tensor] = {}
    written = 0
    for number, part in enumerate(parts, 1):
        gathered |= part
        if number * shards // count > written:
            written += 1
            file = f"{stem}.safetensors" if shards == 1 else f"{stem}-{written:05}-of-{shards:05}.safetensors"
            save_file(gathered, folder / file, metadata={"format": "pt"})
            names |= dict.fromkeys(gathered, file)
            gathered = {}
    if shards > 1:
        index = {"metadata": {}, "weight_map": names}
        (folder / f"{stem}.safetensors.index.json").write_text(json.dumps(index))
