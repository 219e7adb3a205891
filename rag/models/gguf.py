"""Run GGUF files with llama.cpp: the one in process, or an executable of the user's own."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from rag.errors import ModelFailed, ModelUnavailable
from rag.messages import Message, reason_of
from rag.models.cached_engine import cached_engine
from rag.models.chat_template import require_bounded
from rag.models.engine import Completion, EngineOptions, Piece, TextEngine, Turn, prompt_too_long, usable_context
from rag.models.gguf_header import context_length
from rag.models.llama_embedded import EmbeddedLlama
from rag.models.llama_process import LlamaProcess
from rag.models.llama_runner import LlamaRunner
from rag.records import Decoding


class GgufText:
    """The tokenizer and the chat template of a GGUF file."""

    def __init__(self, path: Path, options: EngineOptions | None = None, *, trusted: bool = False) -> None:
        """Open `path`. Without `options` only its text is used: the weights are mapped into memory and never read.

        Raises ModelUnavailable if it is not a GGUF file or does not load, or if its chat template does not end (which
        is not tried where the file is `trusted`).
        """
        check_file(path)
        if not trusted:
            require_bounded(path)
        self._server = self._open(path, options)

    def _open(self, path: Path, options: EngineOptions | None) -> LlamaRunner:
        return EmbeddedLlama(path, options)

    def render(self, turns: Sequence[Turn]) -> str:
        """Return the prompt of a chat, by the template in the file."""
        messages = [{"role": turn.role, "content": turn.text} for turn in turns]
        return str(self._server.post("/apply-template", {"messages": messages})["prompt"])

    def count_tokens(self, text: str) -> int:
        """Count the tokens of a raw text, in which control tokens are recognised."""
        reply = self._server.post("/tokenize", {"content": text, "add_special": False, "parse_special": True})
        return len(reply["tokens"])

    def close(self) -> None:
        """Close the file."""
        self._server.close()


class GgufEngine(GgufText, TextEngine):
    """A loaded GGUF file. `slots` prompts run in parallel.

    With one slot (the default) a greedy completion depends on its prompt alone, to the last token. With more, prompts
    that happen to share a batch change each other's rounding, and the throughput of a CPU hardly grows.
    """

    def __init__(self, path: Path, identity: str, options: EngineOptions, *, trusted: bool = False) -> None:
        """Load `path`. Raises ModelUnavailable as GgufText does."""
        self.identity = identity
        self.context = usable_context(options.context, context_length(path))
        self.batch_size = options.slots
        self._file = _ModelFile(path)
        super().__init__(path, replace(options, context=self.context), trusted=trusted)
        self.build = self._server.build
        self._pool = ThreadPoolExecutor(options.slots, thread_name_prefix="gguf")

    def _open(self, path: Path, options: EngineOptions | None) -> LlamaRunner:
        if options is None or options.llama_server is None:
            return EmbeddedLlama(path, options)
        return LlamaProcess(path, options, self._mark_closed)

    def _mark_closed(self) -> None:
        self.closed = True

    def complete(self, prompts: Sequence[str], decoding: Decoding, stop: Sequence[str] = ()) -> list[Completion]:
        def complete_one(prompt: str) -> Completion:
            reply = self._server.complete(_request(prompt, decoding, stop))
            return _completion(_checked(reply, self.context))

        completions = list(self._pool.map(complete_one, prompts))
        self._file.check()
        return completions

    def stream(self, prompt: str, decoding: Decoding, stop: Sequence[str] = ()) -> Iterator[Piece]:
        pieces: queue.Queue[Any] = queue.Queue()
        closed = threading.Event()

        def on_chunk(chunk: Any) -> bool:
            pieces.put(chunk)
            return closed.is_set()

        request = _request(prompt, decoding, stop) | {"stream": True, "stream_options": {"include_usage": True}}
        running = self._pool.submit(self._server.complete, request, on_chunk)
        running.add_done_callback(lambda _: pieces.put(None))
        text, finish = "", "stop"
        usage: dict[str, int] = {}
        try:
            while (chunk := pieces.get()) is not None:
                chunk = _checked(chunk, self.context)
                usage = chunk.get("usage") or usage
                for choice in chunk.get("choices", ()):
                    finish = choice.get("finish_reason") or finish
                    text += choice.get("text") or ""
                    if choice.get("text"):
                        yield Piece(choice["text"])
            running.result()
            self._file.check()
            yield Piece("", Completion(text, finish, usage.get("prompt_tokens", 0), usage.get("completion_tokens", 0)))
        finally:
            closed.set()

    def close(self) -> None:
        self._pool.shutdown()
        super().close()
        self._file.close()
        self.closed = True


class _ModelFile:
    """The open file of a running model; replacing the file under its name does no harm."""

    def __init__(self, path: Path) -> None:
        check_file(path)
        self._path = path
        self._open = path.open("rb")
        self._before = self._state()

    def check(self) -> None:
        """Raise ModelFailed if the file was written to after it was loaded."""
        if self._state() != self._before:
            raise ModelFailed(
                Message(
                    "The model file was overwritten while in use, so its answers cannot be trusted: {path}",
                    path=self._path,
                )
            )

    def close(self) -> None:
        """Close the file."""
        self._open.close()

    def _state(self) -> tuple[int, int]:
        now = os.fstat(self._open.fileno())
        return now.st_size, now.st_mtime_ns


def load(path: Path, identity: str, options: EngineOptions, *, trusted: bool = False) -> GgufEngine:
    """Return the engine of a GGUF file, loaded once per process."""
    return cached_engine(
        (GgufEngine, path, identity, options), lambda: GgufEngine(path, identity, options, trusted=trusted)
    )


def check_file(path: Path) -> None:
    """Raise ModelUnavailable unless `path` exists and begins as a GGUF file does."""
    try:
        with path.open("rb") as file:
            magic = file.read(4)
    except OSError as error:
        raise ModelUnavailable(
            Message("The model file cannot be read: {error}", error=reason_of(error)),
            where=str(path),
            do="Give the path of a .gguf file.",
        ) from error
    if magic != b"GGUF":
        raise ModelUnavailable("This is not a GGUF file", where=str(path), do="Give the path of a .gguf file.")


def _request(prompt: str, decoding: Decoding, stop: Sequence[str]) -> dict[str, Any]:
    return {
        "prompt": prompt,
        "max_tokens": decoding.max_new_tokens,
        "temperature": decoding.temperature,
        "top_p": decoding.top_p,
        "top_k": 0,
        "min_p": 0.0,
        "repeat_penalty": decoding.repetition_penalty,
        "seed": decoding.seed,
        "stop": list(stop),
        # Reusing the cached prefix of another prompt would change the rounding, and so the completion.
        "cache_prompt": False,
    }


def _checked(reply: Any, context: int) -> dict[str, Any]:
    if "error" in reply:
        error = reply["error"]
        if error.get("type") == "exceed_context_size_error":
            raise prompt_too_long(error.get("n_prompt_tokens"), context)
        raise ModelFailed(Message("llama.cpp did not answer: {error}", error=error.get("message", error)))
    return dict(reply)


def _completion(reply: dict[str, Any]) -> Completion:
    choice, usage = reply["choices"][0], reply.get("usage", {})
    finish = "length" if choice.get("finish_reason") == "length" else "stop"
    return Completion(choice["text"], finish, usage.get("prompt_tokens", 0), usage.get("completion_tokens", 0))
