"""Run GGUF files with GPT4All (package `gpt4all`), in process: the historical baseline.

The package's own `generate` wraps the prompt in its own template and shifts a full context. This module calls its C
interface, which does neither: the prompt is the text with the model's own chat template, every token is received, and
nothing is ever downloaded. GPT4All still contributes its sampler, its llama.cpp of 2024, and its habit of ending an
answer at "### Human" and the like. It runs on the CPU.
"""

from __future__ import annotations

import atexit
import codecs
import contextlib
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from rag.errors import ModelFailed, ModelUnavailable
from rag.messages import Message
from rag.models.cached_engine import cached_engine
from rag.models.callback_iterator import OnText, callback_to_iterator
from rag.models.engine import Completion, EngineOptions, Piece, TextEngine, Turn, prompt_too_long, usable_context
from rag.models.gguf import GgufText, check_file
from rag.models.gguf_header import context_length
from rag.models.gpt4all_seed import Seeder
from rag.models.stop_strings import StoppableText
from rag.processors import count_processors
from rag.records import Decoding

INSTALL = 'pip install "gpt4all>=2.8.2,<3"'
_RESERVED = 5  # tokens of the context that GPT4All reserves, and the start token that it may add
_TEMPLATE = b"%1%2"  # the prompt, then the answer: with the first alone it would add two newlines after the answer
_BATCH = 128  # prompt tokens read at a time, its maximum
_PENALISED = 64  # latest tokens that the repetition penalty considers, as in llama.cpp


class Gpt4AllEngine(TextEngine):
    """A GGUF file loaded by GPT4All, for one prompt at a time.

    Tokens are counted by llama.cpp's tokenizer on the same file (package `xllamacpp`).
    """

    batch_size = 1

    def __init__(self, path: Path, identity: str, options: EngineOptions) -> None:
        """Load `path`. Raises ModelUnavailable."""
        check_file(path)
        self._binding = _import()
        self.identity = identity
        self.context = usable_context(options.context, context_length(path))
        self._text = GgufText(path)
        self._model = _load(self._binding, path, self.context)
        self._seeder = Seeder(self._binding, self._model)
        atexit.register(self._model.close)  # its own finaliser runs when half of the package is already unloaded
        self._lock = threading.Lock()

    def render(self, turns: Sequence[Turn]) -> str:
        return self._text.render(turns)

    def count_tokens(self, text: str) -> int:
        return self._text.count_tokens(text)

    def complete(self, prompts: Sequence[str], decoding: Decoding, stop: Sequence[str] = ()) -> list[Completion]:
        return [self._write(prompt, decoding, stop, lambda _: True) for prompt in prompts]

    def stream(self, prompt: str, decoding: Decoding, stop: Sequence[str] = ()) -> Iterator[Piece]:
        yield from callback_to_iterator(lambda on_text: self._write(prompt, decoding, stop, on_text))

    def close(self) -> None:
        with self._lock:
            self._model.close()
            self._text.close()
            self.closed = True

    def _write(self, prompt: str, decoding: Decoding, stop: Sequence[str], on_text: OnText) -> Completion:
        """Return one completion. `on_text` receives its text as it grows, and returns whether to continue."""
        if self.closed:
            raise ModelFailed("This model is closed")
        limit = self._token_limit(prompt, decoding)
        read: list[int] = []
        written: list[int] = []
        errors: list[str] = []
        text = StoppableText(stop)
        decoder = codecs.getincrementaldecoder("utf-8")("replace")

        def on_prompt(token: int) -> bool:
            read.append(token)
            return True

        def on_token(token: int, piece: bytes) -> bool:
            if token < 0:
                errors.append(piece.decode(errors="replace"))
                return False
            written.append(token)
            text.add(decoder.decode(piece))
            return on_text(text.news(ended=False)) and not text.stopped

        with self._lock:
            self._prompt(prompt, decoding, limit, on_prompt, on_token)
        if errors:
            raise ModelFailed(Message("GPT4All did not answer: {errors}", errors=errors[0]))
        text.add(decoder.decode(b"", final=True))
        on_text(text.news(ended=True))
        finish = "length" if len(written) >= limit and not text.stopped else "stop"
        return Completion(text.text, finish, len(read), len(written))

    def _prompt(
        self,
        prompt: str,
        decoding: Decoding,
        limit: int,
        on_prompt: Callable[[int], bool],
        on_token: Callable[[int, bytes], bool],
    ) -> None:
        """Call GPT4All from an empty context, without shifting a full one."""
        binding = self._binding
        greedy = decoding.temperature == 0
        context = binding.LLModelPromptContext(
            n_predict=limit,
            top_k=1 if greedy else 0,
            top_p=decoding.top_p,
            temp=1.0 if greedy else decoding.temperature,
            n_batch=_BATCH,
            repeat_penalty=decoding.repetition_penalty,
            repeat_last_n=_PENALISED,
        )
        callbacks = binding.PromptCallback(on_prompt), binding.ResponseCallback(on_token)
        if not greedy:
            self._seeder.seed(decoding.seed)
        text = prompt.encode("utf-8", "replace").replace(b"\0", b" ")
        binding.llmodel.llmodel_prompt(self._model.model, text, _TEMPLATE, *callbacks, False, context, True, None)

    def _token_limit(self, prompt: str, decoding: Decoding) -> int:
        """Return how many tokens may be written. Raises PromptTooLong."""
        tokens = self.count_tokens(prompt)
        if tokens + _RESERVED > self.context:
            raise prompt_too_long(tokens, self.context)
        return min(decoding.max_new_tokens, self.context - _RESERVED - tokens + 1)


def load(path: Path, identity: str, options: EngineOptions) -> Gpt4AllEngine:
    """Return the engine of a GGUF file, loaded once per process. Raises ModelUnavailable."""
    return cached_engine((Gpt4AllEngine, path, identity, options), lambda: Gpt4AllEngine(path, identity, options))


def _import() -> Any:
    try:
        with _quiet_stderr():
            from gpt4all import _pyllmodel
    except (ImportError, OSError, RuntimeError) as error:
        raise ModelUnavailable(
            Message("GPT4All models need the package gpt4all ({error})", error=error),
            do=Message("Install it with: {install}", install=INSTALL),
        ) from error
    return _pyllmodel


def _load(binding: Any, path: Path, context: int) -> Any:
    try:
        with _quiet_stderr():
            model = binding.LLModel(str(path), context, 0, "cpu" if sys.platform == "darwin" else "kompute")
            loaded = model.load_model()
            if loaded:
                model.set_thread_count(count_processors())
    except RuntimeError as error:
        raise ModelUnavailable(
            Message("GPT4All cannot load this file: {error}", error=error),
            where=str(path),
            do="Use it as gguf:<file> instead.",
        ) from error
    if not loaded:
        raise ModelUnavailable(
            "GPT4All cannot load this file: it is damaged, newer than GPT4All's llama.cpp, or too large for memory",
            where=str(path),
            do="Use it as gguf:<file> instead.",
        )
    return model


@contextlib.contextmanager
def _quiet_stderr() -> Iterator[None]:
    """Silence stderr: GPT4All reports there, past Python, every library it tries; errors are also raised."""
    saved = os.dup(2)
    sink = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(sink, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(sink)
        os.close(saved)
