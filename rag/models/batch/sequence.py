"""The state of one prompt while its completion is written: tokens, text, and end."""

from __future__ import annotations

from collections.abc import Sequence as Several

from rag.models.batch.kv_cache import Extent
from rag.models.batch.tokenizer import Codec, TokenBuffer
from rag.models.engine import Completion, prompt_too_long
from rag.models.stop_strings import StoppableText


class Sequence:
    """A prompt and its completion so far. `limit` is the maximum of new tokens; `finish` is None until it has ended."""

    def __init__(self, codec: Codec, prompt: list[int], limit: int, stop: Several[str], ends: frozenset[int]) -> None:
        self.prompt = prompt
        self.limit = limit
        self.written: list[int] = []
        self.extent: Extent | None = None
        self.issued = 0  # tokens written or requested
        self.finish: str | None = None
        self._buffer = TokenBuffer(codec, prompt)
        self._text = StoppableText(stop)
        self._ends = ends

    @classmethod
    def begin(
        cls, codec: Codec, prompt: str, context: int, limit: int, stop: Several[str], ends: frozenset[int]
    ) -> Sequence:
        """Return the sequence of a prompt, which may grow by `limit` tokens within `context`.

        Raises PromptTooLong if the prompt alone fills the context.
        """
        tokens = codec.encode(prompt)
        if len(tokens) >= context:
            raise prompt_too_long(len(tokens), context)
        return cls(codec, tokens, min(limit, context - len(tokens)), stop, ends)

    @property
    def cache_tokens(self) -> int:
        """Slots of the cache it may need: one more than its tokens, because a step may run past its end."""
        return len(self.prompt) + self.limit + 1

    def take(self, token: int) -> None:
        """Append a token of the model; after the end it is dropped."""
        if self.finish is not None:
            return
        self.written.append(token)
        if token in self._ends:
            self._end("stop")
            return
        searched = len(self._buffer.text)
        self._buffer.add(token)
        self._look_for_stop(searched)
        if self.finish is None and len(self.written) >= self.limit:
            self._end("length")

    def _end(self, finish: str) -> None:
        searched = len(self._buffer.text)
        self._buffer.end()
        self.finish = finish
        self._look_for_stop(searched)

    def _look_for_stop(self, searched: int) -> None:
        self._text.add(self._buffer.text[searched:])
        if self._text.stopped:
            self.finish = "stop"

    def news(self) -> str:
        """Return the text since the last call that cannot be part of a stop string."""
        return self._text.news(ended=self.finish is not None)

    def completion(self) -> Completion:
        """Return the completion so far."""
        return Completion(self._text.text, self.finish or "stop", len(self.prompt), len(self.written))
