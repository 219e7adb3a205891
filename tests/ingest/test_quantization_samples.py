"""Calibration texts are short and few, from all parts of a file or folder of any size."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from ingest.quantization_samples import _spread, calibration_texts
from rag.errors import CorpusError

SENTENCE = "有給休暇は年20日とする。"


@pytest.mark.parametrize("line", [SENTENCE * 40_000, "x" * 1_000_000, SENTENCE * 100 + "\n"])
def test_no_sample_is_longer_than_asked_for(tmp_path: Path, line: str) -> None:
    (tmp_path / "a.txt").write_text(line * 3, encoding="utf-8")
    samples = calibration_texts(tmp_path / "a.txt", 128)
    assert max(map(len, samples)) <= 1500
    assert len(samples) > 1 or len(line) < 1500
    assert all(sample in line * 3 for sample in samples)


def test_samples_are_from_all_parts(tmp_path: Path) -> None:
    text = "\n".join(f"{at:05d} {'x' * 1400}" for at in range(3000))
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    for most in (4, 30):
        numbers = [int(sample[:5]) for sample in calibration_texts(tmp_path / "a.txt", most)]
        assert len(numbers) == most
        gaps = [after - before for before, after in itertools.pairwise(numbers)]
        assert 0.9 * 3000 / most < min(gaps) <= max(gaps) < 1.1 * 3000 / most


def test_a_large_corpus_is_not_held_in_memory() -> None:
    kept = _spread((str(number) for number in range(300_000)), 2)
    assert 64 <= len(kept) <= 129
    gaps = {int(after) - int(before) for before, after in itertools.pairwise(kept)}
    assert len(gaps) == 1
    assert int(kept[-1]) > 300_000 - 2 * gaps.pop()


def test_no_text(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(" \n ", encoding="utf-8")
    with pytest.raises(CorpusError, match="no text"):
        calibration_texts(tmp_path / "a.txt")
