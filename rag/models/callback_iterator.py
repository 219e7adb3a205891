"""A stream out of an engine that pushes its text into a function: it writes in a thread, the reader takes pieces."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator

from rag.models.engine import Completion, Piece

OnText = Callable[[str], bool]
"""Is given text as it is written, and says whether to go on."""


def callback_to_iterator(write: Callable[[OnText], Completion]) -> Iterator[Piece]:
    """The pieces that `write` pushes, then its completion. What it raises is raised here; closing this stops it."""
    pieces: queue.Queue[str | Completion | BaseException] = queue.Queue()
    closed = threading.Event()

    def take(news: str) -> bool:
        pieces.put(news)
        return not closed.is_set()

    def run() -> None:
        try:
            pieces.put(write(take))
        except BaseException as error:
            pieces.put(error)

    writer = threading.Thread(target=run, name="stream")
    writer.start()
    try:
        while isinstance(piece := pieces.get(), str):
            if piece:
                yield Piece(piece)
        if isinstance(piece, BaseException):
            raise piece
        yield Piece("", piece)
    finally:
        closed.set()
        writer.join()
