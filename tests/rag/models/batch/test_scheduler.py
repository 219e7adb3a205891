"""The engine's parts by themselves: places, rows that come and go, memory that runs out, text that grows."""

from __future__ import annotations

from collections.abc import Sequence as Several
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import ModelFailed
from rag.models.batch.attention import Reach
from rag.models.batch.decoder import Decoder, Entry
from rag.models.batch.pool import Extent, KeyValuePool
from rag.models.batch.sampling import Chooser, uniforms
from rag.models.batch.scheduler import Scheduler
from rag.models.batch.sequence import Sequence
from rag.models.batch.tokens import Codec, load_codec
from tests.tokenizers_small import write_bpe_tokenizer, write_sentencepiece_tokenizer

VOCABULARY = 300
GREEDY = Chooser(0.0, 1.0, 1.0)


@pytest.fixture(scope="module")
def codec(tmp_path_factory: pytest.TempPathFactory) -> Codec:
    folder = tmp_path_factory.mktemp("bpe")
    write_bpe_tokenizer(folder)
    return load_codec(folder)


class Adder(Decoder):
    """A real decoder over a model that says the sum of all tokens it sees, modulo 256, read back from the pool.

    It runs out of memory at the calls numbered in `fails`.
    """

    def __init__(self, places: int, rows: int, fails: Several[int] = ()) -> None:
        pool = KeyValuePool(1, places, 1, 1, torch.float32, torch.device("cpu"))
        self.calls = 0
        self._fails = set(fails)
        super().__init__(self._sum, self._logits, pool, rows, 64, VOCABULARY)

    def _sum(self, ids: torch.Tensor, positions: torch.Tensor, reach: Reach) -> torch.Tensor:
        self.calls += 1
        if self.calls in self._fails:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate much")
        values = ids.flatten().float()[:, None, None]
        reach.pool.write(0, reach.slots, values, values)
        if reach.starts is None or reach.lengths is None:
            return ids.cumsum(1).float()[:, :, None]
        sums = [
            reach.pool.values[0, start : start + length].sum()
            for start, length in zip(reach.starts.tolist(), reach.lengths.tolist(), strict=True)
        ]
        return torch.stack(sums)[:, None, None]

    @staticmethod
    def _logits(hidden: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.one_hot(hidden[:, 0].long() % 256 + 10, VOCABULARY).float()


def _expected(prompt: list[int], count: int) -> list[int]:
    tokens = list(prompt)
    for _ in range(count):
        tokens.append(sum(tokens) % 256 + 10)
    return tokens[len(prompt) :]


def _run(codec: Codec, scheduler: Scheduler, prompts: list[list[int]], limits: list[int]) -> list[list[int]]:
    sequences = [Sequence(codec, prompt, limit, (), frozenset()) for prompt, limit in zip(prompts, limits, strict=True)]
    for _ in scheduler.run(sequences, GREEDY, 0):
        pass
    assert scheduler.decoder.pool.take(scheduler.decoder.pool.places) is not None  # everything was given back
    return [one.written for one in sequences]


@given(
    prompts=st.lists(st.lists(st.integers(0, 250), min_size=1, max_size=9), min_size=1, max_size=12),
    limits=st.lists(st.integers(1, 7), min_size=12, max_size=12),
    rows=st.integers(1, 5),
    places=st.integers(17, 60),
    fails=st.lists(st.integers(1, 12), max_size=3),
)
def test_every_sequence_gets_its_own_tokens_whatever_happens(
    codec: Codec, prompts: list[list[int]], limits: list[int], rows: int, places: int, fails: list[int]
) -> None:
    """Few rows, little room, memory that runs out at any call: no answer is lost, none gets another's tokens."""

    def shrink(decoder: Decoder) -> Decoder:
        return Adder(places, max(1, decoder.max_rows // 2))

    scheduler = Scheduler(Adder(places, rows, fails), shrink, prefill_tokens=16)
    limits = limits[: len(prompts)]
    assert _run(codec, scheduler, prompts, limits) == [
        _expected(prompt, limit) for prompt, limit in zip(prompts, limits, strict=True)
    ]


def test_memory_for_not_even_one_is_an_error(codec: Codec) -> None:
    scheduler = Scheduler(Adder(40, 2, range(1, 100)), lambda _: None, prefill_tokens=16)
    with pytest.raises(ModelFailed, match="ran out of memory even with one prompt"):
        _run(codec, scheduler, [[1, 2], [3]], [4, 4])
    with pytest.raises(ModelFailed, match="need 13 places of the cache and it has 10"):
        _run(codec, Scheduler(Adder(10, 2), lambda _: None, 16), [[1] * 8], [4])


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 12)), max_size=40))
def test_places_are_never_given_twice(steps: list[tuple[bool, int]]) -> None:
    pool = KeyValuePool(1, 30, 1, 1, torch.float32, torch.device("cpu"))
    held: list[Extent] = []
    for take, length in steps:
        if take:
            extent = pool.take(length)
            if extent is not None:
                held.append(extent)
        elif held:
            pool.give_back(held.pop(length % len(held)))
        places = [place for one in held for place in range(one.start, one.start + one.length)]
        assert len(set(places)) == len(places)
        assert all(1 <= place <= 30 for place in places)
    for extent in held:
        pool.give_back(extent)
    assert pool.take(30) == Extent(1, 30)


@pytest.mark.parametrize("text", ["東京は日本の首都です。😀", "Paris, of course. 答え: 42"])
def test_text_that_grows_token_by_token_is_the_whole_text(codec: Codec, text: str) -> None:
    prompt, tokens = codec.encode("Q:"), codec.encode(text)[1:]
    sequence = Sequence(codec, prompt, len(tokens), (), frozenset())
    pieces = []
    for token in tokens:
        sequence.take(token)
        pieces.append(sequence.news())
    assert "".join(pieces) == text == sequence.completion().text
    assert not any("\ufffd" in piece for piece in pieces)


@pytest.mark.parametrize(
    ("stop", "text", "finish"),
    [
        (["首都"], "東京は日本の", "stop"),
        (["zzz"], "東京は日本の首都です。", "length"),
        (["。", "日本"], "東京は", "stop"),
    ],
)
def test_stop_strings_end_the_text_before_them(codec: Codec, stop: list[str], text: str, finish: str) -> None:
    tokens = codec.encode("東京は日本の首都です。")[1:]
    sequence = Sequence(codec, [1], len(tokens), stop, frozenset())
    given_out = ""
    for token in tokens:
        sequence.take(token)
        given_out += sequence.news()
    assert (sequence.completion().text, sequence.finish) == (text, finish)
    assert given_out == text


def test_stop_string_over_several_tokens_is_found(codec: Codec) -> None:
    tokens = codec.encode("奈良、京都。")[1:]
    assert len(tokens) > 6
    sequence = Sequence(codec, [1], len(tokens), ["良、京"], frozenset())
    for token in tokens:
        sequence.take(token)
    assert sequence.completion().text == "奈"


def test_sentencepiece_alone_works(tmp_path: Path) -> None:
    pytest.importorskip("sentencepiece")
    write_sentencepiece_tokenizer(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"tokenizer.model", "tokenizer_config.json"}
    codec = load_codec(tmp_path)
    for text in ("東京は日本の首都です。", "The capital of France"):
        tokens = codec.encode(text)
        assert tokens[0] == 1
        assert codec.decode(tokens) == text
        assert codec.encode("<s>" + text).count(1) == 1
    sequence = Sequence(codec, codec.encode("The capital"), 40, (), codec.ends)
    for token in codec.encode("of 東 France")[1:]:
        sequence.take(token)
    assert sequence.completion().text.strip() == "of 東 France"


@pytest.mark.parametrize("penalty", [1.0, 1.3])
def test_sampling_is_transformers_own(penalty: float) -> None:
    """The nucleus and the penalty against transformers' processors, on what can be drawn and how often."""
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
    tokens = Chooser(0.7, 0.9, penalty).choose(logits.expand(20000, -1), seen.expand(20000, -1), draws)
    found = torch.bincount(tokens, minlength=40) / 20000
    assert set(tokens.tolist()) <= set(wanted.nonzero().flatten().tolist())
    assert float((found - wanted).abs().max()) < 0.02


def test_sampling_numbers_depend_on_seed_and_prompt() -> None:
    first = uniforms(1, [5, 6], 8)
    assert torch.equal(first, uniforms(1, [5, 6], 8))
    assert torch.equal(first[:4], uniforms(1, [5, 6], 4))
    assert not torch.equal(first, uniforms(2, [5, 6], 8))
    assert not torch.equal(first, uniforms(1, [6, 5], 8))


def test_idle_rows_keep_no_trace_of_what_was_in_them(codec: Codec) -> None:
    decoder = Adder(30, 2)
    extent = decoder.pool.take(10)
    assert extent is not None
    decoder.prefill([Entry([1, 2], extent, None)], [0], GREEDY)
    decoder.clear(0)
    for _ in range(3):
        decoder.launch(1, GREEDY).tokens()
    assert decoder.pool.values[0, extent.start : extent.start + 4].flatten().tolist() == [1, 2, 0, 0]
