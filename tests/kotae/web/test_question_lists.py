"""Lists of questions without a page: their limits, and what is kept of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest

from kotae.web.jobs import JobState
from kotae.web.question_lists import MOST_KEPT, MOST_QUESTIONS, MOST_RUNNING, QuestionLists
from kotae.web.queue import AnswerQueue, Event, QueuedQuestion
from rag.errors import ModelUnavailable, RequestError
from rag.records import Answer, AnswerPiece, Attempt


class PatientQueue(AnswerQueue):
    """Answers "yes" once `go` is set, and raises what a question is named after."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.asked: list[str] = []

    async def answer(self, question: QueuedQuestion) -> AsyncGenerator[Event]:
        text = question.question.text
        self.asked.append(text)
        await self.go.wait()
        if text == "broken":
            raise ModelUnavailable("The model is gone")
        attempt = Attempt("yes", language_ok=True)
        yield AnswerPiece(done=Answer(text, "en", (attempt,)))


def run(test) -> None:
    async def with_queue() -> None:
        queue = PatientQueue()
        await test(queue, QuestionLists(queue))

    asyncio.run(with_queue())


def test_too_many_questions_or_lists_are_refused() -> None:
    async def test(queue: PatientQueue, lists: QuestionLists) -> None:
        with pytest.raises(RequestError, match="10,001 questions"):
            lists.add("long.txt", ["a"] * (MOST_QUESTIONS + 1), retrieval=False)
        for _ in range(MOST_RUNNING):
            lists.add("a.txt", ["a"], retrieval=False)
        with pytest.raises(RequestError, match="already"):
            lists.add("a.txt", ["a"], retrieval=False)

    run(test)


def test_the_oldest_list_that_has_ended_makes_room() -> None:
    async def test(queue: PatientQueue, lists: QuestionLists) -> None:
        first = lists.add("running.txt", ["a"], retrieval=False)
        ids = []
        for _ in range(MOST_KEPT + 2):
            entry = lists.add("stopped.txt", ["a"], retrieval=False)
            ids.append(entry.id)
            await lists.stop(entry.id)
        assert [entry.id for entry in lists.entries()] == [*reversed(ids[3:]), first.id]
        with pytest.raises(RequestError, match="no longer"):
            lists.get(ids[0])

    run(test)


def test_a_list_ends_where_no_question_could_be_answered_and_keeps_what_was() -> None:
    async def test(queue: PatientQueue, lists: QuestionLists) -> None:
        queue.go.set()
        entry = lists.add("a.txt", ["good", " ", "broken", "never asked"], retrieval=False)
        while entry.state is JobState.RUNNING:
            await asyncio.sleep(0)
        assert entry.state is JobState.BROKEN
        assert isinstance(entry.error, ModelUnavailable)
        assert queue.asked == ["good", "broken"]
        assert entry.failed == 1
        assert [row.answer for row in entry.table] == [
            "yes", "[No answer] The question is empty. Write a question.", "", "",
        ]  # fmt: skip

    run(test)


def test_one_that_is_stopped_before_it_begins_is_stopped() -> None:
    async def test(queue: PatientQueue, lists: QuestionLists) -> None:
        entry = lists.add("a.txt", ["a"], retrieval=False)
        await lists.stop(entry.id)
        await lists.stop(entry.id)
        assert (entry.state, queue.asked) == (JobState.STOPPED, [])

    run(test)
