"""Turn an engine that pushes its text into a callback into an iterator, with a thread and a queue."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator

from rag.models.engine import Completion, Piece

OnText = Callable[[str], bool]
"""Receives text as it is written; returns whether to continue."""


def callback_to_iterator(write: Callable[[OnText], Completion]) -> Iterator[Piece]:
    """Yield the pieces that `write` pushes, then its completion; closing the iterator stops it.

    Exceptions of `write` are raised in the reader.
    """
    pieces: queue.Queue[str | Completion | BaseException] = queue.Queue()
    closed = threading.Event()

    def on_text(news: str) -> bool:
        pieces.put(news)
        return not closed.is_set()

    def run() -> None:
        try:
            pieces.put(write(on_text))
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
