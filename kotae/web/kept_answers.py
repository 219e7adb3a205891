"""Answers that go on while their page is left: their events are kept, and sent again to a page that comes back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Final

from rag.errors import RequestError
from rag.messages import Message

MOST_OPEN: Final = 200
"""The most questions that wait or are being answered."""
MOST_KEPT: Final = 200
"""The most answers that are kept until the server stops; the oldest that has ended makes room."""


@dataclass(slots=True, eq=False)
class KeptAnswer:
    """The lines of an answer so far; `changed` is set, and replaced, when there are more or it has ended."""

    lines: list[str] = field(default_factory=list)
    ended: bool = False
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def follow(self) -> AsyncGenerator[str]:
        """Yield every line from the first on, until the answer has ended."""
        at = 0
        while at < len(self.lines) or not self.ended:
            if at == len(self.lines):
                await self.changed.wait()
                continue
            yield self.lines[at]
            at += 1

    async def write(self, lines: AsyncGenerator[str]) -> None:
        """Keep the lines as they come. Cancelling ends the work behind them."""
        try:
            async with aclosing(lines):
                async for line in lines:
                    self.lines.append(line)
                    self._notify()
        finally:
            self.ended = True
            self._notify()

    def _notify(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()


class KeptAnswers:
    """The answers by the ids that the page gave them. Used on the thread of the event loop."""

    def __init__(self) -> None:
        self._answers: dict[str, KeptAnswer] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def get(self, answer_id: str, lines: Callable[[], AsyncGenerator[str]]) -> KeptAnswer:
        """Return the answer of this id; the first time, begin it. Raises RequestError for too many open ones."""
        answer = self._answers.get(answer_id)
        if answer is None:
            if len(self._tasks) >= MOST_OPEN:
                raise RequestError(
                    Message("{count} questions are waiting already", count=len(self._tasks)),
                    do="Wait until some are answered, or stop them.", status=429,
                )  # fmt: skip
            ended = [known for known in self._answers if known not in self._tasks]
            for known in ended[: max(0, len(self._answers) + 1 - MOST_KEPT)]:
                del self._answers[known]
            answer = self._answers[answer_id] = KeptAnswer()
            task = self._tasks[answer_id] = asyncio.create_task(answer.write(lines()))
            task.add_done_callback(lambda done: self._ended(answer_id, done))
        return answer

    def _ended(self, answer_id: str, task: asyncio.Task[None]) -> None:
        if self._tasks.get(answer_id) is task:  # not one that was asked again since
            del self._tasks[answer_id]

    def stop(self, answer_id: str) -> None:
        """End an answer, and forget it."""
        task = self._tasks.get(answer_id)
        if task is not None:
            task.cancel()
        answer = self._answers.pop(answer_id, None)
        if answer is not None:
            answer.ended = True  # of a task that was cancelled before it began
            answer.changed.set()
