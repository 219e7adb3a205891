"""The stand-ins keep the contracts of what they stand for."""

from __future__ import annotations

import numpy as np
import pytest

from tests.fakes import HashEncoder, ScriptedChatModel
from tests.rag import conformance


def make() -> ScriptedChatModel:
    return ScriptedChatModel(replies=["東京です。はい", "Paris", "2です"])


def test_scripted_model_conforms() -> None:
    conformance.answers_like_a_chat_model(make())
    conformance.streams_what_it_invokes(make)
    conformance.batches_what_it_invokes(make)
    conformance.stops_before_a_stop_sequence(make, "です")
    conformance.counts_tokens(make())


def test_scripted_model_is_cut_off_at_its_limit() -> None:
    message = ScriptedChatModel(replies=["東京です"], max_tokens=2).invoke("?")
    assert (message.text, message.response_metadata["finish_reason"]) == ("東京", "length")


def test_script_that_ends_too_early_says_so() -> None:
    with pytest.raises(AssertionError, match="no reply 1"):
        ScriptedChatModel(replies=[]).invoke("?")


def test_hash_encoder_gives_unit_vectors_by_text() -> None:
    vectors = HashEncoder().encode(["東京", "大阪", "東京"])
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1)
    assert (vectors[0] == vectors[2]).all()
    assert not (vectors[0] == vectors[1]).all()
