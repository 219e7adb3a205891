"""GPTQ checkpoints on a CPU: every layout loads, logits are right, and batches give what single prompts give."""

from __future__ import annotations

import gc
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from rag.errors import ModelFailed, PromptTooLong
from rag.models.batch.attention import AttentionMask
from rag.models.engine import EngineOptions, Turn
from rag.models.gptq.factory import GptqEngine
from rag.models.local import LocalChatModel, LocalLLM
from rag.models.registry import open_engine
from rag.records import Decoding
from tests.gptq_checkpoints import LlamaShape, reference_model, write_checkpoint
from tests.rag import conformance
from tests.tokenizers_small import write_bpe_tokenizer

pytestmark = pytest.mark.usefixtures("gptqmodel")

PROMPTS = ["日本の首都は", "The capital of France is", "東京", "a", "です。" * 20]
TOLERANCE = 3e-2  # relative, of bfloat16 products against float32 ones


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sure checkpoint with grouped key heads, in the layout of 2023, with act-order, in two shards."""
    folder = tmp_path_factory.mktemp("gptq") / "ランダム"
    write_checkpoint(folder, LlamaShape(key_heads=2), layout="2023", group_size=32, act_order=True, shards=2, sure=True)
    write_bpe_tokenizer(folder)
    return folder


@pytest.fixture(scope="module")
def engine(folder: Path) -> GptqEngine:
    engine = open_engine(f"gptq:{folder}", EngineOptions(context=256))
    assert isinstance(engine, GptqEngine)
    return engine


@pytest.fixture
def chat(folder: Path) -> LocalChatModel:
    return LocalChatModel(model=f"gptq:{folder}", context_window=256, max_tokens=12)


@pytest.mark.parametrize(
    ("layout", "group_size", "act_order", "shards"),
    [("2023", 128, False, 1), ("2023", 32, True, 2), ("later", 64, True, 3), ("later", -1, False, 1)],
)
def test_logits_agree_with_an_independent_reading(
    tmp_path: Path, layout, group_size: int, act_order: bool, shards: int
) -> None:
    write_checkpoint(
        tmp_path, layout=layout, group_size=group_size, act_order=act_order, shards=shards, seed=group_size
    )
    write_bpe_tokenizer(tmp_path)
    engine = open_engine(f"gptq:{tmp_path}", EngineOptions(context=64))
    assert isinstance(engine, GptqEngine)
    ids = torch.tensor([[1, *range(40, 60)]])
    with torch.inference_mode():
        wanted = reference_model(tmp_path)(ids).logits[0]
    assert _error(_stepwise(engine, ids[0].tolist(), read=6), wanted[5:]) < TOLERANCE


def test_steps_of_a_batch_give_the_logits_of_the_whole_text(tmp_path: Path) -> None:
    """Step by step on given tokens, rows of different lengths in one batch, against one call of the reference."""
    write_checkpoint(tmp_path, LlamaShape(key_heads=2), group_size=64)
    write_bpe_tokenizer(tmp_path)
    engine = open_engine(f"gptq:{tmp_path}", EngineOptions(context=64))
    assert isinstance(engine, GptqEngine)
    reference = reference_model(tmp_path)
    rows = [[1, *range(30 + number, 42 + 3 * number)] for number in range(4)]
    given = [[50 + number, 70, 90] for number in range(4)]
    got = _stepwise_batch(engine, rows, given)
    for number, row in enumerate(rows):
        with torch.inference_mode():
            wanted = reference(torch.tensor([row + given[number]])).logits[0, len(row) - 1 :]
        assert _error(got[:, number], wanted) < TOLERANCE


def test_batch_gives_what_single_prompts_give(engine: GptqEngine) -> None:
    decoding = Decoding(max_new_tokens=10)
    assert engine.complete(PROMPTS, decoding) == [engine.complete([prompt], decoding)[0] for prompt in PROMPTS]


def test_more_prompts_than_rows_come_back_in_order(engine: GptqEngine) -> None:
    many = [f"{number}: {prompt}" for number in range(5) for prompt in PROMPTS]
    said = engine.complete(many, Decoding(max_new_tokens=4))
    assert len(said) == len(many) > engine.batch_size
    assert said[7] == engine.complete([many[7]], Decoding(max_new_tokens=4))[0]
    assert all(one.prompt_tokens == engine.count_tokens(text) for one, text in zip(said, many, strict=True))


def test_conforms(chat: LocalChatModel) -> None:
    conformance.conforms(chat)


def test_stream_gives_nothing_that_a_stop_string_takes_back(folder: Path) -> None:
    model = LocalLLM(model=f"gptq:{folder}", context_window=256, max_tokens=24)
    free = model.invoke("日本")
    stop = free[4:7]
    assert "".join(model.stream("日本", stop=[stop])) == free.partition(stop)[0]


def test_closed_stream_gives_its_places_back(engine: GptqEngine) -> None:
    kv_cache = engine.scheduler.decoder.kv_cache
    stream = engine.stream("東京", Decoding(max_new_tokens=50))
    next(stream)
    assert kv_cache.allocate(kv_cache.capacity) is None
    stream.close()  # type: ignore[attr-defined]
    whole = kv_cache.allocate(kv_cache.capacity)
    assert whole is not None
    kv_cache.free(whole)


def test_closed_engine_gives_its_memory_back_and_is_loaded_anew(tmp_path: Path) -> None:
    write_checkpoint(tmp_path, sure=True)
    write_bpe_tokenizer(tmp_path)
    uri, options, decoding = f"gptq:{tmp_path}", EngineOptions(context=64), Decoding(max_new_tokens=4)
    before = _tensor_bytes()
    engine = open_engine(uri, options)
    said = engine.complete(PROMPTS[:2], decoding)
    assert _tensor_bytes() > before + 500_000
    engine.close()
    engine.close()
    assert _tensor_bytes() < before + 10_000
    with pytest.raises(ModelFailed, match="closed"):
        engine.complete(PROMPTS[:2], decoding)
    anew = open_engine(uri, options)
    assert anew.complete(PROMPTS[:2], decoding) == said
    anew.close()


def test_seed_fixes_a_sample(engine: GptqEngine) -> None:
    decoding = Decoding(temperature=8.0, top_p=0.9, repetition_penalty=1.15, max_new_tokens=12, seed=3)
    said = engine.complete(PROMPTS, decoding)
    assert engine.complete(PROMPTS, decoding) == said
    assert engine.complete(PROMPTS, replace(decoding, seed=4)) != said


def test_long_prompt_is_refused_and_a_completion_ends_at_the_context(engine: GptqEngine) -> None:
    with pytest.raises(PromptTooLong, match="context 256"):
        engine.complete(["東京 " * 300], Decoding())
    long = "x y " * 55
    said = engine.complete([long], Decoding(max_new_tokens=400))[0]
    assert said.finish == "stop" or said.prompt_tokens + said.completion_tokens == 256


def test_chat_without_a_template_is_llama_2s(engine: GptqEngine) -> None:
    turns = [Turn("system", "短く。"), Turn("user", "首都は？"), Turn("assistant", "東京"), Turn("user", "Why?")]
    assert engine.render(turns) == (
        "<s>[INST] <<SYS>>\n短く。\n<</SYS>>\n\n首都は？ [/INST] 東京 </s><s>[INST] Why? [/INST]"
    )


def _tensor_bytes() -> int:
    """Bytes of the storages of all tensors that anything still refers to."""
    gc.collect()
    tensors = [one for one in gc.get_objects() if issubclass(type(one), torch.Tensor)]
    return sum({one.untyped_storage().data_ptr(): one.untyped_storage().nbytes() for one in tensors}.values())


def _stepwise(engine: GptqEngine, tokens: list[int], *, read: int) -> torch.Tensor:
    """Logits after each token from the `read`-th on: the first ones in a prefill, then one by one."""
    return _stepwise_batch(engine, [tokens[:read]], [tokens[read:]])[:, 0]


def _stepwise_batch(engine: GptqEngine, rows: list[list[int]], given: list[list[int]]) -> torch.Tensor:
    """Logits, [steps + 1, rows, vocabulary], through the forward pass of the engine's decoder and its cache."""
    decoder = engine.scheduler.decoder
    kv_cache = decoder.kv_cache
    extents = [kv_cache.allocate(len(row) + len(given[0])) for row in rows]
    starts = torch.tensor([extent.start for extent in extents if extent is not None])
    lengths = torch.tensor([len(row) for row in rows])
    longest = int(lengths.max())
    ids, slots = (
        torch.zeros((len(rows), longest), dtype=torch.int64),
        torch.zeros((len(rows), longest), dtype=torch.int64),
    )
    for number, row in enumerate(rows):
        ids[number, : len(row)] = torch.tensor(row)
        slots[number, : len(row)] = torch.arange(len(row)) + starts[number]
    with torch.inference_mode():
        hidden = decoder._forward(
            ids, torch.arange(longest).expand(ids.shape), AttentionMask(kv_cache, slots.flatten())
        )
        found = [decoder._head(hidden[torch.arange(len(rows)), lengths - 1]).float()]
        for step in range(len(given[0])):
            token = torch.tensor([[row[step]] for row in given])
            kv_mask = AttentionMask(kv_cache, starts + lengths, starts, lengths + 1, int(lengths.max()) + 1)
            found.append(decoder._head(decoder._forward(token, lengths[:, None], kv_mask)[:, 0]).float())
            lengths = lengths + 1
    for extent in extents:
        assert extent is not None
        kv_cache.free(extent)
    return torch.stack(found)


def _error(got: torch.Tensor, wanted: torch.Tensor) -> float:
    return float(((got - wanted).norm() / wanted.norm()).item())
