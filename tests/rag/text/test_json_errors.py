"""What is wrong with JSON is said without words of Python, in every file that is JSON."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.dataset.load import load_dataset
from rag.collection import json_lines
from rag.errors import DatasetError
from tests.ingest.files import read_as

DEEP, LONG = b"[" * 100_000, b"9" * 5000
FAULTS = [(DEEP, "nested too deeply"), (LONG, "more than 4,300 digits")]


@pytest.mark.parametrize(("value", "words"), FAULTS, ids=["deep", "long"])
def test_in_documents(value: bytes, words: str) -> None:
    for name, data in (("a.jsonl", b'{"id": %s}\n'), ("a.ipynb", b'{"cells": %s}')):
        (found,) = read_as(name, data.replace(b"%s", value))[:1]
        assert words in getattr(found, "message", "")


@pytest.mark.parametrize(("value", "words"), FAULTS, ids=["deep", "long"])
def test_in_sets_and_collections(tmp_path: Path, value: bytes, words: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"question": "q", "answer": "a"}\n{"question": %s}\n'.replace(b"%s", value))
    with pytest.raises(DatasetError, match=words):
        load_dataset(path)
    with pytest.raises(DatasetError, match=words):
        list(json_lines(path))
