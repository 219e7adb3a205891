"""Texts to calibrate a quantisation with: a text file, or the documents of a corpus."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ingest.documents import CorpusFile, LoadedDocument, documents, opened
from ingest.files import find
from rag.errors import CorpusError
from rag.text.encoding_detection import decode

_CHARACTERS = 1500  # of a sample: some 400 tokens of English, 1,000 of Japanese in Llama 2's tokens


def calibration_texts(path: Path, most: int = 128) -> list[str]:
    """At most `most` samples, spread evenly over the file or the folder's documents.

    Raises CorpusError where there is no such file or nothing in it.
    """
    if path.is_dir():
        samples = [
            piece
            for file in find(path).files
            for document in _documents(file)
            for piece in _pieces(document.text[document.body :])
        ]
    else:
        try:
            samples = list(_pieces(decode(path.read_bytes(), str(path))))
        except OSError as error:
            raise CorpusError(f"The calibration text cannot be read: {error.strerror}", where=str(path)) from error
    if not samples:
        raise CorpusError("There is no text to calibrate with", where=str(path))
    step = max(1, len(samples) / most)
    return [samples[int(number * step)] for number in range(min(most, len(samples)))]


def _documents(file: CorpusFile) -> Iterator[LoadedDocument]:
    with opened(file) as stream:
        yield from (one for one in documents(file, stream) if isinstance(one, LoadedDocument))


def _pieces(text: str) -> Iterator[str]:
    """Whole lines, joined up to a sample's length."""
    piece = ""
    for line in text.splitlines(keepends=True):
        if piece and len(piece) + len(line) > _CHARACTERS:
            yield piece
            piece = ""
        piece += line
    if piece.strip():
        yield piece
