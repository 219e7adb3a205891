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
from rag.storage.regular_files import read_regular
from rag.text.encoding_detection import decode

_CHARACTERS = 1500  # of a sample: about 400 tokens of English, 1,000 of Japanese in Llama 2's tokens


def calibration_texts(path: Path, most: int = 128) -> list[str]:
    """Return at most `most` samples, spread evenly over the file or the folder's documents.

    Raises CorpusError if there is no such file or no text in it.
    """
    if path.is_dir():
        samples = [
            sample
            for file in find(path).files
            for document in _documents(file)
            for sample in _samples(document.text[document.body :])
        ]
    else:
        try:
            samples = list(_samples(decode(read_regular(path, MAX_WHOLE), str(path))))
        except OSError as error:
            raise CorpusError(f"The calibration text cannot be read: {error.strerror}", where=str(path)) from error
    if not samples:
        raise CorpusError("There is no text for the calibration", where=str(path))
    step = max(1, len(samples) / most)
    return [samples[int(number * step)] for number in range(min(most, len(samples)))]


def _documents(file: CorpusFile) -> Iterator[LoadedDocument]:
    with open_file(file) as stream:
        for document in read_documents(file, stream, ReadOptions()):
            if isinstance(document, LoadedDocument):
                yield document


def _samples(text: str) -> Iterator[str]:
    """Join whole lines up to the length of a sample."""
    sample = ""
    for line in text.splitlines(keepends=True):
        if sample and len(sample) + len(line) > _CHARACTERS:
            yield sample
            sample = ""
        sample += line
    if sample.strip():
        yield sample
