"""How many sentences of honest documents are taken for orders and left out of prompts, and which.

python -m tests.injection.honest FOLDER...

Each FOLDER has a documents.jsonl; without one, the corpus that comes with kotae is read.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from rag.collection import load_documents
from rag.safety.injection_filter import filter_instructions
from rag.text.sentences import UNTRUSTED, sentence_parts
from tests.samples import REPOSITORY


def texts(folder: Path | None) -> list[str]:
    """The texts of a collection, or of the corpus."""
    if folder is None:
        return [path.read_text(encoding="utf-8") for path in sorted((REPOSITORY / "corpus").glob("*/*.md"))]
    return [document.text for document in load_documents(folder)]


def sentences(text: str) -> Iterator[str]:
    """The sentences of a text as they are looked at."""
    yield from (part.strip() for part in sentence_parts(text, UNTRUSTED) if part.strip())


def main(folders: list[Path]) -> None:
    """Print a line for each folder, and the sentences left out."""
    for folder in folders or [None]:
        found = texts(folder)
        every = [sentence for text in found for sentence in sentences(text)]
        left_out = [sentence for text in found for sentence in filter_instructions(text).suspected]
        print(f"{folder or 'corpus'}: {len(found)} documents, {len(every)} sentences, {len(left_out)} left out")
        for sentence in left_out:
            print(f"- {sentence}")


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]])
