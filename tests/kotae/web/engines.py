"""An engine that writes what it is told, waits where it is told, and knows when it was stopped."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rag.models.engine import Completion, Piece, TextEngine, Turn
from rag.models.stop_strings import StoppableText
from rag.records import Decoding


class SteeredEngine(TextEngine):
    """Answers by the question that stands in the prompt: a text, or an exception to raise. A token is a character.

    Where an answer has "…" it waits there until `go` is set; at "," it takes its time.
    `written` and `stopped` say what became of each answer.
    """

    identity = "steered@1"
    context = 4096
    batch_size = 1

    def __init__(self, replies: Mapping[str, Any]) -> None:
        self.replies = replies
        self.go = threading.Event()
        self.reached = threading.Event()
        self.prompts: list[str] = []
        self.decodings: list[Decoding] = []
        self.written: list[str] = []
        self.stopped: list[str] = []
        self.threads: set[int] = set()

    def render(self, turns: Sequence[Turn]) -> str:
        return "".join(f"[{turn.role}]{turn.text}\n" for turn in turns)

    def count_tokens(self, text: str) -> int:
        return len(text)

    def complete(self, prompts: Sequence[str], decoding: Decoding, stop: Sequence[str] = ()) -> list[Completion]:
        ends = [list(self.stream(prompt, decoding, stop))[-1].end for prompt in prompts]
        return [end for end in ends if end is not None]

    def stream(self, prompt: str, decoding: Decoding, stop: Sequence[str] = ()) -> Iterator[Piece]:
        self.prompts.append(prompt)
        self.decodings.append(decoding)
        self.threads.add(threading.get_ident())
        reply = self._reply(prompt)
        text = StoppableText(stop)
        try:
            for letter in reply[: decoding.max_new_tokens]:
                if letter == "…":
                    self.reached.set()
                    assert self.go.wait(600)
                    continue
                if letter == ",":
                    time.sleep(0.2)
                text.add(letter)
                yield Piece(text.news(ended=False))
                if text.stopped:
                    break
            yield Piece(text.news(ended=True))
            finish = "length" if len(reply) > decoding.max_new_tokens and not text.stopped else "stop"
            self.written.append(text.text)
            yield Piece("", Completion(text.text, finish, len(prompt), len(text.text)))
        except GeneratorExit:
            self.stopped.append(text.text)
            raise

    def _reply(self, prompt: str) -> str:
        again = "again, in English only" in prompt or "日本語だけでもう一度" in prompt
        found = next((said for asked, said in self.replies.items() if asked in prompt), "I do not know. 分かりません。")
        if isinstance(found, Exception):
            raise found
        return found[again] if isinstance(found, tuple) else found
