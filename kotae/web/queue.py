"""Answer questions with one model on one thread, in the order they arrive."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TypeVar

from kotae.web.index_view import IndexView, IndexViewRetriever
from rag.errors import KotaeError
from rag.factory import ModelSettings, open_model
from rag.generation.chain import GroundedChain, Question, build_chain
from rag.records import AnswerPiece, Decoding, Hit

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class QueuedQuestion:
    """A question, whether to use retrieval, decoding settings (None: those of the server), and texts that end it."""

    question: Question
    retrieval: bool
    decoding: Decoding | None = None
    stop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """The number of questions ahead of this one; 0 when its turn has come."""

    ahead: int


@dataclass(frozen=True, slots=True)
class Retrieved:
    """The passages in the prompt; `dropped` more did not fit, instructions in them are `left_out` or `marked`."""

    hits: tuple[Hit, ...]
    dropped: int
    left_out: tuple[str, ...]
    marked: tuple[str, ...]


Event = Waiting | Retrieved | AnswerPiece


class AnswerQueue:
    """A queue of questions to one model, which `warm_up` or the first question loads.

    One thread does all the work with the model: engines keep state per thread, and a question whose client has
    disconnected is finished with before the next one begins.
    """

    def __init__(self, settings: ModelSettings, index: IndexView) -> None:
        self.settings = settings.to_compare()  # as for a comparison, which then has the same engine
        self._index = index
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="answers")
        self._waiting: list[asyncio.Event] = []
        self._chain = functools.lru_cache(maxsize=8)(self._open)

    def warm_up(self) -> None:
        """Begin to load what a question needs. What cannot be loaded is named when a question is asked."""

        def load() -> None:
            with contextlib.suppress(KotaeError):
                self._chain(self.settings.decoding, self._index.problem() is None).prepare(Question("?", "en"))

        self._thread.submit(load)

    async def answer(self, question: QueuedQuestion) -> AsyncGenerator[Event]:
        """Yield the events of answering a question; closing the iterator cancels it. Raises KotaeError."""
        work = self._events(question)
        with self._place() as moved:
            try:
                async for waiting in self._turn(moved):
                    yield waiting
                loop = asyncio.get_running_loop()
                while (event := await loop.run_in_executor(self._thread, next, work, None)) is not None:
                    yield event
            finally:
                self._thread.submit(work.close)

    async def call(self, work: Callable[[], Result]) -> Result:
        """Do other work with the model, as a question that has no answer. Raises what it raises."""
        with self._place() as moved:
            async for _ in self._turn(moved):
                pass
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def close(self) -> None:
        """Stop answering; wait for cancelled work to end."""
        self._thread.shutdown()

    @contextmanager
    def _place(self) -> Iterator[asyncio.Event]:
        """Take a place at the end of the queue, and leave it; the event is set when somebody ahead has left."""
        moved = asyncio.Event()
        self._waiting.append(moved)
        try:
            yield moved
        finally:
            self._waiting.remove(moved)
            for other in self._waiting:
                other.set()

    async def _turn(self, moved: asyncio.Event) -> AsyncGenerator[Waiting]:
        """Yield how many are ahead of a place, until its turn has come."""
        while ahead := self._waiting.index(moved):
            yield Waiting(ahead)
            await moved.wait()
            moved.clear()
        yield Waiting(0)

    def _events(self, question: QueuedQuestion) -> Generator[Retrieved | AnswerPiece]:
        chain = self._chain(question.decoding or self.settings.decoding, question.retrieval)
        if question.stop:
            prompt = replace(chain.prompt, stop=(*chain.prompt.stop, *question.stop))
            chain = build_chain(chain.model, chain.retriever, prompt)
        prepared = chain.prepare(question.question)
        yield Retrieved(prepared.hits, prepared.dropped, prepared.left_out, prepared.marked)
        yield from chain.stream_prepared(prepared)

    def _open(self, decoding: Decoding, retrieval: bool) -> GroundedChain:
        retriever = IndexViewRetriever(view=self._index) if retrieval else None
        return build_chain(open_model(replace(self.settings, decoding=decoding)), retriever, self.settings.prompt)
