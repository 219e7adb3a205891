"""The engine on a GPU, kernel by kernel, against transformers' own model call. Run on a machine with one:

pytest -m gpu tests/rag/models/gptq/test_kernels_gpu.py
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed")
pytestmark = [
    pytest.mark.gpu,
    pytest.mark.usefixtures("gptqmodel"),
    pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA GPU here"),
]

from rag.errors import ModelUnavailable  # noqa: E402
from rag.models.batch.decoder import PrefillEntry  # noqa: E402
from rag.models.batch.engine import BatchEngine  # noqa: E402
from rag.models.batch.sampling import Sampler  # noqa: E402
from rag.models.engine import EngineOptions  # noqa: E402
from rag.models.gptq.checkpoint import read_checkpoint  # noqa: E402
from rag.models.gptq.factory import GptqEngine  # noqa: E402
from rag.models.gptq.kernels import choose_kernel, look_at_machine  # noqa: E402
from rag.models.gptq.loading import load_model  # noqa: E402
from rag.models.registry import open_engine  # noqa: E402
from rag.records import Decoding  # noqa: E402
from tests.gptq_checkpoints import LlamaShape, write_checkpoint  # noqa: E402
from tests.plain_checkpoints import write_plain  # noqa: E402
from tests.tokenizers_small import write_bpe_tokenizer  # noqa: E402

SHAPE = LlamaShape(layers=4, hidden=1024, intermediate=2816, heads=8, key_heads=8, vocabulary=2048, context=2048)
GROUPED = LlamaShape(layers=3, hidden=512, intermediate=1024, heads=8, key_heads=2, vocabulary=1024, context=512)
GREEDY = Sampler(0.0, 1.0, 1.0)
STEPS = 5
TOLERANCE = 3e-2


@pytest.fixture(autouse=True)
def whole_gpu() -> Iterator[None]:
    """Each test has all of the GPU's memory, and leaves nothing in it."""
    yield
    gc.collect()
    torch.cuda.empty_cache()
    torch.cuda.set_per_process_memory_fraction(1.0)


def _checkpoint(folder: Path, shape: LlamaShape = SHAPE, **how: Any) -> Path:
    write_checkpoint(folder, shape, **how)
    write_bpe_tokenizer(folder)
    return folder


def _reference(model: Any, rows: list[list[int]], given: Any) -> Any:
    """Logits, [rows, steps + 1, vocabulary], of the model call that `generate` makes: padded on the left, own cache."""
    from transformers import DynamicCache

    longest = max(len(row) for row in rows)
    ids = torch.tensor([[0] * (longest - len(row)) + row for row in rows], device="cuda")
    mask = torch.tensor([[0] * (longest - len(row)) + [1] * len(row) for row in rows], device="cuda")
    cache, found = DynamicCache(), []
    positions = (mask.cumsum(-1) - 1).clamp(min=0)
    with torch.inference_mode():
        for step in range(STEPS + 1):
            out = model(ids, attention_mask=mask, position_ids=positions, past_key_values=cache, use_cache=True)
            found.append(out.logits[:, -1].float())
            if step < STEPS:
                ids, positions = given[:, step : step + 1], positions[:, -1:] + 1
                mask = torch.cat([mask, mask.new_ones(len(rows), 1)], 1)
    return torch.stack(found, 1)


class _Listening:
    """A head that keeps the logits it gave last."""

    def __init__(self, head: Any) -> None:
        self._head = head
        self.last: Any = None

    def __call__(self, hidden: Any) -> Any:
        self.last = self._head(hidden)
        return self.last


def _stepped(engine: BatchEngine, rows: list[list[int]], given: Any) -> Any:
    """The same from the engine: a prefill, then steps of a replayed graph on given tokens."""
    decoder = engine.scheduler.decoder
    head = decoder._head = _Listening(decoder._head)
    extents = [decoder.kv_cache.allocate(len(row) + STEPS + 1) for row in rows]
    entries = [PrefillEntry(row, extent, None) for row, extent in zip(rows, extents, strict=True) if extent is not None]
    decoder.prefill(entries, list(range(len(rows))), GREEDY)
    found = [head.last.float().clone()]
    for step in range(STEPS):
        decoder._token[: len(rows)] = given[:, step]
        decoder.decode_step(len(rows), GREEDY).tokens()
        found.append(head.last[: len(rows)].float().clone())
    return torch.stack(found, 1)


@pytest.mark.parametrize("rows", [1, 32])
@pytest.mark.parametrize(
    ("kernel", "shape", "how"),
    [
        ("marlin", SHAPE, {"group_size": 128}),
        ("marlin", SHAPE, {"group_size": 32, "act_order": True}),
        ("marlin", SHAPE, {"group_size": 32}),
        ("marlin", GROUPED, {"group_size": 64}),
        ("marlin", GROUPED, {"group_size": -1}),
        ("exllama_v2", SHAPE, {"group_size": 128, "layout": "2023"}),
        ("exllama_v2", GROUPED, {"group_size": 32, "act_order": True, "layout": "2023", "shards": 2}),
        ("triton", SHAPE, {"group_size": 128}),
    ],
    ids=str,
)
def test_logits_step_by_step_are_those_of_the_model_call(
    tmp_path: Path, kernel: str, shape: LlamaShape, how: dict[str, Any], rows: int
) -> None:
    folder = _checkpoint(tmp_path, shape, **how)
    checkpoint = read_checkpoint(folder)
    model = load_model(checkpoint, choose_kernel(look_at_machine(), checkpoint, kernel))
    _compare(model, GptqEngine(checkpoint, "it", EngineOptions(512, 1, kernel)), rows)


@pytest.mark.parametrize("rows", [1, 32])
@pytest.mark.parametrize("architecture", ["llama", "mistral", "qwen2"])
def test_unquantised_logits_are_as_near_to_float32_as_the_model_call(
    tmp_path: Path, architecture: str, rows: int
) -> None:
    """In bfloat16 two attentions of transformers' own differ by up to .06; float32 is the reference for both."""
    from transformers import AutoModelForCausalLM

    folder = write_plain(tmp_path, architecture, dtype="bfloat16")
    engine = open_engine(f"hf:{folder}", EngineOptions(context=256))
    assert isinstance(engine, BatchEngine)
    call = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.bfloat16).cuda()
    exact = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).cuda()
    prompts, given = _tokens(rows)
    wanted = _reference(exact, prompts, given)
    errors = _relative(_stepped(engine, prompts, given), wanted)
    of_the_call = _relative(_reference(call, prompts, given), wanted)
    assert float(errors.mean()) < 1.25 * float(of_the_call.mean())
    assert float(errors.max()) < 1.5 * float(of_the_call.max())
    held = torch.cuda.memory_allocated()
    engine.close()
    gc.collect()
    assert torch.cuda.memory_allocated() < held


def _tokens(rows: int) -> tuple[list[list[int]], Any]:
    """Random prompts of several lengths, and the tokens, [rows, STEPS], that follow them."""
    generator = torch.Generator().manual_seed(0)
    lengths = [(5, 37, 120, 64)[number % 4] for number in range(rows)]
    prompts = [torch.randint(3, 500, (length,), generator=generator).tolist() for length in lengths]
    return prompts, torch.randint(3, 500, (rows, STEPS), generator=generator).cuda()


def _relative(logits: Any, wanted: Any) -> Any:
    """The relative error of each row and step, [rows, STEPS + 1]."""
    return (logits - wanted).norm(dim=-1) / wanted.norm(dim=-1)


def _compare(model: Any, engine: BatchEngine, rows: int) -> None:
    """Step by step on the same tokens: logits within TOLERANCE, and the same best token where that is clear."""
    prompts, given = _tokens(rows)
    wanted = _reference(model, prompts, given)
    got = _stepped(engine, prompts, given)
    assert float(_relative(got, wanted).max()) < TOLERANCE
    top = wanted.topk(2, -1).values
    clear = (top[..., 0] - top[..., 1]) > 2 * (got - wanted).abs().amax(-1)
    assert bool((got.argmax(-1) == wanted.argmax(-1))[clear].all())


@pytest.mark.parametrize("group_size", [32, 64, 128])
@pytest.mark.parametrize("shape", [(64, 128), (1024, 2816), (5120, 13824), (10304, 512), (15360, 5120), (27648, 5120)])
def test_single_row_kernel_gives_the_product_of_float64(shape: tuple[int, int], group_size: int) -> None:
    """Narrow and wide blocks, one and several that share the inputs."""
    from rag.models.gptq.single_row import SingleRow, load_single
    from rag.models.gptq.unpack import Unpacker

    launch, (n, k) = load_single(), shape
    assert launch is not None
    words = torch.randint(-(2**31), 2**31 - 1, (k // 16, n * 2), dtype=torch.int32, device="cuda")
    scales = (torch.rand(k // group_size, n, device="cuda") * 0.01 + 0.005).half()
    linear = SimpleNamespace(in_features=k, out_features=n, group_size=group_size, qweight=words, scales=scales)
    weights = Unpacker(linear, torch.empty(k * n, dtype=torch.float16, device="cuda"), range(n))().double()
    product = SingleRow(linear, launch)
    for scale, mean in ((1e-2, 0), (1, 0.5), (30, -3)):
        x = (torch.randn(1, k, device="cuda") * scale + mean).half()
        wanted = x.double() @ weights
        for _ in range(3):
            assert float((product(x) - wanted).norm() / wanted.norm()) < 5e-4


@pytest.mark.parametrize("group_size", [32, 64, 128])
def test_unpacked_weights_give_marlins_product(tmp_path: Path, group_size: int) -> None:
    """Whole, in parts that the buffer holds, and kept."""
    from rag.models.gptq.marlin import MarlinMerger, MarlinProduct

    checkpoint = read_checkpoint(_checkpoint(tmp_path, group_size=group_size))
    model = load_model(checkpoint, choose_kernel(look_at_machine(), checkpoint, "marlin"))
    mlp = model.model.layers[0].mlp
    for hidden, intermediate in ((1024, 2816 * 2), (1024, 2816), (1024, 400)):
        linear = mlp.down_proj if intermediate == 2816 else mlp.gate_proj
        (product,) = MarlinMerger({"hidden_size": hidden, "intermediate_size": intermediate})([linear])
        assert isinstance(product, MarlinProduct)
        for rows in (2, 319, 320, 1000):
            x = torch.randn(rows, linear.in_features, device="cuda", dtype=torch.float16)
            wanted = linear(x).float()
            for _ in range(2):
                assert float((product(x).float() - wanted).norm() / wanted.norm()) < 2e-3
                assert float((product._in_parts(x).float() - wanted).norm() / wanted.norm()) < 2e-3
                product.keep_unpacked()
            product._kept = None


def test_logits_are_the_same_with_and_without_room_for_unpacked_layers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint = read_checkpoint(_checkpoint(tmp_path, group_size=128))
    model = load_model(checkpoint, choose_kernel(look_at_machine(), checkpoint, "marlin"))
    monkeypatch.setattr("rag.models.batch.engine.spare_bytes", lambda *_: 0)
    engine = GptqEngine(checkpoint, "it", EngineOptions(512, 1, "marlin"))
    forward: Any = engine.scheduler.decoder._forward
    assert all(layer.down[0]._kept is None for layer in forward._layers)
    _compare(model, engine, 32)


def test_ceiling_holds_and_no_answer_is_lost_under_it(tmp_path: Path) -> None:
    folder = _checkpoint(tmp_path)
    torch.cuda.reset_peak_memory_stats()
    ceiling = 3 << 30
    engine = GptqEngine(read_checkpoint(folder), "it", EngineOptions(2048, 1, "auto", ceiling))
    prompts = [f"{number} 東京 " * (1 + 7 * (number % 9)) for number in range(150)]
    said = engine.complete(prompts, Decoding(max_new_tokens=20))
    assert len(said) == 150
    assert all(one.finish == "stop" or one.completion_tokens == 20 for one in said)
    assert torch.cuda.max_memory_reserved() < ceiling


def test_backs_off_where_memory_runs_out(tmp_path: Path) -> None:
    engine = GptqEngine(read_checkpoint(_checkpoint(tmp_path, sure=True)), "it", EngineOptions(1024, 1))
    prompts = [f"{number} 京 " * 40 for number in range(64)]
    wanted = engine.complete(prompts, Decoding(max_new_tokens=8))
    engine.scheduler.prefill_tokens = 1 << 20
    torch.cuda.empty_cache()
    total = torch.cuda.get_device_properties(0).total_memory
    torch.cuda.set_per_process_memory_fraction((torch.cuda.memory_reserved() + (64 << 20)) / total)
    assert engine.complete(prompts, Decoding(max_new_tokens=8)) == wanted
    assert engine.scheduler.prefill_tokens < 1 << 20


def test_closed_engine_gives_its_memory_back(tmp_path: Path) -> None:
    checkpoint, left = read_checkpoint(_checkpoint(tmp_path)), []
    for _ in range(2):  # what libraries keep for themselves is there after the first
        engine = GptqEngine(checkpoint, "it", EngineOptions(512, 1))
        said = engine.complete(["東京", "The capital"], Decoding(max_new_tokens=4))
        assert len(said) == 2
        held = torch.cuda.memory_reserved()
        engine.close()
        left.append(torch.cuda.memory_reserved())
    assert left[1] == left[0] < held - checkpoint.weight_bytes, (left, held)


def test_too_little_memory_is_said_with_the_sum(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"weights .* cache for 2048 tokens .* activations .* on the GPU"):
        GptqEngine(read_checkpoint(_checkpoint(tmp_path)), "it", EngineOptions(2048, 1, "auto", 700 << 20))
