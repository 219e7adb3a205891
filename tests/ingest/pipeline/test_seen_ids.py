"""Ids of a table: each but once, however many there are, in bounded memory."""

from __future__ import annotations

import tracemalloc
from contextlib import closing

import pytest

import ingest.pipeline.seen_ids
from ingest.pipeline.seen_ids import SeenIds
from rag.errors import CannotWrite
from tests.ingest.files import read_as


def test_the_first_place_of_an_id_is_kept() -> None:
    with closing(SeenIds()) as places:
        assert places.first("あ", "row=1") == "row=1"
        assert places.first("い", "row=2") == "row=2"
        assert places.first("あ", "row=3") == "row=1"
        assert places.first("A", "row=4") == "row=4"
        assert places.first("a", "row=5") == "row=5"


def test_memory_of_many_ids_is_bounded() -> None:
    tracemalloc.start()
    with closing(SeenIds()) as places:
        for number in range(20_000):
            assert places.first(f"id-{number}", f"line={number}") == f"line={number}"
        assert places.first("id-7", "line=0") == "line=7"
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100_000


def test_a_full_disk_is_no_fault_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(ingest.pipeline.seen_ids, "_database", full)
    with pytest.raises(CannotWrite, match="disk is full"):
        read_as("a.jsonl", b'{"id": "x", "text": "a"}')
