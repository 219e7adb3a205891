"""Where questions are answered: one model, one thread, one question at a time, in the order they came."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncGenerator, Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from kotae.web.index_view import Library, LibraryRetriever
from rag.factory import ModelSettings, open_model
from rag.generation.chain import GroundedChain, Question, build_chain
from rag.records import AnswerPiece, Decoding, Hit


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, whether it is answered from the documents, and how the model writes (None: as it was opened)."""

    question: Question
    retrieval: bool
    decoding: Decoding | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """So many questions are before this one; with 0 its turn has come."""

    ahead: int


@dataclass(frozen=True, slots=True)
class Found:
    """The passages that the model is given; `dropped` more did not fit, `left_out` of these gives orders."""

    hits: tuple[Hit, ...]
    dropped: int
    left_out: tuple[str, ...]


Event = Waiting | Found | AnswerPiece


class Desk:
    """Answers questions with one model, which is loaded once, by the first of them.

    All work with the model is done by one thread: engines keep state by thread, and a question whose client has left is
    out of the way before the next one begins.
    """

    def __init__(self, settings: ModelSettings, library: Library) -> None:
        self.settings = settings
        self._library = library
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="desk")
        self._line: list[asyncio.Event] = []
        self._chain = functools.lru_cache(maxsize=8)(self._open)

    async def answer(self, asked: Asked) -> AsyncGenerator[Event]:
        """What becomes of a question, as it happens. Closing the iterator gives the question up.

        Raises KotaeError.
        """
        moved = asyncio.Event()
        self._line.append(moved)
        work = self._work(asked)
        try:
            while ahead := self._line.index(moved):
                yield Waiting(ahead)
                await moved.wait()
                moved.clear()
            yield Waiting(0)
            loop = asyncio.get_running_loop()
            while (event := await loop.run_in_executor(self._thread, next, work, None)) is not None:
                yield event
        finally:
            self._line.remove(moved)
            for other in self._line:
                other.set()
            self._thread.submit(work.close)

    def close(self) -> None:
        """Answer nothing more; waits for what was given up to end."""
        self._thread.shutdown()

    def _work(self, asked: Asked) -> Generator[Found | AnswerPiece]:
        chain = self._chain(asked.decoding or self.settings.decoding, asked.retrieval)
        prepared = chain.prepare(asked.question)
        yield Found(prepared.hits, prepared.dropped, prepared.left_out)
        yield from chain.stream_prepared(prepared)

    def _open(self, decoding: Decoding, retrieval: bool) -> GroundedChain:
        retriever = LibraryRetriever(library=self._library) if retrieval else None
        return build_chain(open_model(replace(self.settings, decoding=decoding)), retriever, self.settings.style)
