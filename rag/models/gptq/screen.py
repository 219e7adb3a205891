"""Screen a checkpoint before a long run: whether its weights are sound, and whether the kernels here read them right.

Published checkpoints may be damaged or converted wrongly. Ten plain sentences tell: a model that cannot predict them at
all is broken, and logits far from those of an independent dequantisation mean that a kernel reads the weights otherwise
than they were written.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from rag.errors import ModelUnavailable
from rag.hub import resolve
from rag.messages import Message
from rag.models.batch.decoder import PrefillEntry
from rag.models.batch.engine import BatchEngine
from rag.models.batch.memory import ModelShape, need_bytes
from rag.models.batch.sampling import Sampler
from rag.models.batch.tokenizer import load_codec
from rag.models.engine import EngineOptions
from rag.models.gptq.checkpoint import read_checkpoint
from rag.models.gptq.dequantize import BITS
from rag.models.gptq.factory import open_gptq
from rag.models.gptq.reference import reference_logits
from rag.records import Decoding, Language

_SENTENCES: tuple[tuple[Language, str], ...] = (
    ("ja", "日本の首都は東京です。"),
    ("ja", "水は百度で沸騰し、零度で凍ります。"),
    ("ja", "一年は十二か月で、一週間は七日あります。"),
    ("ja", "彼女は毎朝七時に起きて、駅まで歩いて行きます。"),
    ("ja", "この図書館では、一度に五冊まで本を借りることができます。"),
    ("en", "The capital of France is Paris."),
    ("en", "Water boils at one hundred degrees and freezes at zero."),
    ("en", "There are twelve months in a year and seven days in a week."),
    ("en", "She gets up at seven every morning and walks to the station."),
    ("en", "You can borrow up to five books at a time from this library."),
)
_MOST_ERROR = 0.1
"""Relative error of logits above which a kernel reads other weights: float16 stays below .03, bfloat16 below .06."""
_MOST_PERPLEXITY = 1000.0
"""Perplexity above which nothing was learnt; a guess among 32,000 tokens has 32,000."""


@dataclass(frozen=True, slots=True)
class Screening:
    """What a screening found.

    `error` is the largest relative error of the logits before the last token of a sentence, of `compared` sentences;
    for `same_token` of them the best token is the same. Perplexities are per token, by the dequantised weights.

    `memory` is in bytes, for weights and one prompt of `context` tokens; rates are in tokens a second, writing of one
    answer alone.
    """

    checkpoint: Message
    kernel: Message
    error: float
    same_token: int
    compared: int
    perplexity: dict[Language, float]
    context: int
    memory: int
    reads: float
    writes: float

    @property
    def faults(self) -> tuple[Message, ...]:
        """What is wrong with the checkpoint or its kernel; empty if it is sound."""
        best = min(self.perplexity.values())
        found = []
        if not best <= _MOST_PERPLEXITY:
            found.append(
                Message(
                    "the weights do not predict plain sentences (perplexity {best:,.0f}): they are damaged, or were "
                    "converted wrongly; download the checkpoint again, or get another one",
                    best=best,
                )
            )
        if not self.error <= _MOST_ERROR:
            found.append(
                Message(
                    "the logits differ by {error:.0%} from those of the dequantised weights: try another --kernel",
                    error=self.error,
                )
            )
        return tuple(found)

    @property
    def sound(self) -> bool:
        """Whether a run may be trusted to this checkpoint on this machine."""
        return not self.faults

    def lines(self) -> tuple[Message, ...]:
        """Format as lines of `kotae doctor`."""
        perplexity = ", ".join(f"{language} {value:,.1f}" for language, value in self.perplexity.items())
        return (
            self.checkpoint,
            Message("kernel {kernel}", kernel=self.kernel),
            Message(
                "logits differ by at most {error:.2%} from those of the dequantised weights; the same last token of "
                "{same} of {compared} sentences",
                error=self.error,
                same=self.same_token,
                compared=self.compared,
            ),
            Message("perplexity of ten plain sentences: {perplexity}", perplexity=perplexity),
            Message(
                "needs {memory:.1f} GiB with one prompt of {context:,} tokens",
                memory=self.memory / 2**30,
                context=self.context,
            ),
            Message(
                "reads {reads:,.0f} tokens/s, writes {writes:,.1f} tokens/s (one answer alone)",
                reads=self.reads,
                writes=self.writes,
            ),
            *([Message("NOT SOUND: {fault}", fault=fault) for fault in self.faults] or [Message("sound")]),
        )


def screen_checkpoint(name: str, options: EngineOptions) -> Screening:
    """Screen the checkpoint `<dir or hub id>[@revision]`, its layers dequantised one at a time.

    Raises ModelUnavailable and SettingsError, also for codes of 3 bits, which only gptqmodel reads.
    """
    folder = resolve(name).path
    checkpoint = read_checkpoint(folder)
    if checkpoint.bits not in BITS:
        raise ModelUnavailable(
            Message("Checkpoints of {bits} bits cannot be checked", bits=checkpoint.bits),
            where=str(folder),
            do="Use 2, 4 or 8 bits.",
        )
    codec = load_codec(folder)
    texts = [text for _, text in _SENTENCES]
    tokens = [codec.encode(text) for text in texts]
    logits = reference_logits(checkpoint, tokens)
    losses: dict[Language, list[float]] = {}
    for (language, _), row, wanted in zip(_SENTENCES, logits, tokens, strict=True):
        predicted = torch.log_softmax(row[:-1], -1)
        losses.setdefault(language, []).extend((-predicted[range(len(wanted) - 1), wanted[1:]]).tolist())
    last = torch.stack([row[-2] for row in logits])
    engine = open_gptq(name, options)
    ours = engine_logits(engine, [text[:-1] for text in tokens])
    errors = (ours - last).norm(dim=-1) / last.norm(dim=-1)
    reads, writes = _rates(engine, texts, sum(map(len, tokens)))
    return Screening(
        checkpoint=Message("{identity}: {checkpoint}", identity=engine.identity, checkpoint=checkpoint.text),
        kernel=engine.choice.text,
        error=float(errors.max()),
        same_token=int((ours.argmax(-1) == last.argmax(-1)).sum()),
        compared=len(texts),
        perplexity={language: _perplexity(values) for language, values in losses.items()},
        context=engine.context,
        memory=need_bytes(ModelShape.of(checkpoint.config), checkpoint.weight_bytes, engine.context),
        reads=reads,
        writes=writes,
    )


def engine_logits(engine: BatchEngine, tokens: Sequence[Sequence[int]]) -> torch.Tensor:
    """Return the logits of an engine after each text, [texts, vocabulary], on the CPU in float32."""
    keeper, found = _Keeper(), []
    decoder = engine.scheduler.decoder
    for text in tokens:
        extent = decoder.kv_cache.allocate(len(text) + 1)
        assert extent is not None  # noqa: S101 - a cache holds a prompt of the whole context
        decoder.prefill([PrefillEntry(list(text), extent, None)], [0], keeper)
        found.append(keeper.logits[0].float().cpu())
        decoder.clear(0)
        decoder.kv_cache.free(extent)
    return torch.stack(found)


class _Keeper(Sampler):
    """A greedy sampler that keeps the logits it was given."""

    logits: torch.Tensor

    def __init__(self) -> None:
        super().__init__(0.0, 1.0, 1.0)

    def sample(self, logits: torch.Tensor, seen: torch.Tensor, uniform: torch.Tensor) -> torch.Tensor:
        object.__setattr__(self, "logits", logits)
        return super().sample(logits, seen, uniform)


def _perplexity(losses: Sequence[float]) -> float:
    mean = sum(losses) / len(losses)
    return math.exp(mean) if mean < 700 else math.inf  # also for NaN, which compares as false


def _rates(engine: BatchEngine, texts: Sequence[str], tokens: int, new: int = 16) -> tuple[float, float]:
    """Return the tokens a second that an engine reads, all texts at once, and writes, one answer alone."""

    def seconds(prompts: Sequence[str], count: int) -> float:
        began = time.perf_counter()
        engine.complete(prompts, Decoding(max_new_tokens=count))
        return time.perf_counter() - began

    seconds(texts, 1)
    seconds(texts[:1], 2)
    single, begun = seconds(texts, 1), time.perf_counter()
    (answer,) = engine.complete(texts[:1], Decoding(max_new_tokens=new))
    return tokens / single, answer.completion_tokens / (time.perf_counter() - begun)
