"""Text that grows token by token, and where it stops."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.models.batch.sequence import Sequence
from rag.models.batch.tokenizer import Codec, load_codec
from tests.tokenizers_small import write_sentencepiece_tokenizer


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
    pytest.importorskip("sentencepiece", reason="sentencepiece is not installed: it comes with the extra gptq")
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
