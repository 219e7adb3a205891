"""The engine behind LangChain of GPTQ and unquantised checkpoints: loaded, many prompts at a time."""

from __future__ import annotations

import functools
import gc
import threading
from collections.abc import Callable, Iterator
from collections.abc import Sequence as Several
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from rag.errors import ModelFailed, ModelUnavailable
from rag.hub import resolve
from rag.models.batch import attention
from rag.models.batch.decoder import Decoder, Forward
from rag.models.batch.memory import Plan, Shape, check_room, make_plan
from rag.models.batch.pool import KeyValuePool
from rag.models.batch.sampling import Chooser
from rag.models.batch.scheduler import Scheduler
from rag.models.batch.sequence import Sequence
from rag.models.batch.tokens import load_codec
from rag.models.engine import Completion, EngineOptions, Piece, TextEngine, Turn
from rag.models.gptq.checkpoint import Checkpoint, read_checkpoint
from rag.models.gptq.kernels import choose_kernel, look_at_machine
from rag.models.gptq.loading import load_model
from rag.models.loaded import once
from rag.records import Decoding

_GPU_ROWS, _CPU_ROWS = 64, 8
_CUDA_CONTEXT = 640 << 20  # bytes of the CUDA context and of the libraries loaded into it
_CPU_SHARE = 0.5  # of the free memory of a machine without a GPU
_GPU_SHARE = 0.92  # of the free memory of a GPU, where no ceiling is given
_LAYERS = {"full_attention", "sliding_attention"}


@dataclass(frozen=True, slots=True)
class Source:
    """A model on disk: what its config.json says, its weights once loaded (bytes), and how and where it is loaded.

    `thread_stream`: whether its kernels launch on CUDA's default stream of the thread.
    """

    folder: Path
    config: dict[str, Any]
    weight_bytes: int
    device: str
    dtype: str
    load: Callable[[], Any]
    thread_stream: bool = False


class BatchEngine(TextEngine):
    """A transformers model, loaded. Prompts of a `complete` share steps: continuous batching over one static cache."""

    def __init__(self, source: Source, identity: str, options: EngineOptions) -> None:
        """Load a model. Raises ModelUnavailable."""
        self.identity = identity
        shape = Shape.of(source.config)
        self.context = min(options.context, int(source.config.get("max_position_embeddings") or options.context))
        on_gpu = source.device != "cpu"
        ceiling = _Ceiling(options.gpu_memory) if on_gpu else None
        room = ceiling.left() if ceiling is not None else _free_ram()
        where = "the GPU" if on_gpu else "this machine"
        check_room(shape, source.weight_bytes, self.context, room, where)
        self._codec = load_codec(source.folder)
        model = source.load()
        self._ends = self._codec.ends | ends_of(model)
        forward = _forward_of(model, source.device)
        rows = _GPU_ROWS if on_gpu else _CPU_ROWS
        left = ceiling.left() if ceiling is not None else int(_free_ram() * _CPU_SHARE)
        plan = make_plan(shape, self.context, left, rows)
        self.batch_size = plan.rows
        make = functools.partial(_make_decoder, model, forward, shape, source, self.context)
        decoder = make(plan)
        self.scheduler = Scheduler(decoder, functools.partial(_smaller, make, self.context), plan.prefill_tokens)
        self._lock = threading.Lock()

    def render(self, turns: Several[Turn]) -> str:
        return self._codec.render(turns)

    def count_tokens(self, text: str) -> int:
        return len(self._codec.encode(text))

    def complete(self, prompts: Several[str], decoding: Decoding, stop: Several[str] = ()) -> list[Completion]:
        sequences = [self._sequence(prompt, decoding, stop) for prompt in prompts]
        with self._lock:
            for _ in self.scheduler.run(sequences, Chooser.of(decoding), decoding.seed):
                pass
        return [one.completion() for one in sequences]

    def stream(self, prompt: str, decoding: Decoding, stop: Several[str] = ()) -> Iterator[Piece]:
        sequence = self._sequence(prompt, decoding, stop)
        with self._lock:
            for one in self.scheduler.run([sequence], Chooser.of(decoding), decoding.seed):
                if text := one.news():
                    yield Piece(text)
        yield Piece("", sequence.completion())

    def close(self) -> None:
        with self._lock:
            if not self.closed:
                self.closed = True
                self.scheduler.decoder.release()
                del self.scheduler
        _free_memory()

    def _sequence(self, prompt: str, decoding: Decoding, stop: Several[str]) -> Sequence:
        if self.closed:
            raise ModelFailed("This model is closed")
        return Sequence.begin(self._codec, prompt, self.context, decoding.max_new_tokens, stop, self._ends)


class GptqEngine(BatchEngine):
    """A GPTQ checkpoint, loaded."""

    def __init__(self, checkpoint: Checkpoint, identity: str, options: EngineOptions) -> None:
        """Load a checkpoint. Raises ModelUnavailable and SettingsError."""
        self.choice = choose_kernel(look_at_machine(), checkpoint, options.kernel)
        source = Source(
            checkpoint.folder,
            checkpoint.config,
            checkpoint.weight_bytes,
            self.choice.device,
            self.choice.dtype,
            functools.partial(load_model, checkpoint, self.choice),
            thread_stream=self.choice.kernel == "exllama_v2",
        )
        super().__init__(source, identity, options)


def open_gptq(name: str, options: EngineOptions) -> GptqEngine:
    """The engine of `<dir or hub id>[@revision]`, loaded once a process. Raises ModelUnavailable."""
    found = resolve(name)
    checkpoint, identity = read_checkpoint(found.path), f"{found.name}@{found.revision}"
    return once((GptqEngine, identity, options), lambda: GptqEngine(checkpoint, identity, options))


def _forward_of(model: Any, device: str) -> Forward:
    """The hidden states of a model: by fused kernels where it is a Llama on a GPU, else by transformers' own code."""
    _check_architecture(model)
    if device != "cpu":
        from rag.models.batch.llama import FusedLlama, can_fuse

        if can_fuse(model):
            return FusedLlama(model)
    attention.register()
    model.set_attn_implementation(attention.NAME)

    def forward(ids: torch.Tensor, positions: torch.Tensor, reach: attention.Reach) -> torch.Tensor:
        out = model.base_model(input_ids=ids, position_ids=positions, use_cache=False, reach=reach)
        hidden: torch.Tensor = out.last_hidden_state
        return hidden

    return forward


def _check_architecture(model: Any) -> None:
    if not runs_batched(model.config, type(model)):
        raise ModelUnavailable(f"kotae's engine does not run models of the kind {model.config.model_type!r}")


def runs_batched(config: Any, kind: Any) -> bool:
    """Whether `BatchEngine` runs the models of a transformers class: attention it can replace, and nothing else."""
    kinds = set(getattr(config, "layer_types", None) or ["full_attention"])
    capped = getattr(config, "attn_logit_softcapping", None) or getattr(config, "final_logit_softcapping", None)
    return not (capped or kinds - _LAYERS) and bool(getattr(kind, "_supports_attention_backend", False))


def _make_decoder(model: Any, forward: Forward, shape: Shape, source: Source, context: int, plan: Plan) -> Decoder:
    device, dtype = torch.device(source.device), getattr(torch, source.dtype)
    pool = KeyValuePool(shape.layers, plan.places, shape.key_heads, shape.head_size, dtype, device)
    head, stream = model.get_output_embeddings(), source.thread_stream
    return Decoder(forward, head, pool, plan.rows, context, shape.vocabulary, thread_stream=stream)


def _smaller(make: Callable[[Plan], Decoder], context: int, decoder: Decoder) -> Decoder | None:
    """A decoder with half the rows and places, made once the old one's memory is free; None where that is too few."""
    rows, places = decoder.max_rows // 2, decoder.pool.places // 2
    if rows < 1:
        return None
    decoder.release()
    _free_memory()
    return make(Plan(max(places, context + 1), rows, 0))


def _free_memory() -> None:
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def ends_of(model: Any) -> frozenset[int]:
    """The tokens at which a model's generation_config.json ends an answer."""
    ends = getattr(model.generation_config, "eos_token_id", None)
    return frozenset([] if ends is None else ends if isinstance(ends, list) else [ends])


class _Ceiling:
    """How much GPU memory this process may have, its CUDA context included."""

    def __init__(self, ceiling: int | None) -> None:
        free, total = torch.cuda.mem_get_info()
        if ceiling is None:
            ceiling = int((free + torch.cuda.memory_reserved()) * _GPU_SHARE) + _CUDA_CONTEXT
        self._ceiling = min(ceiling, total)
        own = max(self._ceiling - _CUDA_CONTEXT, 0)
        torch.cuda.set_per_process_memory_fraction(min(1.0, own / total))

    def left(self) -> int:
        """Bytes that may still be taken."""
        torch.cuda.empty_cache()
        free, _ = torch.cuda.mem_get_info()
        return min(free, self._ceiling - _CUDA_CONTEXT - torch.cuda.memory_reserved())


def _free_ram() -> int:
    """Bytes of memory that programs may still take; where the system does not say, more than any model needs."""
    try:
        with open("/proc/meminfo", encoding="ascii") as file:
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith("MemAvailable"))
    except (OSError, StopIteration):
        return 1 << 62
