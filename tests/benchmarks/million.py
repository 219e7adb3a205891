"""Measure an index of a million chunks, or of so many: `python -m tests.benchmarks.million [CHUNKS [FOLDER]]`.

Documents of two chunks, 1,000 to a jsonl file, half Japanese, half English: words drawn from a million by Zipf's law,
the frequent ones those of `corpus`, the others made up. Vectors have 8 dimensions and take no time.

Each step runs in a process of its own and prints one line of JSON: ingests of 50 files each until the corpus has its
size, one of the unchanged folder, questions, an ingest of 1 % more, and questions again. FOLDER keeps corpus and index:
a later command, with the same number or a larger one, goes on from there. Of ingests and their parts there are seconds,
and seconds of processor, which other work on the machine changes less; of questions the seconds to open the index and
answer the first, then milliseconds (median and 95th percentile, time and processor time) of the lexical leg, of the
dense leg and of the whole retrieval, and the memory that is the process's own before and after.

`python -m tests.benchmarks.million lexical FOLDER COPIES` takes the lexical index of FOLDER so many times, with other
ids each time, merges all of it, and asks that: a vocabulary as of the smaller corpus, postings of the larger one.
"""

from __future__ import annotations

import functools
import json
import os
import re
import secrets
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import ingest.sync
from rag.index.reader import Index, open_index
from rag.lexical.merge import merge_segments
from rag.lexical.search import LexicalIndex
from rag.lexical.segment import Segment, segments_of, write_ids
from rag.records import LANGUAGES, Language
from rag.retrieval.retriever import CANDIDATES, HybridRetriever
from rag.text.language import detect
from rag.text.tagger import tagger
from tests.benchmarks.stand_in import InstantEncoder, in_process_of_its_own, peak_megabytes
from tests.samples import REPOSITORY

MODULE = "tests.benchmarks.million"
QUESTIONS = 200
DIMENSIONS, VOCABULARY, IN_A_FILE, FILES_AT_ONCE = 8, 1_000_000, 1000, 50
WORDS: dict[Language, int] = {"ja": 105, "en": 72}
"""Words of a document: somewhat more than the 128 tokens of a chunk."""
_KANJI = "山川海空火水木金土月日本京都東北道府県市町村鯨学校駅電車新聞時間問題会社政治経済文化歴史城寺橋島谷原田森"
_KATAKANA = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモラリルレロン"
_SYLLABLES = [first + second for first in "bdfghjklmnprstvwz" for second in ("a", "e", "i", "o", "u", "an", "er", "is")]
_PHASES = ("find", "make_plan", "write_files", "_finish", "secondary_indexes_of")


class Encoder(InstantEncoder):
    """Counts tokens as the bundled encoder does on average."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [1 + int(len(text) / (4 if text.isascii() else 1.7)) for text in texts]


class Vocabulary:
    """Words of a language, the most frequent first, and texts drawn from them by Zipf's law."""

    def __init__(self, language: Language) -> None:
        self.language = language
        texts = [path.read_text("utf-8") for path in sorted((REPOSITORY / "corpus" / language).iterdir())]
        counts: Counter[str] = Counter()
        for text in texts:
            counts.update(re.findall(r"[A-Za-z']+", text) if language == "en" else map(str, tagger()(text)))
        self._real = [word for word, _ in counts.most_common() if word not in "。「」（）"]
        shares = 1 / (np.arange(VOCABULARY) + 2.7)
        self._cumulated = np.cumsum(shares / shares.sum())

    def word(self, rank: int) -> str:
        """The word of a rank; those beyond the real ones are numbers in letters."""
        if rank < len(self._real):
            return self._real[rank]
        letters: Sequence[str] = _SYLLABLES if self.language == "en" else (_KANJI, _KATAKANA)[rank % 2]
        number, made = rank * 7919 + len(letters) ** 2, ""
        while number:
            number, letter = divmod(number, len(letters))
            made += letters[letter]
        return made

    def texts(self, first: int, count: int, words: int) -> Iterator[str]:
        """Texts of so many words, in sentences of a dozen; the same for the same numbers."""
        draws = np.random.default_rng([first, words, self.language == "ja"]).random((count, words))
        blank, end = (" ", ". ") if self.language == "en" else ("", "。")
        for row in np.searchsorted(self._cumulated, draws).tolist():
            drawn = [self.word(rank) for rank in row]
            yield end.join(blank.join(drawn[start : start + 12]) for start in range(0, words, 12)) + end.rstrip()


def make_corpus(folder: Path, first: int, count: int) -> None:
    """Write the documents from number `first` on."""
    vocabularies = [Vocabulary("ja"), Vocabulary("en")]
    folder.mkdir(parents=True, exist_ok=True)
    for start in range(first, first + count, IN_A_FILE):
        lines = []
        for vocabulary in vocabularies:
            texts = vocabulary.texts(start, IN_A_FILE // 2, WORDS[vocabulary.language])
            for number, text in enumerate(texts):
                document = {"id": f"{vocabulary.language}{number}", "text": text, "lang": vocabulary.language}
                lines.append(json.dumps(document, ensure_ascii=False) + "\n")
        (folder / f"{start // IN_A_FILE:06}.jsonl").write_text("".join(lines), encoding="utf-8")


def questions() -> list[str]:
    """Ten words in a row, half of them Japanese."""
    drawn = [list(Vocabulary(language).texts(10**9, QUESTIONS // 2, 10)) for language in ("ja", "en")]
    return [text for pair in zip(*drawn, strict=True) for text in pair]


def ingested(folder: Path) -> dict[str, Any]:
    """Sync, with the seconds of its parts."""
    seconds: dict[str, list[float]] = {}

    def timed(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def measured(*given: Any, **named: Any) -> Any:
            began, processor = time.monotonic(), time.process_time()
            result = call(*given, **named)
            seconds[name] = [round(time.monotonic() - began, 2), round(time.process_time() - processor, 2)]
            return result

        return measured

    for name in _PHASES:
        setattr(ingest.sync, name, timed(name, getattr(ingest.sync, name)))
    ingest.sync.sync = timed("whole", ingest.sync.sync)
    report = ingest.sync.sync(folder / "corpus", folder / "index")
    sizes = {name: _megabytes(folder / "index" / name) for name in ("chroma", "derived")}
    return {"chunks": report.chunks, "embedded": report.embedded} | seconds | {"mb": sizes}


def asked(folder: Path) -> dict[str, Any]:
    """Open the index and ask."""
    texts = questions()
    began = time.monotonic()
    index = open_index(folder / "index")
    retriever = HybridRetriever(index=index)
    retriever.search("日本の首都")
    figures: dict[str, Any] = {"open": round(time.monotonic() - began, 2), "own_mb_before": _own_megabytes()}
    legs: dict[str, Callable[[str], object]] = {
        "lexical": functools.partial(_lexical, index.secondary.lexical),
        "dense": functools.partial(_dense, index),
        "whole": retriever.search,
    }
    for name, leg in legs.items():
        taken = np.array([_milliseconds(leg, text) for text in texts])
        figures[name] = np.percentile(taken, (50, 95), axis=0).round(1).tolist()
    return figures | {"own_mb_after": _own_megabytes()}


def multiplied(folder: Path, copies: int, scratch: Path) -> dict[str, Any]:
    """Ask the lexical index of a folder taken so many times."""
    (derived,) = (folder / "index" / "derived").glob("[!.]*")
    figures: dict[str, Any] = {}
    for language in LANGUAGES:
        parts = []
        for segment in segments_of(derived / language) * copies:
            parts.append(scratch / f"parts-{language}" / str(len(parts)))
            shutil.copytree(segment.folder, parts[-1], copy_function=os.link, ignore=shutil.ignore_patterns("*ids.bin"))
            (parts[-1] / "order.bin").unlink()
            write_ids(parts[-1], np.array([secrets.token_hex(16).encode() for _ in segment.ids], dtype="S32"))
        processor = time.process_time()
        merge_segments([Segment(part) for part in parts], scratch / "all" / language / "000000001")
        figures[language] = {"chunks": segments_of(scratch / "all" / language)[0].chunks}
        figures[language]["merge"] = round(time.process_time() - processor, 1)
        shutil.rmtree(scratch / f"parts-{language}")
    lexical = LexicalIndex(scratch / "all")
    _lexical(lexical, "日本の首都はTokyo")
    before = _own_megabytes()
    taken = np.array([_milliseconds(functools.partial(_lexical, lexical), text) for text in questions()])
    figures |= {"lexical": np.percentile(taken, (50, 95), axis=0).round(1).tolist(), "mb": _megabytes(scratch / "all")}
    return figures | {"own_mb_before": before, "own_mb_after": _own_megabytes()}


def _lexical(lexical: LexicalIndex, question: str) -> None:
    for language in LANGUAGES:
        lexical.search(question, detect(question), CANDIDATES, among=language)


def _dense(index: Index, question: str) -> None:
    vectors = index.encoder.encode_queries([question])
    for language in LANGUAGES:
        index.store.nearest(vectors, CANDIDATES, language)


def _milliseconds(leg: Callable[[str], object], question: str) -> tuple[float, float]:
    began, processor = time.perf_counter(), time.process_time()
    leg(question)
    return 1000 * (time.perf_counter() - began), 1000 * (time.process_time() - processor)


def _megabytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) // 10**6


def _own_megabytes() -> int:
    """Memory of this process that no file backs."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(re.search(r"RssAnon:\s+(\d+) kB", status)[1]) // 1000  # type: ignore[index]


def main(chunks: int, folder: Path) -> None:
    """Run every step, each in a process of its own."""
    corpus, wanted = folder / "corpus", max(1, chunks // 2 // IN_A_FILE)
    corpus.mkdir(parents=True, exist_ok=True)

    def show(step: str, what: str) -> None:
        print(json.dumps({"step": step} | in_process_of_its_own(MODULE, what, folder)), flush=True)

    def grow(files: int) -> None:
        make_corpus(corpus, IN_A_FILE * len(list(corpus.iterdir())), IN_A_FILE * files)

    while (missing := wanted - len(list(corpus.iterdir()))) > 0:
        grow(min(missing, FILES_AT_ONCE))
        show("grow", "ingest")
    show("again", "ingest")
    show("questions", "ask")
    grow(max(1, wanted // 100))
    show("more", "ingest")
    show("questions", "ask")


if __name__ == "__main__":
    what, *rest = sys.argv[1:] or ["1000000"]
    if what.isdigit():
        with tempfile.TemporaryDirectory() as scratch:
            main(int(what), Path(rest[0]) if rest else Path(scratch))
    elif what == "lexical":
        with tempfile.TemporaryDirectory(dir=rest[0]) as scratch:
            print(json.dumps(multiplied(Path(rest[0]), int(rest[1]), Path(scratch))))
    else:
        import rag.index.reader

        encoder = Encoder(DIMENSIONS)
        ingest.sync.open_encoder = rag.index.reader.open_encoder = lambda _: encoder  # type: ignore[assignment]
        result = {"ingest": ingested, "ask": asked}[what](Path(rest[0]))
        print(json.dumps(result | {"peak_mb": round(peak_megabytes())}))
