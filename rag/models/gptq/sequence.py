"""One prompt on its way to a completion: its tokens, its text, and when it ends."""

from __future__ import annotations

from collections.abc import Sequence as Several

from rag.models.engine import Completion
from rag.models.gptq.pool import Extent
from rag.models.gptq.tokens import Codec, Growing


class Sequence:
    """`limit` is how many tokens may be written. `finish` is None until it has ended."""

    def __init__(self, codec: Codec, prompt: list[int], limit: int, stop: Several[str], ends: frozenset[int]) -> None:
        self.prompt = prompt
        self.limit = limit
        self.written: list[int] = []
        self.extent: Extent | None = None
        self.launched = 0  # tokens written or on their way
        self.finish: str | None = None
        self._growing = Growing(codec, prompt)
        self._stop = [one for one in stop if one]
        self._ends = ends
        self._cut: int | None = None
        self._given = 0

    @property
    def places(self) -> int:
        """Places of the pool it needs at most: one more than its tokens, as a step may run past its end."""
        return len(self.prompt) + self.limit + 1

    def take(self, token: int) -> None:
        """One more token from the model; after the end it is dropped."""
        if self.finish is not None:
            return
        self.written.append(token)
        if token in self._ends:
            self._end("stop")
            return
        searched = len(self._growing.text)
        self._growing.add(token)
        self._look_for_stop(searched)
        if self.finish is None and len(self.written) >= self.limit:
            self._end("length")

    def _end(self, finish: str) -> None:
        searched = len(self._growing.text)
        self._growing.end()
        self.finish = finish
        self._look_for_stop(searched)

    def _look_for_stop(self, searched: int) -> None:
        text = self._growing.text
        found = [text.find(one, max(0, searched - len(one) + 1)) for one in self._stop]
        at = min((one for one in found if one >= 0), default=-1)
        if at >= 0:
            self._cut, self.finish = at, "stop"

    def news(self) -> str:
        """Text since the last call that no stop string can take back any more."""
        text = self._growing.text[: self._cut]
        end = len(text) if self.finish is not None else len(text) - _held_back(text, self._stop)
        new, self._given = text[self._given : end], max(self._given, end)
        return new

    def completion(self) -> Completion:
        """What was written."""
        return Completion(self._growing.text[: self._cut], self.finish or "stop", len(self.prompt), len(self.written))


def _held_back(text: str, stop: Several[str]) -> int:
    """How many characters at the end of `text` may be the beginning of a stop string."""
    longest = 0
    for one in stop:
        for length in range(min(len(one) - 1, len(text)), longest, -1):
            if text.endswith(one[:length]):
                longest = length
                break
    return longest
