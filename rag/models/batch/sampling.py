"""Choosing the next token on the device: greedy, or sampled from the nucleus, with a repetition penalty."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass

import torch

from rag.records import Decoding


@dataclass(frozen=True, slots=True)
class Sampler:
    """How the next token is chosen. The numbers are parts of a captured graph: another sampler, another graph."""

    temperature: float
    top_p: float
    penalty: float

    @classmethod
    def of(cls, decoding: Decoding) -> Sampler:
        """The sampler of a decoding; of a greedy one whatever its nucleus is."""
        if decoding.temperature == 0:
            return cls(0.0, 1.0, decoding.repetition_penalty)
        return cls(decoding.temperature, decoding.top_p, decoding.repetition_penalty)

    @property
    def needs_seen(self) -> bool:
        """Whether it must know which tokens a sequence has already."""
        return self.penalty != 1.0

    def sample(self, logits: torch.Tensor, seen: torch.Tensor, uniform: torch.Tensor) -> torch.Tensor:
        """Token ids, [rows], from logits, [rows, vocabulary].

        `seen`, [rows, vocabulary], are the tokens of prompt and completion so far: the penalty divides their positive
        logits and multiplies their negative ones (Keskar et al. 2019). `uniform`, [rows], are numbers from 0 to 1, one
        a row, that decide the sample: a point on the nucleus laid out from the most probable token on.
        """
        scores = logits.float()
        if self.needs_seen:
            scores = torch.where(seen, torch.where(scores > 0, scores / self.penalty, scores * self.penalty), scores)
        if self.temperature == 0:
            return scores.argmax(-1)
        probabilities, tokens = torch.softmax(scores / self.temperature, -1).sort(-1, descending=True)
        reached = probabilities.cumsum(-1)
        probabilities = probabilities * (reached - probabilities < self.top_p)
        reached = probabilities.cumsum(-1)
        point = uniform[:, None] * reached[:, -1:]
        last = ((probabilities > 0).sum(-1, keepdim=True) - 1).clamp(min=0)
        return tokens.gather(-1, torch.minimum((reached <= point).sum(-1, keepdim=True), last)).squeeze(-1)


def uniforms(seed: int, prompt: list[int], count: int) -> torch.Tensor:
    """`count` numbers from 0 to 1 that seed and prompt fix: samples do not depend on the batch, but for rounding."""
    digest = hashlib.sha256(struct.pack(f"<q{len(prompt)}i", seed, *prompt)).digest()
    generator = torch.Generator().manual_seed(int.from_bytes(digest[:8], "little", signed=True))
    return torch.rand(count, generator=generator)
