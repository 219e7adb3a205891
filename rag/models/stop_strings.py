"""Text that grows piece by piece and ends before the first stop string in it."""

from __future__ import annotations

from collections.abc import Sequence


class StoppableText:
    """What was written so far. A piece may end in the middle of a stop string; `news` holds that back."""

    def __init__(self, stop: Sequence[str]) -> None:
        self._stop = [one for one in stop if one]
        self._text = ""
        self._given = 0
        self.stopped = False

    @property
    def text(self) -> str:
        """All of it, without the stop string and what came after."""
        return self._text

    def add(self, piece: str) -> None:
        """Take more text; `stopped` is True once a stop string is in it, and what comes then is dropped."""
        if self.stopped:
            return
        searched = len(self._text)
        text = self._text + piece
        found = [text.find(one, max(0, searched - len(one) + 1)) for one in self._stop]
        at = min((one for one in found if one >= 0), default=-1)
        self.stopped = at >= 0
        self._text = text[:at] if self.stopped else text

    def news(self, *, ended: bool) -> str:
        """Text since the last call that no stop string can take back any more; all of it once it has `ended`."""
        end = len(self._text) if ended or self.stopped else len(self._text) - self._held_back()
        new, self._given = self._text[self._given : end], max(self._given, end)
        return new

    def _held_back(self) -> int:
        """How many characters at the end may be the beginning of a stop string."""
        longest = 0
        for one in self._stop:
            for length in range(min(len(one) - 1, len(self._text)), longest, -1):
                if self._text.endswith(one[:length]):
                    longest = length
                    break
        return longest
