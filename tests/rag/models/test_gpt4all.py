"""GPT4All on GGUF files, with llama.cpp in the same process."""

from __future__ import annotations

import random
from contextlib import closing
from pathlib import Path

import pytest
from langchain_core.messages import HumanMessage

from rag.errors import ModelFailed, ModelUnavailable, PromptTooLong
from rag.models import bundled as bundled_model
from rag.models.engine import EngineOptions, Turn
from rag.models.gpt4all import Gpt4AllEngine
from rag.models.gpt4all_seed import generator_text
from rag.models.local import LocalChatModel, LocalLLM
from rag.models.registry import open_engine
from rag.records import Decoding
from tests.rag import conformance

pytest.importorskip("gpt4all", reason="there is no wheel of gpt4all for this machine")
pytestmark = pytest.mark.model

SMALL = EngineOptions(context=256)


@pytest.fixture(scope="module")
def uri(shallow_model: Path) -> str:
    return f"gpt4all:{shallow_model}"


@pytest.fixture(scope="module")
def engine(uri: str) -> Gpt4AllEngine:
    engine = open_engine(uri, SMALL)
    assert isinstance(engine, Gpt4AllEngine)
    return engine


@pytest.fixture
def model(uri: str, engine: Gpt4AllEngine) -> LocalChatModel:
    return LocalChatModel(model=uri, context_window=SMALL.context, max_tokens=6)


def test_conforms(model: LocalChatModel) -> None:
    conformance.answers_like_a_chat_model(model)
    conformance.streams_what_it_invokes(lambda: model)
    conformance.batches_what_it_invokes(lambda: model)
    conformance.counts_tokens(model)


def test_completion_ends_before_a_stop_string_that_tokens_cut_through(uri: str) -> None:
    text = LocalLLM(model=uri, context_window=SMALL.context, max_tokens=6)
    prompt = "日本の首都は東京です。フランスの首都は"
    free = text.invoke(prompt)
    stop = free[1:4]
    assert text.invoke(prompt, stop=[stop]) == free[:1]
    assert "".join(text.stream(prompt, stop=[stop])) == free[:1]


def test_greedy_is_repeatable_whatever_was_asked_before(engine: Gpt4AllEngine) -> None:
    asked, other = (
        engine.render([Turn("user", text)]) for text in ("What is the capital of Japan?", "日本で最も高い山は？")
    )
    decoding = Decoding(max_new_tokens=7)
    first, between, again = engine.complete([asked, other, asked], decoding)
    assert again == first
    assert between.text != first.text


def test_seed_repeats_a_sample_and_another_seed_does_not(engine: Gpt4AllEngine) -> None:
    asked = engine.render([Turn("user", "Write a random sentence about whales.")])
    one, two = (Decoding(temperature=1.5, max_new_tokens=5, seed=seed) for seed in (7, 8))
    first = engine.complete([asked], one)
    assert engine.complete([asked], two) != first
    assert engine.complete([asked], one) == first


def test_the_generator_of_a_seed_is_the_one_of_the_c_standard() -> None:
    """[rand.predef]: the 10000th number of a std::mt19937 with the default seed, 5489, is 4123659995."""
    words = [int(word) for word in generator_text(5489).split()]
    generator = random.Random()
    generator.setstate((3, tuple(words), None))
    assert [generator.getrandbits(32) for _ in range(10_000)][-1] == 4123659995
    assert generator_text(5489 + 2**32) == generator_text(5489)


def test_cut_off_is_told_and_prompt_tokens_are_those_it_read(model: LocalChatModel) -> None:
    text = "一から五十まで数えて。"
    said = model.invoke(text)
    assert said.response_metadata["finish_reason"] == "length"
    assert said.usage_metadata["output_tokens"] == 6
    assert said.usage_metadata["input_tokens"] == model.get_num_tokens_from_messages([HumanMessage(text)])


def test_prompt_is_the_models_own_template_and_nothing_more(engine: Gpt4AllEngine, shallow_model: Path) -> None:
    turns = [Turn("system", "短く。"), Turn("user", "%1 と {0} は？")]
    prompt = engine.render(turns)
    with closing(open_engine(f"gguf:{shallow_model}", SMALL)) as other:
        assert prompt == other.render(turns)
    assert prompt.startswith("<|im_start|>system\n短く。<|im_end|>")
    assert engine.complete([prompt], Decoding(max_new_tokens=1))[0].prompt_tokens == engine.count_tokens(prompt)


def test_one_too_long_is_named_and_the_others_are_answered(model: LocalChatModel) -> None:
    said = model.batch(["Say only: OK", "長い文章です。" * 300, "Say only: NO"], return_exceptions=True)
    assert [type(one).__name__ for one in said] == ["AIMessage", "PromptTooLong", "AIMessage"]
    with pytest.raises(PromptTooLong, match=r"\d+ tokens.*256"):
        list(model.stream("長い文章です。" * 300))


def test_prompt_that_just_fits_is_answered_within_the_context(engine: Gpt4AllEngine) -> None:
    words = 200
    while engine.count_tokens("a " * (words + 1)) + 5 <= SMALL.context:
        words += 1
    said = engine.complete(["a " * words], Decoding(max_new_tokens=50))[0]
    assert said.prompt_tokens + said.completion_tokens <= SMALL.context
    with pytest.raises(PromptTooLong):
        engine.complete(["a " * (words + 1)], Decoding())


def test_stream_that_is_closed_stops_the_model(engine: Gpt4AllEngine) -> None:
    stream = engine.stream(engine.render([Turn("user", "Count from one to a hundred.")]), Decoding())
    assert next(stream).text
    stream.close()  # type: ignore[attr-defined]
    assert not engine._lock.locked()


def test_files_that_are_no_models_are_refused_by_path(tmp_path: Path) -> None:
    path = tmp_path / "模型.gguf"
    with pytest.raises(ModelUnavailable, match=rf"{path}.*Give the path"):
        open_engine(f"gpt4all:{path}", SMALL)
    path.write_bytes(b"PK\x03\x04")
    with pytest.raises(ModelUnavailable, match=rf"not a GGUF file.*{path}"):
        open_engine(f"gpt4all:{path}", SMALL)


def test_closed_and_opened_anew(uri: str, engine: Gpt4AllEngine) -> None:
    model = LocalChatModel(model=uri, context_window=300, max_tokens=2)
    first = model.invoke("Say only: OK").text
    own = model.engine
    model.close()
    assert own.closed
    assert not engine.closed
    with pytest.raises(ModelFailed, match="closed"):
        own.complete(["OK"], Decoding())
    assert model.invoke("Say only: OK").text == first
    assert model.engine is not own
    model.close()


def test_command_prints_the_answer_and_nothing_else(process, cache: Path, tmp_path: Path) -> None:
    uri = f"gpt4all:{bundled_model.assemble()}"
    done = process("ask", "What is the capital of Japan?", "--no-rag", "--model", uri, "--context", "512", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Tokyo" in done.stdout
    assert done.stderr == ""
