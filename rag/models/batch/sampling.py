"""Select the next token on the device: greedy or nucleus sampling, with a repetition penalty."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass

import torch

from rag.records import Decoding


@dataclass(frozen=True, slots=True)
class Sampler:
    """Selects the next token. Its numbers are baked into a captured graph, so each sampler has its own graphs."""

    temperature: float
    top_p: float
    penalty: float

    @classmethod
    def of(cls, decoding: Decoding) -> Sampler:
        """Return the sampler of decoding options; top_p is ignored in greedy decoding."""
        if decoding.temperature == 0:
            return cls(0.0, 1.0, decoding.repetition_penalty)
        return cls(decoding.temperature, decoding.top_p, decoding.repetition_penalty)

    @property
    def needs_seen(self) -> bool:
        """Whether it needs the tokens that a sequence already has."""
        return self.penalty != 1.0

    def sample(self, logits: torch.Tensor, seen: torch.Tensor, uniform: torch.Tensor) -> torch.Tensor:
        """Return token ids, [rows], for logits, [rows, vocabulary].

        `seen`, [rows, vocabulary], marks the tokens of prompt and completion so far: the penalty divides their positive
        logits and multiplies their negative ones (Keskar et al. 2019). `uniform`, [rows], has a number from 0 to 1 per
        row that determines the sample: a point on the nucleus, whose tokens are ordered by falling probability.
        """
        scores = logits.float()
        if self.needs_seen:
            scores = torch.where(seen, torch.where(scores > 0, scores / self.penalty, scores * self.penalty), scores)
        if self.temperature == 0:
            return scores.argmax(-1)
        probabilities, tokens = torch.softmax(scores / self.temperature, -1).sort(-1, descending=True)
        cumulative = probabilities.cumsum(-1)
        probabilities = probabilities * (cumulative - probabilities < self.top_p)
        cumulative = probabilities.cumsum(-1)
        point = uniform[:, None] * cumulative[:, -1:]
        last = ((probabilities > 0).sum(-1, keepdim=True) - 1).clamp(min=0)
        return tokens.gather(-1, torch.minimum((cumulative <= point).sum(-1, keepdim=True), last)).squeeze(-1)


def uniforms(seed: int, prompt: list[int], count: int) -> torch.Tensor:
    """Return `count` numbers from 0 to 1, determined by seed and prompt: only rounding lets a batch change a sample."""
    digest = hashlib.sha256(struct.pack(f"<q{len(prompt)}i", seed, *prompt)).digest()
    generator = torch.Generator().manual_seed(int.from_bytes(digest[:8], "little", signed=True))
    return torch.rand(count, generator=generator)
