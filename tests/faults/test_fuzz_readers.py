"""The fuzzer of the readers, on forty files from a fixed seed; and that it would see what must not happen."""

from __future__ import annotations

import random
from collections import Counter
from itertools import islice
from pathlib import Path

import pytest

import ingest.documents
from ingest.formats import READERS, Part
from tests.faults.fuzz_readers import EACH, bad, findings
from tests.faults.mutations import MAKERS, stream


def test_every_format_is_damaged() -> None:
    assert {READERS[suffix] for suffix in MAKERS} == set(READERS.values())


@pytest.mark.usefixtures("process")
def test_nothing_happens_that_must_not(tmp_path: Path) -> None:
    found: Counter[str] = Counter()
    for suffix, data in islice(stream(random.Random(20261130), EACH), 40):
        found.update(f"{suffix} {what}" for what in findings(f"a{suffix}", data, tmp_path))
    assert bad(found) == {}


def test_an_error_of_no_kind_is_seen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def broken(*_: object) -> list[Part]:
        raise IndexError("list index out of range")

    monkeypatch.setattr(ingest.documents, "READERS", {".txt": broken})
    found = Counter(f".txt {what}" for what in findings("a.txt", b"x", tmp_path, worker=False))
    assert list(found) == [".txt library: list index out of range (a.txt)"]
    monkeypatch.setattr(ingest.documents, "READERS", None)
    monkeypatch.setattr("tests.faults.fuzz_readers.documents", broken)
    assert bad(Counter(findings("a.txt", b"x", tmp_path, worker=False)))
