"""Lists of questions: answered in the queue, one question at a time, until done or stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from eval.runs.batch import AnsweredQuestion
from kotae.web.errors import as_kotae_error
from kotae.web.jobs import BackgroundWork, JobState
from kotae.web.questions import read_question
from kotae.web.queue import AnswerQueue, QueuedQuestion
from rag.errors import IndexProblem, KotaeError, RequestError, SettingsError
from rag.messages import Message
from rag.records import Answer, AnswerPiece

MOST_QUESTIONS = 10_000
"""The most questions of a list."""
MOST_RUNNING = 4
"""The most lists that are answered at a time; they take turns."""
MOST_KEPT = 20
"""The most lists that are kept until the server stops; the oldest that has ended makes room."""


@dataclass(slots=True, eq=False, kw_only=True)
class QuestionList(BackgroundWork):
    """A list, named as its file; `rows` are those of its questions that were asked, in order."""

    questions: tuple[str, ...]
    retrieval: bool
    rows: list[AnsweredQuestion] = field(default_factory=list)
    failed: int = 0

    @property
    def table(self) -> list[AnsweredQuestion]:
        """A row for every question; the answers to those that were not asked are empty."""
        rows = list(self.rows)
        return rows + [AnsweredQuestion(question, "") for question in self.questions[len(rows) :]]


class QuestionLists:
    """The lists of this server, latest first. Everything but `get` is called on the thread of the event loop."""

    def __init__(self, queue: AnswerQueue) -> None:
        self._queue = queue
        self._lists: dict[str, QuestionList] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def add(self, name: str, questions: Sequence[str], *, retrieval: bool) -> QuestionList:
        """Begin to answer a list. Raises RequestError for too many questions or lists."""
        if len(questions) > MOST_QUESTIONS:
            raise RequestError(
                Message(
                    "This list has {count:,} questions; kotae serve accepts up to {most:,}",
                    count=len(questions),
                    most=MOST_QUESTIONS,
                ),
                where=name,
                do="Divide it, or use `kotae batch`.",
                status=413,
            )
        if len(self._tasks) >= MOST_RUNNING:
            raise RequestError(
                Message("{count} lists are being answered already", count=len(self._tasks)),
                do="Wait until one is done, or stop it.",
                status=429,
            )
        entry = QuestionList(name=name, questions=tuple(questions), retrieval=retrieval)
        self._make_room()
        self._lists[entry.id] = entry
        self._tasks[entry.id] = asyncio.create_task(self._answer(entry))
        return entry

    def entries(self) -> list[QuestionList]:
        """Return the lists, latest first."""
        return list(reversed(self._lists.values()))

    def get(self, list_id: str) -> QuestionList:
        """Return a list by its id. Raises RequestError."""
        entry = self._lists.get(list_id)
        if entry is None:
            raise RequestError("This list does not exist, or no longer does", status=404)
        return entry

    async def stop(self, list_id: str) -> QuestionList:
        """Stop a list; what was answered stays. Raises RequestError."""
        entry = self.get(list_id)
        task = self._tasks.get(list_id)
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
            self._end(entry, JobState.STOPPED)  # one that was cancelled before it began has not ended itself
        return entry

    def _make_room(self) -> None:
        ended = [list_id for list_id in self._lists if list_id not in self._tasks]
        for list_id in ended[: max(0, len(self._lists) + 1 - MOST_KEPT)]:
            del self._lists[list_id]

    async def _answer(self, entry: QuestionList) -> None:
        state = JobState.STOPPED
        try:
            for text in entry.questions:
                entry.rows.append(await self._row(entry, text))
            state = JobState.DONE
        except KotaeError as error:
            entry.error, state = error, JobState.BROKEN
        finally:
            self._end(entry, state)

    def _end(self, entry: QuestionList, state: JobState) -> None:
        if self._tasks.pop(entry.id, None) is not None:
            entry.end(state)

    async def _row(self, entry: QuestionList, text: str) -> AnsweredQuestion:
        """Answer a question. Raises KotaeError where every other would fail in the same way."""
        try:
            return AnsweredQuestion.of(text, await self._ask(text, retrieval=entry.retrieval))
        except Exception as error:
            known = as_kotae_error(error)
            if known.unanswered or isinstance(known, IndexProblem | SettingsError):
                raise known from error
            entry.failed += 1
            return AnsweredQuestion.failed(text, known.message)

    async def _ask(self, text: str, *, retrieval: bool) -> Answer:
        question = QueuedQuestion(read_question(text), retrieval)
        async with aclosing(self._queue.answer(question)) as events:
            answers = [event.done async for event in events if isinstance(event, AnswerPiece) and event.done]
        return answers[-1]
