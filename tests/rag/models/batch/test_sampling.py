"""The next token is sampled as transformers does, by random numbers that do not depend on the batch."""

from __future__ import annotations

import pytest
import torch

from rag.models.batch.sampling import Sampler, uniforms


@pytest.mark.parametrize("penalty", [1.0, 1.3])
def test_sampling_is_transformers_own(penalty: float) -> None:
    """Compare nucleus and penalty with transformers' processors: which tokens are drawn, and how often."""
    from transformers import (
        LogitsProcessorList,
        RepetitionPenaltyLogitsProcessor,
        TemperatureLogitsWarper,
        TopPLogitsWarper,
    )

    torch.manual_seed(0)
    logits = torch.randn(1, 40) * 2
    prompt = torch.tensor([[3, 7, 7, 11]])
    processors = LogitsProcessorList(
        [RepetitionPenaltyLogitsProcessor(penalty), TemperatureLogitsWarper(0.7), TopPLogitsWarper(0.9)]
    )
    wanted = torch.softmax(processors(prompt, logits.clone()), -1)[0]
    seen = torch.zeros(1, 40, dtype=torch.bool)
    seen[0, prompt[0]] = True
    draws = torch.rand(20000)
    tokens = Sampler(0.7, 0.9, penalty).sample(logits.expand(20000, -1), seen.expand(20000, -1), draws)
    drawn = torch.bincount(tokens, minlength=40) / 20000
    assert set(tokens.tolist()) <= set(wanted.nonzero().flatten().tolist())
    assert float((drawn - wanted).abs().max()) < 0.02


def test_sampling_numbers_depend_on_seed_and_prompt() -> None:
    first = uniforms(1, [5, 6], 8)
    assert torch.equal(first, uniforms(1, [5, 6], 8))
    assert torch.equal(first[:4], uniforms(1, [5, 6], 4))
    assert not torch.equal(first, uniforms(2, [5, 6], 8))
    assert not torch.equal(first, uniforms(1, [6, 5], 8))
