"""The lexical index on disk: bm25s's own scores, the same bytes after any history, in little memory."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import bm25s
import numpy as np
import pytest

import rag.lexical.build
from rag.lexical.build import WORDS, fields_of, write_language_index
from rag.lexical.search import LexicalIndex
from rag.records import Chunk
from tests.lexical_files import id_array

SYLLABLES = "山 川 海 空 火 水 木 金 土 月 鯨 鮪 whale squid tuna salt wind rock".split()


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several blocks of chunks and ranges of terms in a small index."""
    monkeypatch.setattr(rag.lexical.build, "_BLOCK", 16)
    monkeypatch.setattr(rag.lexical.build, "_RANGE", 100)


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
        return {one: chunks[one] for one in ids}

    write_language_index(folder / "ja", id_array(chunks), chunks_of, fields_of("ja"), before / "ja" if before else None)
    return asked


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_scores_are_those_of_bm25s(tmp_path: Path) -> None:
    chunks = corpus(1, 150)
    write(tmp_path, chunks)
    cut = fields_of("ja")[WORDS]
    expected = bm25s.BM25(k1=rag.lexical.build.K1, b=rag.lexical.build.B)
    ids = sorted(chunks)
    expected.index([cut(f"{chunks[one].title}\n{chunks[one].text}") for one in ids], show_progress=False)
    mine = bm25s.BM25.load(str(tmp_path / "ja" / WORDS), mmap=True)
    assert isinstance(mine.scores["data"], np.memmap)
    for query in (["鯨"], ["whale", "塩"], ["題", "3", "山", "rock"]):
        known = [term for term in query if term in mine.vocab_dict]
        assert np.allclose(mine.get_scores(known), expected.get_scores(known), atol=1e-6)
    assert set(mine.vocab_dict) == set(expected.vocab_dict) - {""}


@pytest.mark.parametrize("seed", range(5))
def test_following_changes_is_as_building_anew(tmp_path: Path, seed: int) -> None:
    before, after = corpus(seed, 90), corpus(seed + 100, 120)
    write(tmp_path / "before", before)
    asked = write(tmp_path / "after", after, tmp_path / "before")
    assert sorted(asked) == sorted(set(after) - set(before))
    assert len(asked) < len(after)
    write(tmp_path / "anew", after)
    assert contents(tmp_path / "after") == contents(tmp_path / "anew")


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
    silent = {one.id: one for one in [Chunk("a" * 32, "。。。", "", "x.txt", "ja", 0, 3, 0)]}
    write(tmp_path / "silent", silent)
    assert not (tmp_path / "silent" / "ja").exists()


def test_equal_scores_come_in_the_order_of_ids(tmp_path: Path) -> None:
    chunks = {f"{n:032x}": Chunk(f"{n:032x}", "鯨の話。", "", f"{n}.txt", "ja", 0, 4, 0) for n in (5, 3, 9, 1)}
    write(tmp_path, chunks)
    assert list(LexicalIndex(tmp_path).search("鯨", "ja", 3)) == [f"{n:032x}" for n in (1, 3, 5)]
