"""Text that grows piece by piece and ends before its first stop string."""

from __future__ import annotations

from collections.abc import Sequence


class StoppableText:
    """The text so far. A piece may end in the middle of a stop string; `news` holds that part back."""

    def __init__(self, stop: Sequence[str]) -> None:
        self._stop = [string for string in stop if string]
        self._text = ""
        self._given = 0
        self.stopped = False

    @property
    def text(self) -> str:
        """The whole text, without the stop string and what follows it."""
        return self._text

    def add(self, piece: str) -> None:
        """Append a piece; at a stop string `stopped` becomes True, and later text is dropped."""
        if self.stopped:
            return
        searched = len(self._text)
        text = self._text + piece
        starts = [text.find(stop, max(0, searched - len(stop) + 1)) for stop in self._stop]
        first = min((start for start in starts if start >= 0), default=-1)
        self.stopped = first >= 0
        self._text = text[:first] if self.stopped else text

    def news(self, *, ended: bool) -> str:
        """Return the text since the last call that cannot be part of a stop string; all of it once it has `ended`."""
        end = len(self._text) if ended or self.stopped else len(self._text) - self._held_back()
        new, self._given = self._text[self._given : end], max(self._given, end)
        return new

    def _held_back(self) -> int:
        """Return how many characters at the end may be the beginning of a stop string."""
        longest = 0
        for stop in self._stop:
            for length in range(min(len(stop) - 1, len(self._text)), longest, -1):
                if self._text.endswith(stop[:length]):
                    longest = length
                    break
        return longest
