"""For benchmarks: an encoder that answers at once, corpora of any size, and figures from a process of their own."""

from __future__ import annotations

import csv
import itertools
import json
import random
import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rag.encoders.embeddings import EncoderIdentity
from tests.samples import REPOSITORY

DIMENSIONS = 384
_JAPANESE = "山川海空火水木金土月日本京都東北道府県市町村鯨鮪学校駅電車新聞時間問題会社政治経済文化歴史"
_ENGLISH = (
    "river mountain sea sky fire water wood gold earth moon school station train paper time company history".split()
)


class InstantEncoder:
    """Vectors that point in few hundred directions with some noise, as sentences' do; a token is two characters."""

    identity = EncoderIdentity("instant", "1", "", "")
    window = 512

    def __init__(self, dimensions: int = DIMENSIONS) -> None:
        self._topics = np.random.default_rng(0).standard_normal((256, dimensions), dtype=np.float32)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        seeds = [hash(text) & 0xFFFFFFFF for text in texts]
        topics = self._topics[[seed % 256 for seed in seeds]]
        vectors = topics + np.random.default_rng(seeds[0] if seeds else 0).standard_normal(topics.shape, np.float32)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)

    encode_queries = encode_each = encode

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [(len(text) + 1) // 2 for text in texts]


def document(number: int, letters: int = 200) -> str:
    """A text of about so many letters, Japanese or English, sentence by sentence."""
    chance = random.Random(number)
    text = ""
    while len(text) < letters:
        if number % 2:
            text += (
                "".join(chance.choices(_JAPANESE, k=chance.randrange(8, 30))) + f"は{chance.randrange(9999)}である。"
            )
        else:
            text += (
                " ".join(chance.choices(_ENGLISH, k=chance.randrange(5, 15))).capitalize()
                + f" {chance.randrange(9999)}. "
            )
    return text


def make_corpus(folder: Path, count: int, letters: tuple[int, int] = (200, 200), in_a_file: int = 1) -> Path:
    """So many documents: a file each, a thousand to a folder; or jsonl files of so many.

    Every other is English, of so many letters as `letters` says first, the rest Japanese, of so many as it says second.
    """
    if in_a_file > 1:
        folder.mkdir(parents=True)
        for number in range(count):
            line = {
                "id": str(number),
                "text": document(number, letters[number % 2]),
                "lang": "ja" if number % 2 else "en",
            }
            with (folder / f"{number // in_a_file:06}.jsonl").open("a", encoding="utf-8") as file:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
        return folder
    for number in range(count):
        path = folder / f"{number // 1000:03}" / f"{number:06}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(document(number, letters[number % 2]), encoding="utf-8")
    return folder


def make_table(path: Path, megabytes: int) -> Path:
    """One jsonl or csv file of about so many megabytes, rows of some 500 bytes."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        if path.suffix == ".csv":
            rows.writerow(["id", "text", "lang"])
        for number in itertools.count():
            line = {"id": str(number), "text": document(number), "lang": "ja" if number % 2 else "en"}
            if path.suffix == ".csv":
                rows.writerow(line.values())
            else:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
            if number % 1000 == 0 and path.stat().st_size >= megabytes * 1_000_000:
                return path
    raise AssertionError


def use_instant_encoder(dimensions: int = DIMENSIONS) -> None:
    """Let this process open no other encoder."""
    import ingest.sync
    import rag.index.reader

    encoder = InstantEncoder(dimensions)
    ingest.sync.open_encoder = rag.index.reader.open_encoder = lambda _: encoder  # type: ignore[assignment]


def peak_megabytes() -> float:
    """The most memory that this process had at once."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)


def in_process_of_its_own(module: str, *arguments: object) -> dict[str, Any]:
    """The JSON object that `python -m MODULE ARGUMENTS` prints last."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    done = subprocess.run(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))
