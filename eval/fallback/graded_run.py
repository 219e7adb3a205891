"""A stored run with its verdicts: by the ladder, and by the fallback graders where it leaves an answer open."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from eval.fallback.factory import fallback_graders, graded_answer
from eval.fallback.interface import FallbackUse, apply_fallbacks
from eval.runs.cosine import load_cosines
from eval.runs.graded import RunAnswer, ladder_answers
from eval.runs.run import StoredRun, load_run


@dataclass(frozen=True, slots=True)
class GradedRun:
    """A run, its graded answers of each repeat, and the fallback graders' uses in the first."""

    stored: StoredRun
    times: tuple[tuple[RunAnswer, ...], ...]
    uses: tuple[FallbackUse, ...]


def graded_run(folder: Path, calibration: Path | None = None, encoder: str | None = None) -> GradedRun:
    """Grade the run in a folder; `calibration` (with its encoder) and judges' records decide what the ladder leaves.

    Raises RunError for a folder without answers, and GradingError.
    """
    stored, cosines = load_run(folder), load_cosines(folder)
    graders = fallback_graders(stored, folder, calibration, encoder)
    times, uses = [], []
    for repeat in range(stored.scope.repeats):
        by_ladder = ladder_answers(stored, cosines, repeat)
        descent = apply_fallbacks([graded_answer(answer) for answer in by_ladder], graders)
        verdicts = zip(by_ladder, descent.verdicts, strict=True)
        times.append(tuple(replace(answer, verdict=verdict) for answer, verdict in verdicts))
        uses.append(descent.uses)
    return GradedRun(stored, tuple(times), uses[0])
