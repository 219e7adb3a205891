"""Unquantised checkpoints on a processor: what transformers itself says, alone or in a batch; nothing unsafe."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from rag.errors import ModelFailed, ModelUnavailable, PromptTooLong, SettingsError
from rag.models.batch.engine import BatchEngine
from rag.models.engine import EngineOptions, TextEngine
from rag.models.hf.generate import GenerateEngine
from rag.models.local import LocalChatModel, LocalLLM
from rag.models.registry import open_engine
from rag.records import Decoding
from tests.eval.set_checks import ROOT
from tests.plain_checkpoints import ARCHITECTURES, said_by_transformers, write_plain
from tests.rag import conformance

PROMPTS = ["日本の首都は", "The capital of France is", "東京", "a", "です。" * 15]
SMALL = EngineOptions(context=128)
GENERATED = {"gemma2", "gpt2"}
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(torch.cuda.is_available(), reason="compares with float32 on a processor"),
]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("模型")
    return {name: write_plain(folder / name, name) for name in ARCHITECTURES}


@pytest.fixture(scope="module", params=["llama", "gemma2"])
def folder(request: pytest.FixtureRequest, folders: dict[str, Path]) -> Path:
    """A checkpoint of either engine."""
    return folders[request.param]


@pytest.fixture
def engine(folder: Path) -> TextEngine:
    return open_engine(f"hf:{folder}", SMALL)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_greedy_tokens_are_those_of_transformers(folders: dict[str, Path], name: str) -> None:
    engine = open_engine(f"hf:{folders[name]}", SMALL)
    assert type(engine) is (GenerateEngine if name in GENERATED else BatchEngine)
    codec = engine._codec  # type: ignore[attr-defined]
    said = engine.complete(PROMPTS, Decoding(max_new_tokens=10))
    for prompt, one in zip(PROMPTS, said, strict=True):
        ids = codec.encode(prompt)
        wanted = said_by_transformers(folders[name], ids, 10)
        assert one.completion_tokens == len(wanted)
        assert one.text == codec.decode(ids + wanted)[len(codec.decode(ids)) :]
        assert one.prompt_tokens == engine.count_tokens(prompt)
    assert len({one.text for one in said}) > 1


@pytest.mark.parametrize(("rope", "kind"), [("dynamic", GenerateEngine), ("linear", BatchEngine)])
def test_positions_that_depend_on_the_batch_are_not_batched(tmp_path: Path, rope: str, kind: type[TextEngine]) -> None:
    config = write_plain(tmp_path / "m") / "config.json"
    said = json.loads(config.read_text("utf-8"))
    said["rope_parameters"] = {"rope_type": rope, "factor": 2.0, "rope_theta": 10000.0}
    config.write_text(json.dumps(said), "utf-8")
    engine = open_engine(f"hf:{tmp_path / 'm'}", SMALL)
    assert type(engine) is kind
    assert engine.complete(["東京"], Decoding(max_new_tokens=4))[0].completion_tokens > 0


def test_batch_gives_what_single_prompts_give(engine: TextEngine) -> None:
    many = [f"{number}: {prompt}" for number in range(3) for prompt in PROMPTS]
    decoding = Decoding(max_new_tokens=6)
    assert engine.complete(many, decoding) == [engine.complete([prompt], decoding)[0] for prompt in many]


def test_conforms(folder: Path) -> None:
    chat = LocalChatModel(model=f"hf:{folder}", context_window=SMALL.context, max_tokens=12)
    conformance.conforms(chat)


def test_stream_gives_nothing_that_a_stop_string_takes_back(folder: Path) -> None:
    model = LocalLLM(model=f"hf:{folder}", context_window=SMALL.context, max_tokens=24)
    free = model.invoke("日本")
    stop = free[4:7]
    assert "".join(model.stream("日本", stop=[stop])) == free.partition(stop)[0]


def test_seed_fixes_a_sample_whatever_it_is_batched_with(engine: TextEngine) -> None:
    decoding = Decoding(temperature=4.0, top_p=0.9, repetition_penalty=1.15, max_new_tokens=8, seed=3)
    said = engine.complete(PROMPTS, decoding)
    assert engine.complete(PROMPTS, decoding) == said
    assert engine.complete(PROMPTS[1:2], decoding) == said[1:2]
    assert engine.complete(PROMPTS, replace(decoding, seed=4)) != said


def test_long_prompt_is_refused_and_a_completion_ends_at_the_context(engine: TextEngine) -> None:
    with pytest.raises(PromptTooLong, match="context 128"):
        engine.complete(["東京 " * 300], Decoding())
    said = engine.complete(["x y " * 25], Decoding(max_new_tokens=400))[0]
    assert said.finish == "stop" or said.prompt_tokens + said.completion_tokens == 128


def test_closed_stream_leaves_the_engine_usable_and_a_closed_engine_says_so(folder: Path) -> None:
    engine = open_engine(f"hf:{folder}", EngineOptions(context=96))
    stream = engine.stream("東京", Decoding(max_new_tokens=50))
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    first = engine.complete(["東京"], Decoding(max_new_tokens=3))
    engine.close()
    with pytest.raises(ModelFailed, match="closed"):
        engine.complete(["東京"], Decoding())
    again = open_engine(f"hf:{folder}", EngineOptions(context=96))
    assert again is not engine
    assert again.complete(["東京"], Decoding(max_new_tokens=3)) == first


def test_memory_that_runs_out_in_generate_is_said(folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    engine = open_engine(f"hf:{folders['gpt2']}", SMALL)
    said = engine.complete(["東京"], Decoding(max_new_tokens=3))

    def full(*_: object, **__: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate much")

    with monkeypatch.context() as patched:
        patched.setattr(engine._model, "generate", full)  # type: ignore[attr-defined]
        with pytest.raises(ModelFailed, match=r"2 prompts at a time: CUDA out of memory.*--context"):
            engine.complete(["東京", "Tokyo"], Decoding())
    assert engine.complete(["東京"], Decoding(max_new_tokens=3)) == said


def test_pickles_and_quantised_weights_are_refused(tmp_path: Path) -> None:
    folder = write_plain(tmp_path / "模型")
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x04")
    assert open_engine(f"hf:{folder}", EngineOptions(context=64)).complete(["東京"], Decoding(max_new_tokens=1))
    (folder / "model.safetensors").unlink()
    with pytest.raises(ModelUnavailable, match=rf"pickle format \(pytorch_model.bin\).*{folder}"):
        open_engine(f"hf:{folder}", SMALL)
    folder = write_plain(tmp_path / "quantised")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"quantization_config": {"quant_method": "gptq"}}))
    with pytest.raises(ModelUnavailable, match=r"quantised \(gptq\).*gptq:<dir"):
        open_engine(f"hf:{folder}", SMALL)


def test_what_is_no_model_is_refused(tmp_path: Path, folders: dict[str, Path]) -> None:
    with pytest.raises(ModelUnavailable, match="no model folder"):
        open_engine(f"hf:{tmp_path / '無い'}", SMALL)
    with pytest.raises(ModelUnavailable, match=r"no config\.json"):
        open_engine(f"hf:{tmp_path}", SMALL)
    with pytest.raises(SettingsError, match="--kernel"):
        open_engine(f"hf:{folders['llama']}", replace(SMALL, kernel="marlin"))
    folder = write_plain(tmp_path / "alien")
    config = json.loads((folder / "config.json").read_text()) | {
        "model_type": "alien",
        "auto_map": {"AutoConfig": "alien.Config", "AutoModelForCausalLM": "alien.Model"},
    }
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "alien.py").write_text("raise SystemExit('its code was run')")
    with pytest.raises(ModelUnavailable, match=rf"does not support this kind of language model.*{folder}"):
        open_engine(f"hf:{folder}", SMALL)


@pytest.mark.usefixtures("process")
def test_it_needs_no_gptqmodel(folders: dict[str, Path]) -> None:
    uri = f"hf:{folders['llama']}"
    code = (
        "import sys; sys.modules['gptqmodel'] = None\n"
        "from rag.settings import configure_libraries; configure_libraries(offline=True)\n"
        "from rag.models.local import LocalLLM\n"
        f"print(repr(LocalLLM(model={uri!r}, context_window=64, max_tokens=2).invoke('東京')))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
