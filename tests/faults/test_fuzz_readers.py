"""The fuzzer of the readers, for ten seconds from a fixed seed; and that it would see what must not happen."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

import ingest.documents
from ingest.formats import READERS, Part
from tests.faults.fuzz_readers import bad, findings, fuzz
from tests.faults.mutations import MAKERS


def test_every_format_is_damaged() -> None:
    assert set(MAKERS) == set(READERS)


def test_nothing_happens_that_must_not() -> None:
    found = fuzz(10.0, 20261130, None, worker=False)
    assert bad(found) == {}
    assert found["files"] > 20


def test_an_error_of_no_kind_is_seen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def broken(*_: object) -> list[Part]:
        raise IndexError("list index out of range")

    monkeypatch.setattr(ingest.documents, "READERS", {".txt": broken})
    found = Counter(f".txt {what}" for what in findings("a.txt", b"x", tmp_path, worker=False))
    assert list(found) == [".txt library: IndexError: list index out of range (a.txt)"]
    monkeypatch.setattr(ingest.documents, "READERS", None)
    monkeypatch.setattr("tests.faults.fuzz_readers.documents", broken)
    assert bad(Counter(findings("a.txt", b"x", tmp_path, worker=False)))
