"""The lexical index on disk: BM25 as bm25s computes it, and after any history what a whole rebuild would find."""

from __future__ import annotations

import gc
import os
import random
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import bm25s
import numpy as np
import pytest

import rag.lexical.build
import rag.lexical.merge
import rag.lexical.segment
from rag.lexical.build import WORDS, fields_of, write_language_index
from rag.lexical.columns import K1, B, TermColumns
from rag.lexical.search import LexicalIndex
from rag.lexical.segment import segments_of
from rag.records import Chunk
from tests.lexical_files import id_array, lexical_contents

SYLLABLES = "山 川 海 空 火 水 木 金 土 月 鯨 鮪 whale squid tuna salt wind rock".split()
QUESTIONS = [("鯨と塩", "ja"), ("山の水、月の海", "ja"), ("題3", "ja"), ("whale in the sea", "en"), ("rock 5", "en")]


def corpus(seed: int, count: int) -> dict[str, Chunk]:
    """A sample of 300 chunks, each of which always says the same, as its id is a hash of that."""
    chunks = {}
    for n in random.Random(seed).sample(range(300), count):
        chance = random.Random(n)
        text = " ".join(chance.choices(SYLLABLES, k=chance.randrange(30)))
        chunks[f"{n:032x}"] = Chunk(f"{n:032x}", text, f"題{n % 7}", f"{n}.txt", "ja", 0, len(text), 0)
    return chunks


def write(folder: Path, chunks: Mapping[str, Chunk], before: Path | None = None) -> list[str]:
    """Write an index; gives the ids of the chunks that were asked for."""
    asked: list[str] = []

    def chunks_of(ids: Sequence[str]) -> Mapping[str, Chunk]:
        asked.extend(ids)
        return {own: chunks[own] for own in ids}

    write_language_index(folder / "ja", id_array(chunks), chunks_of, fields_of("ja"), before / "ja" if before else None)
    return asked


def found(folder: Path) -> list[object]:
    """Everything that questions find, in its order, with scores and margins to the last bit."""
    index = LexicalIndex(folder)
    also = [f"{n:032x}" for n in range(0, 300, 37)]
    return [
        list(index.search(text, language, count, among="ja", also=also).items())
        for text, language in QUESTIONS
        for count in (1, 7, 300)
    ]


@pytest.fixture
def small_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many segments and merges in a small index."""
    monkeypatch.setattr(rag.lexical.build, "_BLOCK", 4)
    monkeypatch.setattr(rag.lexical.build, "_POSTINGS", 100)
    monkeypatch.setattr(rag.lexical.merge, "SMALL", 8)
    monkeypatch.setattr(rag.lexical.merge, "FACTOR", 3)
    monkeypatch.setattr(rag.lexical.merge, "_RANGE", 50)


@pytest.mark.usefixtures("small_segments")
def test_scores_are_those_of_bm25s(tmp_path: Path) -> None:
    chunks = corpus(1, 150)
    write(tmp_path, chunks)
    cut = fields_of("ja")[WORDS]
    expected = bm25s.BM25(k1=K1, b=B)
    ids = sorted(chunks)
    expected.index([cut(f"{chunks[own].title}\n{chunks[own].text}") for own in ids], show_progress=False)
    segments = segments_of(tmp_path / "ja")
    assert len(segments) > 1
    rows = np.argsort(np.concatenate([segment.ids for segment in segments]))
    columns = TermColumns(segments, WORDS)
    for term in set(expected.vocab_dict) - {""}:
        scores = np.zeros(len(ids), dtype=np.float32)
        where, what = columns.column(term)
        scores[where] = what
        assert np.allclose(scores[rows], expected.get_scores([term]), atol=1e-6)
    assert "鸚鵡" not in columns


@pytest.mark.slow
@pytest.mark.usefixtures("small_segments")
@pytest.mark.parametrize("seed", range(3))
def test_after_any_history_it_finds_what_a_whole_rebuild_finds(tmp_path: Path, seed: int) -> None:
    before, held = None, {}
    for step in range(7):
        chance = random.Random(100 * seed + step)
        chunks = corpus(chance.randrange(10**6), chance.choice([3, 20, 90, 250])) | dict(
            chance.sample(sorted(held.items()), len(held) // 2)
        )
        asked = write(tmp_path / str(step), chunks, before)
        assert sorted(asked) == sorted(set(chunks) - set(held)), "only new chunks are cut into words"
        before, held = tmp_path / str(step), chunks
        write(tmp_path / f"anew {step}", chunks)
        assert lexical_contents(before / "ja") == lexical_contents(tmp_path / f"anew {step}" / "ja")
        assert found(before) == found(tmp_path / f"anew {step}")


def test_segments_do_not_change_what_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "one", corpus(8, 250))
    monkeypatch.setattr(rag.lexical.build, "_BLOCK", 16)
    monkeypatch.setattr(rag.lexical.build, "_POSTINGS", 1)
    monkeypatch.setattr(rag.lexical.merge, "FACTOR", 100)
    write(tmp_path / "many", corpus(8, 250))
    assert len(segments_of(tmp_path / "one" / "ja")) == 1
    assert len(segments_of(tmp_path / "many" / "ja")) == 16
    assert found(tmp_path / "one") == found(tmp_path / "many")


@pytest.mark.usefixtures("small_segments")
def test_few_segments_and_each_chunk_copied_a_few_times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copied: list[int] = []
    merge = rag.lexical.merge.merge_segments
    monkeypatch.setattr(
        rag.lexical.build,
        "merge_segments",
        lambda segments, folder: (copied.append(sum(one.chunks for one in segments)), merge(segments, folder)),
    )
    chunks = corpus(5, 300)
    ids = sorted(chunks)
    for count in range(6, 301, 6):
        before = tmp_path / str(count - 6) if count > 6 else None
        write(tmp_path / str(count), {own: chunks[own] for own in ids[:count]}, before)
        assert len(segments_of(tmp_path / str(count) / "ja")) <= 2 * 5
    assert sum(copied) <= 4 * 300


@pytest.mark.usefixtures("small_segments")
def test_what_was_merged_is_no_longer_mapped_when_it_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    maps = Path("/proc/self/maps")
    mapped: list[int] = []
    removed: list[int] = []
    if not maps.exists():
        pytest.skip("no /proc")

    def watch(what: list[int], call: Callable[..., object]) -> Callable[..., object]:
        def watched(*arguments: Any) -> object:
            what.append(maps.read_text(encoding="utf-8").count(str(tmp_path)))
            return call(*arguments)

        return watched

    monkeypatch.setattr(rag.lexical.segment, "_MAPPED", 0)
    monkeypatch.setattr(rag.lexical.build, "segments_to_merge", watch(mapped, rag.lexical.build.segments_to_merge))
    monkeypatch.setattr(shutil, "rmtree", watch(removed, shutil.rmtree))
    enabled = gc.isenabled()
    gc.disable()
    try:
        write(tmp_path, corpus(2, 150))
    finally:
        if enabled:
            gc.enable()
    assert max(mapped) > 0
    assert set(removed) == {0}


def test_what_does_not_change_is_shared(tmp_path: Path) -> None:
    chunks = corpus(6, 200)
    gone, *_ = chunks
    write(tmp_path / "before", chunks)
    write(tmp_path / "after", {own: chunk for own, chunk in chunks.items() if own != gone}, tmp_path / "before")
    files = [path.relative_to(tmp_path / "before") for path in (tmp_path / "before").rglob("*.bin")]
    assert all(os.path.samefile(tmp_path / "before" / path, tmp_path / "after" / path) for path in files)
    assert len(list((tmp_path / "after").rglob("*.bin"))) == len(files) + 1, "the list of deleted rows"


def test_file_system_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(1, "Operation not permitted")

    write(tmp_path / "before", corpus(6, 20))
    monkeypatch.setattr(os, "link", refuse)
    write(tmp_path / "after", corpus(6, 20), tmp_path / "before")
    assert found(tmp_path / "before") == found(tmp_path / "after")


def test_word_that_no_chunk_has_any_more_is_forgotten(tmp_path: Path) -> None:
    chunks = corpus(3, 40)
    gone = Chunk("f" * 32, "鸚鵡貝", "", "x.txt", "ja", 0, 3, 0)
    write(tmp_path / "before", {**chunks, gone.id: gone})
    write(tmp_path / "after", chunks, tmp_path / "before")
    assert LexicalIndex(tmp_path / "before").search("鸚鵡貝", "ja", 9)
    assert LexicalIndex(tmp_path / "after").search("鸚鵡貝", "ja", 9) == {}


def test_from_and_to_nothing(tmp_path: Path) -> None:
    assert write(tmp_path / "none", {}) == []
    assert not (tmp_path / "none" / "ja").exists()
    chunks = corpus(4, 20)
    assert len(write(tmp_path / "some", chunks, tmp_path / "none")) == 20
    write(tmp_path / "none again", {}, tmp_path / "some")
    assert not (tmp_path / "none again" / "ja").exists()
    silent = {own.id: own for own in [Chunk("a" * 32, "。。。", "", "x.txt", "ja", 0, 3, 0)]}
    write(tmp_path / "silent", silent)
    assert LexicalIndex(tmp_path / "silent").search("鯨。", "ja", 9, also=["a" * 32])["a" * 32].score == 0


def test_equal_scores_come_in_the_order_of_ids(tmp_path: Path) -> None:
    chunks = {f"{n:032x}": Chunk(f"{n:032x}", "鯨の話。", "", f"{n}.txt", "ja", 0, 4, 0) for n in (5, 3, 9, 1)}
    write(tmp_path, chunks)
    assert list(LexicalIndex(tmp_path).search("鯨", "ja", 3)) == [f"{n:032x}" for n in (1, 3, 5)]
