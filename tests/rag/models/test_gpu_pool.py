"""A model in several processes gives the answers of one; without a GPU each of them runs on the CPU."""

from __future__ import annotations

from pathlib import Path

import pytest

from kotae.settings import _gpus
from rag.errors import ModelFailed, ModelUnavailable, PromptTooLong, SettingsError
from rag.models.engine import EngineOptions, Turn
from rag.models.gpu_pool import GpuPool, spread
from rag.models.registry import open_engine
from rag.records import Decoding
from tests.plain_checkpoints import write_plain

SMALL = EngineOptions(context=128)
DECODING = Decoding(max_new_tokens=8)
PROMPTS = ["東京", "The capital of France is", "日本の首都は", "a", "です。" * 15]


@pytest.mark.slow
@pytest.mark.usefixtures("process")
def test_pool_gives_the_answers_of_one_engine_in_order(tmp_path: Path) -> None:
    uri = f"hf:{write_plain(tmp_path)}"
    pool, engine = GpuPool(uri, SMALL, (0, 1)), open_engine(uri, SMALL)
    assert pool.batch_size == 2 * engine.batch_size
    assert (pool.identity, pool.context) == (engine.identity, engine.context)
    assert pool.complete(PROMPTS, DECODING) == engine.complete(PROMPTS, DECODING)
    assert [piece.end for piece in pool.stream("東京", DECODING)][-1] == engine.complete(["東京"], DECODING)[0]
    assert pool.render([Turn("user", "東京")]) == engine.render([Turn("user", "東京")])
    with pytest.raises(PromptTooLong, match="context 128"):
        pool.complete(["東" * 500], DECODING)
    assert pool.complete(PROMPTS[:1], DECODING) == engine.complete(PROMPTS[:1], DECODING)
    pool._workers[1]._process.kill()
    with pytest.raises(ModelFailed, match=r"GPU 1 has ended.*run the same command again"):
        pool.complete(PROMPTS, DECODING)
    pool.close()
    assert not any(worker._process.is_alive() for worker in pool._workers)
    with pytest.raises(ModelFailed, match="closed"):
        pool.complete(PROMPTS, DECODING)


@pytest.mark.slow
@pytest.mark.usefixtures("process")
def test_what_cannot_be_opened_raises_and_leaves_no_process(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable):
        GpuPool(f"hf:{tmp_path}", SMALL, (0,))


@pytest.mark.parametrize("parts", [1, 2, 3])
@pytest.mark.parametrize("costs", [[], [5], [1, 1, 1, 1], [600] * 7 + [60] * 9, [3, 1, 4, 1, 5, 9, 2, 6]])
def test_costs_are_spread_evenly_and_completely(costs: list[int], parts: int) -> None:
    found = spread(costs, parts)
    assert len(found) == parts
    assert sorted(number for part in found for number in part) == list(range(len(costs)))
    sums = [sum(costs[number] for number in part) for part in found]
    assert max(sums) - min(sums) <= max(costs, default=0)


@pytest.mark.parametrize("text", ["0,0", "-1", "a", "0,,1", "0;1"])
def test_gpus_that_cannot_be_meant_are_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="--gpus must be different numbers"):
        _gpus(text)


def test_gpus_are_read() -> None:
    assert _gpus("0,1") == (0, 1)
    assert _gpus(None) == ()


def test_models_that_use_no_gpu_refuse_several(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="--gpus do not apply"):
        open_engine(f"gguf:{tmp_path}/a.gguf", EngineOptions(gpus=(0, 1)))
