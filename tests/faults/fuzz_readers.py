"""A fuzzer of the readers: damaged files of every format, until the time is over.

python -m tests.faults.fuzz_readers [--minutes N] [--seed N] [--keep FOLDER]

Each file is read as a document, in a worker as `kotae ingest` does, and split; and as a verification set. What must
not happen: an error that is no KotaeError, a worker that crashes, one that needs more than 10 seconds of processor
time (and what OCR may take) or the memory it may have, a chunk that is not its document's text. Other work on the
machine does not count. Files that do so are kept in FOLDER. What a reader's library raised over a broken file is a
named failure of that file; such errors are counted, as they may be a reader's own.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from eval.dataset.load import load_dataset
from ingest.chunking import split
from ingest.documents import CorpusFile, LoadedDocument, documents, open_file
from ingest.formats import TABLES
from ingest.pipeline import reading
from rag.errors import KotaeError
from rag.records import Failure
from rag.settings import Chunking
from tests.faults.mutations import stream

SECONDS = 10.0
"""Processor time for reading a file, and for cutting it and reading it as a verification set."""
EACH = 14
"""Files of every format that are damaged: 210 in all."""
_FOREIGN = re.compile(r"cannot be read(?: beyond [^:]*)?: (.{0,60})")
_OVERRUN = re.compile(r"Reading (?:this file|it) (took more|needed more|gave more|crashed.*|ended.*)")


def findings(name: str, data: bytes, folder: Path, *, worker: bool = True) -> Iterator[str]:
    """What must not happen, of one file; and `library: ...` of what its library raised."""
    path = folder / name
    path.write_bytes(data)
    file = CorpusFile(name, path)
    try:
        began = time.process_time()
        with open_file(file) as opened:
            read = reading.read_documents(file, opened, reading.ReadOptions()) if worker else documents(file, opened)
            for outcome in read:
                if isinstance(outcome, Failure):
                    if overrun := _OVERRUN.search(outcome.message):
                        yield f"overrun: {overrun[0]}"
                    elif foreign := _FOREIGN.search(outcome.message):
                        yield f"library: {re.sub('[0-9]+', '0', foreign[1])}"
                else:
                    yield from _wrong_chunks(outcome)
        if path.suffix in TABLES:
            load_dataset(path)
        if (took := time.process_time() - began) > SECONDS:
            yield f"overrun: {took:.0f} s"
    except KotaeError:
        return
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        yield f"traceback: {type(error).__name__} at {Path(place.filename).name}:{place.lineno}"


def _wrong_chunks(document: LoadedDocument) -> Iterator[str]:
    for chunk in split(document, Chunking(), lambda texts: [len(text) // 2 + 1 for text in texts], 512):
        if document.text[chunk.start : chunk.end] != chunk.text:
            yield "chunk: it is not its document's text"


def fuzz(seconds: float, seed: int, keep: Path | None, *, worker: bool = True) -> Counter[str]:
    """Read damaged files for so many seconds; what was found, and how many files."""
    found: Counter[str] = Counter()
    chance = random.Random(seed)
    end = time.monotonic() + seconds
    reading._SECONDS = SECONDS
    with tempfile.TemporaryDirectory(prefix="kotae-fuzz-") as folder:
        for number, (suffix, data) in enumerate(stream(chance, EACH)):
            if time.monotonic() > end:
                return found
            found["files"] += 1
            what_of = list(findings(f"a{suffix}", data, Path(folder), worker=worker))
            for what in what_of:
                key = f"{suffix} {what}"
                found[key] += 1
                if keep is not None and found[key] <= 3:
                    keep.mkdir(parents=True, exist_ok=True)
                    (keep / f"{seed}-{number}{suffix}").write_bytes(data)
                    print(f"{seed}-{number}{suffix}: {what}", file=sys.stderr, flush=True)
    return found


def bad(found: Counter[str]) -> dict[str, int]:
    """Of what was found, what must not happen."""
    return {key: count for key, count in found.items() if key != "files" and " library: " not in key}


def main() -> int:
    """Print what was found; the exit status is 1 if anything must not happen."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.fuzz_readers", description=__doc__)
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    found = fuzz(60 * given.minutes, given.seed, given.keep)
    for key, count in found.most_common():
        print(f"{count:7} {key}")
    return int(bool(bad(found)))


if __name__ == "__main__":
    sys.exit(main())
