"""Convert text to tokens and back: chat templates, the start token, and incremental decoding."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rag.errors import ModelUnavailable, first_line
from rag.messages import Message
from rag.models import llama2
from rag.models.engine import Turn

_REPLACEMENT = "\ufffd"  # an incomplete character decodes to this
_CONTEXT = 6  # tokens of the prompt decoded with a completion, which preserve its first space


class Codec:
    """The tokenizer of a model."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self.ends = end_tokens(tokenizer)

    def render(self, turns: Sequence[Turn]) -> str:
        """Return the prompt of a chat, by the tokenizer's own template, else Llama 2's."""
        messages = [{"role": turn.role, "content": turn.text} for turn in turns]
        tokenizer = self._tokenizer
        template = None if tokenizer.chat_template else llama2.TEMPLATE
        return str(
            tokenizer.apply_chat_template(messages, chat_template=template, tokenize=False, add_generation_prompt=True)
        )

    def encode(self, text: str) -> list[int]:
        """Return the tokens of a raw prompt, in which control tokens are recognised; it begins with one start token."""
        start = self._tokenizer.bos_token
        has_start = start is None or text.startswith(start)
        return [int(token) for token in self._tokenizer(text, add_special_tokens=not has_start)["input_ids"]]

    def decode(self, tokens: Sequence[int]) -> str:
        """Return the text of tokens, without control tokens."""
        return str(self._tokenizer.decode(list(tokens), skip_special_tokens=True, clean_up_tokenization_spaces=False))


class TokenBuffer:
    """The text of a completion, decoded token by token; a character with missing bytes is held back."""

    def __init__(self, codec: Codec, prompt: Sequence[int]) -> None:
        self._codec = codec
        self._tokens = list(prompt[-_CONTEXT:])
        self._begin = 0
        self._decoded = len(self._tokens)
        self.text = ""

    def add(self, token: int) -> None:
        """Append a token."""
        self._tokens.append(token)
        before = self._codec.decode(self._tokens[self._begin : self._decoded])
        now = self._codec.decode(self._tokens[self._begin :])
        if len(now) > len(before) and not now.endswith(_REPLACEMENT):
            self.text += now[len(before) :]
            self._begin, self._decoded = self._decoded, len(self._tokens)

    def end(self) -> None:
        """End the completion: the bytes held back become text."""
        before = self._codec.decode(self._tokens[self._begin : self._decoded])
        self.text += self._codec.decode(self._tokens[self._begin :])[len(before) :]
        self._begin = self._decoded = len(self._tokens)


def load_codec(folder: Path) -> Codec:
    """Load the tokenizer of a checkpoint: tokenizer.json, or a sentencepiece tokenizer.model alone.

    Raises ModelUnavailable if there is none that loads.
    """
    from transformers import AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except Exception as error:  # many types: missing files, missing packages, malformed JSON
        raise ModelUnavailable(
            Message("The tokenizer cannot be loaded: {error}", error=first_line(error)),
            where=str(folder),
            do="The folder needs tokenizer.json or tokenizer.model, and tokenizer_config.json.",
        ) from error
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token or tokenizer.unk_token
    tokenizer.padding_side = "left"
    return Codec(tokenizer)


def end_tokens(source: Any) -> frozenset[int]:
    """Return the tokens that end an answer, by `eos_token_id` of a tokenizer or a generation config."""
    ends = getattr(source, "eos_token_id", None)
    return frozenset([] if ends is None else ends if isinstance(ends, list) else [ends])
