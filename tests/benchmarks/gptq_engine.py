"""Compare the GPTQ engine with what it replaces, on one GPU, with a checkpoint of random weights.

    python -m tests.benchmarks.gptq_engine --work /tmp/gptq --max-gpu-memory 15GiB

Each way of running the model has its own process, so that its peak memory is measured separately:

| way | what it is |
| --- | --- |
| historical | `generate` through LangChain's HuggingFacePipeline, one question at a time |
| generate | transformers' `generate` on batches |
| static | the same with a static cache, which `generate` compiles |
| continuous | transformers' `generate_batch`, its continuous batching |
| engine | kotae's, through `gptq:` |

The run is 200 prompts: 100 of 60 tokens, 100 of 600, 40 new ones each; in the varied run lengths are around these. The
slow ways do a part of the run, from which its time is extrapolated. `historical` needs langchain-huggingface too.
"""

from __future__ import annotations

import argparse
import functools
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rag.models.engine import EngineOptions
from rag.models.memory_sizes import parse_size
from rag.records import Decoding

BATCHES = (1, 8, 32, 64)
SHORT, LONG, NEW, EACH = 60, 600, 40, 100
GIB = 1 << 30


def main() -> None:
    arguments = _arguments()
    if arguments.way is None:
        _all(arguments)
        return
    ways: dict[str, Callable[[argparse.Namespace], dict[str, Any]]] = {
        "checkpoint": _checkpoint,
        "engine": _engine,
        "historical": _historical,
        "generate": _generate,
        "static": _static,
        "continuous": _continuous,
    }
    print("RESULT " + json.dumps(ways[arguments.way](arguments)), flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=Path("/tmp/kotae-gptq"))
    parser.add_argument("--shape", choices=["13b", "7b", "tiny"], default="13b")
    parser.add_argument("--kernel", default="auto")
    parser.add_argument("--max-gpu-memory", default="15GiB", help="or `all`")
    parser.add_argument("--act-order", action="store_true")
    parser.add_argument("--batch-invariant", action="store_true", help="of the engine")
    parser.add_argument("--gpus", default="", help="of the engine, such as 0,1: only the run is measured")
    parser.add_argument("--ways", default="engine,historical,generate")
    parser.add_argument("--way", help=argparse.SUPPRESS)
    return parser.parse_args()


def _all(arguments: argparse.Namespace) -> None:
    found: dict[str, dict[str, Any]] = {}
    for way in ["checkpoint", *arguments.ways.split(",")]:
        command = [sys.executable, "-m", "tests.benchmarks.gptq_engine", *sys.argv[1:], "--way", way]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        lines = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
        if done.returncode or not lines:
            print(f"{way} failed:\n{done.stderr[-2000:]}", flush=True)
            continue
        found[way] = json.loads(lines[-1].removeprefix("RESULT "))
        print(way, json.dumps(found[way], indent=1), flush=True)
    if {"engine", "historical"} <= found.keys():
        factor = found["historical"]["run_s"] / min(found["engine"]["run_s"])
        print(f"the run of 200 prompts: {factor:.0f} times the historical way", flush=True)


def _checkpoint(arguments: argparse.Namespace) -> dict[str, Any]:
    import torch

    from tests.gptq_checkpoints import LLAMA_2_13B, LlamaShape, write_checkpoint
    from tests.tokenizers_small import write_bpe_tokenizer

    shapes = {
        "13b": LLAMA_2_13B,
        "7b": LlamaShape(32, 4096, 11008, 32, 32, 32000, 4096),
        "tiny": LlamaShape(context=4096),
    }
    folder = _folder(arguments)
    if not (folder / "tokenizer.json").exists():
        device = "cuda" if torch.cuda.is_available() else "cpu"
        write_checkpoint(folder, shapes[arguments.shape], layout="2023", act_order=arguments.act_order, device=device)
        write_bpe_tokenizer(folder)
    gpu = torch.cuda.get_device_name(0) if torch.cuda.is_available() else "none"
    weights = _gib(sum(p.stat().st_size for p in folder.glob("*.s*")))
    return {"gpu": gpu, "torch": torch.__version__, "weights_gib": weights}


def _folder(arguments: argparse.Namespace) -> Path:
    return arguments.work / f"{arguments.shape}{'-act-order' if arguments.act_order else ''}"


def _engine(arguments: argparse.Namespace) -> dict[str, Any]:
    from rag.models.gptq.factory import GptqEngine
    from rag.models.registry import open_engine

    began = time.perf_counter()
    ceiling = None if arguments.max_gpu_memory == "all" else parse_size(arguments.max_gpu_memory)
    gpus = tuple(int(gpu) for gpu in arguments.gpus.split(",") if gpu)
    options = EngineOptions(4096, 1, arguments.kernel, ceiling, batch_invariant=arguments.batch_invariant, gpus=gpus)
    engine = open_engine(f"gptq:{_folder(arguments)}", options)
    run = [SHORT] * EACH + [LONG] * EACH
    found: dict[str, Any] = {"load_s": round(time.perf_counter() - began, 1), "build": engine.build}
    if not isinstance(engine, GptqEngine):
        for _ in range(2):
            _ask(engine, run, NEW)
        return found | {"run_s": _three_runs(engine, run)}
    found["kernel"] = str(engine.choice)
    engine._ends = frozenset()  # every answer is as long as it may be
    decoder = engine.scheduler.decoder
    found |= {"rows": decoder.max_rows, "places": decoder.kv_cache.capacity}
    found["prefill_tokens"] = engine.scheduler.prefill_tokens
    for batch in BATCHES:
        found[f"batch_{batch}"] = _rates(lambda n, size=batch: _ask(engine, [SHORT] * size, n), batch)
    _ask(engine, [600] * 8, 1)
    found["prefill_600_tokens_s"] = round(600 * 8 / _timed(lambda: _ask(engine, [600] * 8, 1)))
    _ask(engine, [600], 1)
    found["first_token_600_ms"] = round(1e3 * _timed(lambda: _ask(engine, [600], 1)))
    found["longest_s"] = round(_timed(lambda: _ask(engine, [4000], 96)), 2)
    found["run_s"] = _three_runs(engine, run)
    varied = [40 + n * 40 // EACH for n in range(EACH)] + [500 + 2 * n for n in range(EACH)]
    return found | {"varied_run_s": _three_runs(engine, varied)} | _memory()


def _three_runs(engine: Any, lengths: list[int]) -> list[float]:
    return [round(_timed(lambda: _ask(engine, lengths, NEW)), 2) for _ in range(3)]


def _ask(engine: Any, lengths: list[int], new: int) -> None:
    said = engine.complete(
        [_prompt(engine.count_tokens, length, n) for n, length in enumerate(lengths)], Decoding(max_new_tokens=new)
    )
    assert [one.prompt_tokens for one in said] == lengths
    assert all(one.completion_tokens == new for one in said)


_prompts: dict[tuple[int, int], str] = {}


def _prompt(count: Callable[[str], int], tokens: int, number: int) -> str:
    """Return a prompt of exactly `tokens` tokens, a different one for each number."""
    if (tokens, number) not in _prompts:
        text = f"{number} "
        while (lack := tokens - count(text)) > 0:
            text += "東x" * (lack // 8) + "x"[: lack % 8 or lack] if lack > 16 else "#"
        _prompts[tokens, number] = text
    return _prompts[tokens, number]


def _rates(ask: Callable[[int], None], batch: int, new: int = 48) -> dict[str, float]:
    """Return prefill and decode rates, in tokens per second, from runs with one new token and with several."""
    ask(new)
    single, several = _timed(lambda: ask(1)), _timed(lambda: ask(new))
    step = (several - single) / (new - 1)
    return {
        "decode_tokens_s": round(batch / step, 1),
        "step_ms": round(step * 1e3, 2),
        "prefill_tokens_s": round(batch * SHORT / single),
    }


def _timed(work: Callable[[], object]) -> float:
    import torch

    torch.cuda.synchronize()
    began = time.perf_counter()
    work()
    torch.cuda.synchronize()
    return time.perf_counter() - began


def _loaded(arguments: argparse.Namespace) -> tuple[Any, Any]:
    """Return the model as transformers runs it, and its tokenizer."""
    from transformers import AutoTokenizer

    from rag.models.gptq.checkpoint import read_checkpoint
    from rag.models.gptq.kernels import choose_kernel, look_at_machine
    from rag.models.gptq.loading import load_model

    checkpoint = read_checkpoint(_folder(arguments))
    model = load_model(checkpoint, choose_kernel(look_at_machine(), checkpoint, arguments.kernel))
    model.generation_config.eos_token_id = None
    tokenizer = AutoTokenizer.from_pretrained(checkpoint.folder)
    tokenizer.pad_token, tokenizer.padding_side = "<unk>", "left"
    return model, tokenizer


def _extrapolated(short: float, long: float, part: int) -> float:
    """Extrapolate the seconds of the whole run from those of `part` prompts of each length."""
    return round((short + long) * EACH / part, 1)


def _historical(arguments: argparse.Namespace, part: int = 3) -> dict[str, Any]:
    from langchain_huggingface import HuggingFacePipeline
    from transformers import pipeline

    began = time.perf_counter()
    model, tokenizer = _loaded(arguments)
    found: dict[str, Any] = {"load_s": round(time.perf_counter() - began, 1)}
    settings = {"max_new_tokens": NEW, "min_new_tokens": NEW, "do_sample": False}
    model.generation_config.eos_token_id = 2
    llm = HuggingFacePipeline(pipeline=pipeline("text-generation", model=model, tokenizer=tokenizer, **settings))
    count = lambda text: len(tokenizer(text)["input_ids"])  # noqa: E731
    llm.invoke(_prompt(count, SHORT, 0))
    short, long = (
        _timed(lambda size=size: [llm.invoke(_prompt(count, size, n)) for n in range(part)]) for size in (SHORT, LONG)
    )
    found |= {"decode_tokens_s": round(part * NEW / short, 1), "measured_prompts": 2 * part}
    return found | {"run_s": _extrapolated(short, long, part)} | _memory()


def _generate(arguments: argparse.Namespace) -> dict[str, Any]:
    model, tokenizer = _loaded(arguments)
    found: dict[str, Any] = {}
    for batch in BATCHES:
        found[f"batch_{batch}"] = _rates(lambda n, size=batch: _batch(model, tokenizer, SHORT, size, n), batch, new=17)
    short, long = (_timed(lambda size=size: _batch(model, tokenizer, size, 20, NEW)) for size in (SHORT, LONG))
    return found | {"run_s": _extrapolated(short, long, 20), "batch_of_the_run": 20} | _memory()


def _static(arguments: argparse.Namespace) -> dict[str, Any]:
    """Measure `generate` with a static cache, for which it compiles the step; print results as they come."""
    model, tokenizer = _loaded(arguments)
    found: dict[str, Any] = {}
    for batch in (1, 32):
        ask = lambda n, size=batch: _batch(model, tokenizer, SHORT, size, n, cache_implementation="static")  # noqa: E731
        warm_up = round(_timed(functools.partial(ask, 33)), 1)
        found[f"batch_{batch}"] = {"warm_up_s": warm_up, **_rates(ask, batch, new=33)}
        print(f"batch {batch}: {found[f'batch_{batch}']}", file=sys.stderr, flush=True)
    return found | _memory()


def _continuous(arguments: argparse.Namespace) -> dict[str, Any]:
    from transformers import GenerationConfig

    model, tokenizer = _loaded(arguments)
    count = lambda text: len(tokenizer(text)["input_ids"])  # noqa: E731
    settings = GenerationConfig(max_new_tokens=NEW, do_sample=False, eos_token_id=None, pad_token_id=0)
    found: dict[str, Any] = {}
    for batch in (1, 32):
        inputs = [tokenizer(_prompt(count, SHORT, n))["input_ids"] for n in range(batch)]
        ask = lambda rows=inputs: model.generate_batch(inputs=rows, generation_config=settings, progress_bar=False)  # noqa: E731
        ask()
        found[f"batch_{batch}"] = {"tokens_s": round(batch * NEW / _timed(ask), 1)}
    return found | _memory()


def _batch(model: Any, tokenizer: Any, tokens: int, size: int, new: int, **settings: Any) -> None:
    count = lambda text: len(tokenizer(text)["input_ids"])  # noqa: E731
    inputs = tokenizer([_prompt(count, tokens, n) for n in range(size)], return_tensors="pt", padding=True).to(
        model.device
    )
    model.generate(
        input_ids=inputs["input_ids"],
        attention_mask=inputs["attention_mask"],
        max_new_tokens=new,
        do_sample=False,
        eos_token_id=None,
        pad_token_id=0,
        **settings,
    )


def _memory() -> dict[str, float]:
    """Return the peaks of this process: host memory, GPU memory reserved by PyTorch, and use of the whole GPU."""
    import torch

    free, total = torch.cuda.mem_get_info()
    return {
        "peak_host_gib": _gib(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024),
        "peak_gpu_reserved_gib": _gib(torch.cuda.max_memory_reserved()),
        "gpu_used_gib": _gib(total - free),
    }


def _gib(amount: float) -> float:
    return round(amount / GIB, 2)


if __name__ == "__main__":
    main()
