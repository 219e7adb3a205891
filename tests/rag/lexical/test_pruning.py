"""What is pruned is what reading everything finds, to the last bit, with less read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

import rag.lexical.build
import rag.lexical.pruning
from rag.lexical.build import write_language_index
from rag.lexical.columns import TermColumns
from rag.lexical.pruning import PrunedSums, best_score
from rag.lexical.segment import segments_of
from rag.records import Chunk
from tests.lexical_files import id_array
from tests.rows import each_row

CHUNKS, COUNT = 4000, 20
WEIGHT = 0.3


@pytest.fixture(autouse=True, params=[0, 30_000, 10**6])
def few(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Nothing, some fields, and everything is read whole."""
    monkeypatch.setattr(rag.lexical.pruning, "_FEW", request.param)
    return int(request.param)


@pytest.fixture(scope="module", params=[1, 4])
def columns(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> TermColumns:
    """A field in one segment, or in several with deleted chunks."""
    chance = np.random.default_rng(3)
    shares = 1 / np.arange(1, 401)
    draws = chance.choice(400, size=(CHUNKS, 30), p=shares / shares.sum())
    chunks = {
        f"{n:032x}": Chunk(f"{n:032x}", " ".join(f"w{word}" for word in row[: 5 + n % 25]), "", "", "en", 0, 1, 0)
        for n, row in enumerate(draws)
    }

    def chunks_of(ids: Sequence[str]) -> Mapping[str, Chunk]:
        return {own: chunks[own] for own in ids}

    folder = tmp_path_factory.mktemp("field")
    with pytest.MonkeyPatch.context() as patch:
        if request.param > 1:
            patch.setattr(rag.lexical.build, "_POSTINGS", 12_000)
        write_language_index(folder / "all", id_array(chunks), chunks_of, {"field": str.split})
        if request.param > 1:
            kept = id_array(own for n, own in enumerate(chunks) if n % 7)
            write_language_index(folder / "some", kept, chunks_of, {"field": str.split}, folder / "all")
    segments = segments_of(folder / ("all" if request.param == 1 else "some"))
    assert len(segments) == request.param
    return TermColumns(segments, "field")


@pytest.mark.parametrize("seed", range(12))
def test_the_best_and_those_asked_for_have_their_scores_to_the_last_bit(columns: TermColumns, seed: int) -> None:
    chance = np.random.default_rng(seed)
    parts = [
        ([f"w{word}" for word in {*chance.integers(0, 12, 8).tolist(), *chance.integers(12, 420, 4).tolist()}], 1.0),
        ([f"w{word}" for word in chance.integers(0, 60, 9)], WEIGHT),
    ]
    expected = np.zeros(CHUNKS, dtype=np.float32)
    sums = PrunedSums(CHUNKS)
    for terms, weight in parts:
        added = np.zeros_like(expected)
        for term in dict.fromkeys(terms):
            rows, score = columns.column(term)
            added[rows] += score
        expected += weight * added
        sums.add(columns, terms, weight)
        if weight == 1.0:  # what the first field says alone can be asked for before the second is added
            rows, scores = sums.best(1, np.zeros(0, dtype=np.int64))
            assert scores.max() == expected.max()
    also = np.unique(chance.choice(np.flatnonzero(expected > 0), 5))
    rows, scores = sums.best(COUNT, also)
    assert np.array_equal(scores, expected[rows])
    level = np.sort(expected)[-COUNT]
    assert set(np.flatnonzero(expected >= level)) | set(also) <= set(rows)


def test_frequent_terms_are_not_read_where_rare_ones_decide(
    columns: TermColumns, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    if few:
        pytest.skip("everything is read")
    read: list[str] = []
    column = TermColumns.column
    monkeypatch.setattr(TermColumns, "column", lambda self, term: (read.append(term), column(self, term))[1])
    sums = PrunedSums(CHUNKS)
    rare = ["w398", "w397", "w396", "w395", "w394"]
    sums.add(columns, ["w0", "w1", *rare], 1.0)
    sums.best(10, np.zeros(0, dtype=np.int64))
    assert set(read) == set(rare)


@pytest.mark.slow
def test_long_question(tmp_path: Path) -> None:
    """Equal sums of a thousand terms, which float32 rounds differently in the order that they are read in."""
    alike, terms = 30, [f"w{n}" for n in range(1200)]
    times = np.random.default_rng(1).integers(1, 13, len(terms))
    texts = [" ".join(np.repeat(terms, np.roll(times, 40 * n))) for n in range(alike)]
    texts += [" ".join([f"other{n}"] * int(times.sum())) for n in range(20 * alike)]
    chunks = {f"{n:032x}": Chunk(f"{n:032x}", text, "", "", "en", 0, 1, 0) for n, text in enumerate(texts)}
    write_language_index(
        tmp_path / "all", id_array(chunks), lambda ids: {own: chunks[own] for own in ids}, {"field": str.split}
    )
    columns = TermColumns(segments_of(tmp_path / "all"), "field")
    expected = np.zeros(len(texts), dtype=np.float32)
    for term in terms:
        rows, score = columns.column(term)
        expected[rows] += score
    for count in range(1, 11):
        sums = PrunedSums(len(texts))
        sums.add(columns, terms, 1.0)
        rows, scores = sums.best(count, np.zeros(0, dtype=np.int64))
        assert np.array_equal(scores, expected[rows])
        assert set(np.flatnonzero(expected >= np.sort(expected)[-count])) <= set(rows)


@pytest.mark.parametrize("terms", [[], ["unknown"]])
def test_nothing_to_add(columns: TermColumns, terms: list[str]) -> None:
    sums = PrunedSums(CHUNKS)
    sums.add(columns, terms, 1.0)
    rows, scores = sums.best(10, np.array([3, 5]))
    assert (rows.tolist(), scores.tolist()) == ([3, 5], [0, 0])


@each_row("length", [0, 1, 255, 256, 257, 5000])
@each_row("count", [1, 10, 300])
def test_score_in_a_place(length: int, count: int) -> None:
    scores = np.random.default_rng(length).normal(size=length).astype(np.float32)
    above = np.sort(scores[scores > 0])[::-1]
    assert best_score(scores, count) == (above[count - 1] if count <= len(above) else 0)
