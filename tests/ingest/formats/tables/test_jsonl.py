"""JSON Lines: what a line lacks is named in few words, and a line that cannot be used costs no other."""

from __future__ import annotations

import json

import pytest

from ingest.documents import LoadedDocument
from rag.records import Failure
from tests.ingest.files import read_as

GOOD = {"text": "受付は九時からです。"}
WIDE = {f"k{at}": 1 for at in range(50_000)}
CASES = {
    "fields": (WIDE, (), "has no `text`; it has 'k0', 'k1'"),
    "columns": ({**WIDE, **GOOD}, ("place",), "has no place; it has 'k0', 'k1'"),
    "id": ({**GOOD, "id": "x" * 100_000}, (), "id of this document has 100,000 characters, and may have 500"),
    "language": ({**GOOD, "lang": "x" * 100_000}, (), "this document has lang: xxx"),
    "nothing": ({}, (), "it has nothing"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_failure_is_short(case: str) -> None:
    value, columns, about = CASES[case]
    good = {**GOOD, "place": "東京"}
    failed, found = read_as("a.jsonl", f"{json.dumps(value)}\n{json.dumps(good)}\n".encode(), *columns)
    assert isinstance(failed, Failure)
    assert about in failed.message
    assert len(failed.message) < 1100
    assert isinstance(found, LoadedDocument)
    assert found.source == "a.jsonl#line=2"


def test_a_long_id() -> None:
    (found,) = read_as("a.jsonl", json.dumps({**GOOD, "id": "x" * 500}).encode())
    assert isinstance(found, LoadedDocument)
    assert found.source == f"a.jsonl#{'x' * 500}"
