"""Count how often short texts in legacy encodings are read right, named, or read as other letters.

    python -m tests.benchmarks.encoding_guesses FOLDER ...

Each folder has documents.jsonl and questions.jsonl, as `kotae eval retrieval` reads them. Texts are sentences with
typographic signs, answers, and tables of three answers; charset-normalizer is measured on the same bytes.
"""

from __future__ import annotations

import json
import random
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from rag.errors import UnreadableDocument
from rag.text.encoding_detection import decode

_JAPANESE, _WESTERN = ("cp932", "euc_jp"), ("cp1252", "iso8859_15", "mac_roman")
_COUNT = 400


def kotae(data: bytes) -> str | None:
    """Return the text, None if the file is refused."""
    try:
        return decode(data, "a.txt")
    except UnreadableDocument:
        return None


def charset_normalizer(data: bytes) -> str | None:
    """Return the text of charset-normalizer's best guess."""
    from charset_normalizer import from_bytes

    best = from_bytes(data).best()
    return None if best is None else str(best)


def _texts(folders: Sequence[Path]) -> Iterator[str]:
    chance = random.Random(1)
    for folder in folders:
        documents, questions = (
            [json.loads(line) for line in (folder / name).read_text(encoding="utf-8").splitlines()]
            for name in ("documents.jsonl", "questions.jsonl")
        )
        sentences = [part for row in documents for part in re.split(r"(?<=[。.?!])\s*", row["text"]) if part.strip()]
        answers = [answer for row in questions for answer in row["answers"] if len(answer) < 40]
        yield from map(_typographic, chance.sample(sentences, min(4 * _COUNT, len(sentences))))
        yield from chance.sample(answers, min(_COUNT, len(answers)))
        for _ in range(_COUNT):
            yield "\n".join(f"{number},{','.join(chance.sample(answers, 2))}" for number in range(1, 4))


def _typographic(text: str) -> str:
    text = re.sub(r"(?<=[a-z])'(?=[a-z])", "’", text)
    return re.sub(r'"([^"]*)"', r"“\1”", text).replace(" - ", " – ")


def _same(outcome: str, text: str) -> bool:
    """Tell whether two texts are the same but for signs that CP932 and EUC-JP map to different letters."""
    return unicodedata.normalize("NFKC", outcome.replace("～", "〜").replace("－", "−")) == unicodedata.normalize(
        "NFKC", text.replace("～", "〜").replace("－", "−")
    )


def _encoded(texts: Sequence[str], encoding: str) -> Iterator[tuple[str, bytes]]:
    for text in texts:
        try:
            data = text.encode(encoding)
        except UnicodeEncodeError:
            continue
        if not data.isascii() and (encoding in _WESTERN) == (not re.search("[\u3040-\u9fff]", text)):
            yield text, data


def main(folders: Sequence[Path]) -> None:
    """Print a line for each encoding and reader."""
    texts = list(_texts(folders))
    readers: tuple[Callable[[bytes], str | None], ...] = (kotae, charset_normalizer)
    for encoding in (*_JAPANESE, *_WESTERN):
        for reader in readers:
            counts: Counter[str] = Counter()
            for text, data in _encoded(texts, encoding):
                outcome = reader(data)
                counts["named" if outcome is None else "right" if _same(outcome, text) else "wrong"] += 1
            print(encoding, reader.__name__, {name: counts[name] for name in ("right", "named", "wrong")})


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]])
