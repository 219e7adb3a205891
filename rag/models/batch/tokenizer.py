"""Text to tokens and back: chat templates, the start token, and completions that grow token by token."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rag.errors import ModelUnavailable, first_line
from rag.models import llama2
from rag.models.engine import Turn

_REPLACEMENT = "\ufffd"  # what an unfinished character decodes to
_CONTEXT = 6  # tokens of the prompt that a completion is decoded after, so that its first space is kept


class Codec:
    """The tokenizer of a model."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self.ends = _end_tokens(tokenizer)

    def render(self, turns: Sequence[Turn]) -> str:
        """The prompt of a chat, by the tokenizer's own template, else Llama 2's."""
        messages = [{"role": turn.role, "content": turn.text} for turn in turns]
        tokenizer = self._tokenizer
        template = None if tokenizer.chat_template else llama2.TEMPLATE
        return str(
            tokenizer.apply_chat_template(messages, chat_template=template, tokenize=False, add_generation_prompt=True)
        )

    def encode(self, text: str) -> list[int]:
        """Tokens of a raw prompt, control tokens read as such; the model's start token is put first once."""
        start = self._tokenizer.bos_token
        has_start = start is None or text.startswith(start)
        return [int(one) for one in self._tokenizer(text, add_special_tokens=not has_start)["input_ids"]]

    def decode(self, tokens: Sequence[int]) -> str:
        """Text of tokens, without control tokens."""
        return str(self._tokenizer.decode(list(tokens), skip_special_tokens=True, clean_up_tokenization_spaces=False))


class TokenBuffer:
    """The text of a completion, decoded token by token; a character whose bytes are not all there is held back."""

    def __init__(self, codec: Codec, prompt: Sequence[int]) -> None:
        self._codec = codec
        self._tokens = list(prompt[-_CONTEXT:])
        self._begin = 0
        self._shown = len(self._tokens)
        self.text = ""

    def add(self, token: int) -> None:
        """Take one more token."""
        self._tokens.append(token)
        before = self._codec.decode(self._tokens[self._begin : self._shown])
        now = self._codec.decode(self._tokens[self._begin :])
        if len(now) > len(before) and not now.endswith(_REPLACEMENT):
            self.text += now[len(before) :]
            self._begin, self._shown = self._shown, len(self._tokens)

    def end(self) -> None:
        """No more tokens come: what is held back becomes text."""
        before = self._codec.decode(self._tokens[self._begin : self._shown])
        self.text += self._codec.decode(self._tokens[self._begin :])[len(before) :]
        self._begin = self._shown = len(self._tokens)


def load_codec(folder: Path) -> Codec:
    """The tokenizer of a checkpoint: tokenizer.json, or a sentencepiece tokenizer.model alone.

    Raises ModelUnavailable where there is none that loads.
    """
    from transformers import AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except Exception as error:  # many kinds: missing files, missing packages, malformed JSON
        raise ModelUnavailable(
            f"The tokenizer cannot be loaded: {first_line(error)}",
            where=str(folder),
            do="The folder needs tokenizer.json or tokenizer.model, and tokenizer_config.json.",
        ) from error
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token or tokenizer.unk_token
    tokenizer.padding_side = "left"
    return Codec(tokenizer)


def ends_of(model: Any) -> frozenset[int]:
    """The tokens at which a model's generation_config.json ends an answer."""
    ends = getattr(model.generation_config, "eos_token_id", None)
    return frozenset([] if ends is None else ends if isinstance(ends, list) else [ends])


def _end_tokens(tokenizer: Any) -> frozenset[int]:
    ends = tokenizer.eos_token_id
    return frozenset([] if ends is None else [int(one) for one in (ends if isinstance(ends, list) else [ends])])
