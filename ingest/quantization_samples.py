"""Calibration texts for quantisation, from a text file or the documents of a corpus."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ingest.documents import CorpusFile, LoadedDocument, open_file
from ingest.files import find
from ingest.formats import ReadOptions
from ingest.formats.types import MAX_WHOLE
from ingest.pipeline.reading import read_documents
from rag.errors import CorpusError
from rag.messages import Message, reason_of
from rag.storage.regular_files import read_regular
from rag.text.encoding_detection import decode

_CHARACTERS = 1500  # of a sample: about 400 tokens of English, 1,000 of Japanese in Llama 2's tokens
_KEPT = 64  # times as many samples as are wanted are held in memory


def calibration_texts(path: Path, most: int = 128) -> list[str]:
    """Return at most `most` samples, spread evenly over the file or the folder's documents.

    Raises CorpusError if there is no such file or no text in it.
    """
    if path.is_dir():
        documents = (document for file in find(path).files for document in _documents(file))
        samples = _spread(
            (sample for document in documents for sample in _samples(document.text[document.body :])), most
        )
    else:
        try:
            samples = _spread(_samples(decode(read_regular(path, MAX_WHOLE), str(path))), most)
        except OSError as error:
            raise CorpusError(
                Message("The calibration text cannot be read: {error}", error=reason_of(error)), where=str(path)
            ) from error
    if not samples:
        raise CorpusError("There is no text for the calibration", where=str(path))
    step = max(1, len(samples) / most)
    return [samples[int(number * step)] for number in range(min(most, len(samples)))]


def _spread(samples: Iterator[str], most: int) -> list[str]:
    """Return samples of all parts of a corpus of any size: all of them, or every second, fourth, eighth."""
    kept: list[str] = []
    step = 1
    for number, sample in enumerate(samples):
        if number % step == 0:
            kept.append(sample)
        if len(kept) > _KEPT * most:
            kept, step = kept[::2], 2 * step
    return kept


def _documents(file: CorpusFile) -> Iterator[LoadedDocument]:
    with open_file(file) as stream:
        for document in read_documents(file, stream, ReadOptions()):
            if isinstance(document, LoadedDocument):
                yield document


def _samples(text: str) -> Iterator[str]:
    """Join whole lines up to the length of a sample; a longer line is cut."""
    sample = ""
    for line in text.splitlines(keepends=True):
        for begin in range(0, len(line), _CHARACTERS):
            piece = line[begin : begin + _CHARACTERS]
            if sample and len(sample) + len(piece) > _CHARACTERS:
                yield sample
                sample = ""
            sample += piece
    if sample.strip():
        yield sample
