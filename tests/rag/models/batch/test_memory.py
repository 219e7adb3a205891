"""The plan of memory use: pure decisions, no GPU needed."""

from __future__ import annotations

import pytest

from rag.errors import ModelUnavailable
from rag.models.batch.memory import ModelShape, check_room, make_plan
from tests.gptq_checkpoints import LLAMA_2_13B

GIB = 1 << 30
SHAPE = ModelShape.of(LLAMA_2_13B.config())
WEIGHTS = int(6.9 * GIB)


def test_13b_fits_15_gib_at_4096_tokens_and_not_8() -> None:
    assert SHAPE.token_bytes == 819_200
    check_room(SHAPE, WEIGHTS, 4096, 15 * GIB, "the GPU")
    plan = make_plan(SHAPE, 4096, 15 * GIB - WEIGHTS, 64)
    used = WEIGHTS + plan.cache_tokens * SHAPE.token_bytes + SHAPE.activation_bytes(plan.prefill_tokens, plan.rows)
    assert plan.cache_tokens > 4096
    assert used < 15 * GIB
    with pytest.raises(
        ModelUnavailable, match=r"weights 6\.9 GiB, cache for 4096 tokens 3\.1 GiB.*8\.0 GiB on the GPU"
    ):
        check_room(SHAPE, WEIGHTS, 4096, 8 * GIB, "the GPU")
