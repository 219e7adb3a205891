"""An index made by an earlier version of kotae opens, answers and needs no change.

`stored_index.zip` is the index of `SMALL_CORPUS` with the bundled encoder, made before its packages had their present
names. It must not be made again with newer code: a change of format needs another file beside it.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from ingest.sync import sync
from rag.errors import IndexDamaged
from rag.index.reader import open_index
from rag.retrieval.retriever import HybridRetriever
from tests.ingest.snapshots import assert_same_index
from tests.samples import SMALL_CORPUS, write_corpus


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    with zipfile.ZipFile(Path(__file__).with_name("stored_index.zip")) as archive:
        archive.extractall(tmp_path / "index")
    return tmp_path / "index"


@pytest.mark.usefixtures("encoder")
def test_a_stored_index_opens_and_finds(stored: Path) -> None:
    manifest = (stored / "manifest.json").read_bytes()
    retriever = HybridRetriever(index=open_index(stored))
    for question, source in (
        ("日本の首都はどこですか？", "ja/東京.txt"),
        ("What is the capital of Canada?", "en/ottawa.txt"),
        ("カナダの首都はどこですか？", "en/ottawa.txt"),
    ):
        assert retriever.search(question)[0].chunk.source == source
    assert (stored / "manifest.json").read_bytes() == manifest


@pytest.mark.usefixtures("encoder")
def test_a_sync_of_a_stored_index_reads_with_the_readers_of_today_and_embeds_nothing(
    stored: Path, tmp_path: Path
) -> None:
    before = (stored / "manifest.json").read_text("utf-8").partition('"corpus"')[0]
    corpus = write_corpus(tmp_path / "corpus", SMALL_CORPUS)
    report = sync(corpus, stored)
    assert (report.embedded, report.found, len(report.added), len(report.removed)) == (0, 8, 0, 0)
    report = sync(corpus, stored)
    assert (len(report.unchanged), report.embedded, report.found) == (8, 0, 8)
    assert (stored / "manifest.json").read_text("utf-8").partition('"corpus"')[0] == before
    sync(corpus, tmp_path / "again")
    assert_same_index(stored, tmp_path / "again")


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('"complete": true', '"complete": "yes"', "field complete: Input should be a valid boolean, not 'yes'"),
        ('"max_tokens": 128', '"max_tokens": "128"', "field chunking.max_tokens: Input should be a valid integer"),
        ('"revision": "', '"revision": 3, "x": "', "field encoder.revision: Input should be a valid string, not 3"),
        (
            ', "sources"',
            ', "sources": {"東京.txt": ["abc", "3", 0]}, "ignored"',
            "field sources.東京.txt.1: Input should",
        ),
        (', "sources"', ', "sources', "Invalid JSON: "),
        ('"max_tokens": 128', '"max_tokens": 128, "max_tokns": 64', "field chunking: a setting is missing or unknown"),
        ('"overlap"', '"overlaps"', "field chunking: a setting is missing or unknown"),
        ('"revision": "', '"trusted": true, "revision": "', "field encoder: a setting is missing or unknown"),
        ('"distance"', '"distanz"', "field distance: a setting is missing or unknown"),
    ],
)
def test_a_damaged_manifest_names_the_field(stored: Path, old: str, new: str, fault: str) -> None:
    path = stored / "manifest.json"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(IndexDamaged) as raised:
        open_index(stored)
    assert f"The manifest of the index cannot be read: {fault}" in str(raised.value)
    assert f"({path})" in str(raised.value)
    assert "kotae index drop" in str(raised.value)
