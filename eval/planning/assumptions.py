"""Assumptions of power: how many answers change between two arms, and the correlation of a question's languages.

Stated assumptions span what was measured with kotae (docs/measured.md); a stored run of the same kind of question says
it for its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from eval.dataset.conditions import Condition
from eval.runs.graded import ladder_answers, paired
from eval.runs.run import StoredRun
from rag.errors import RunError
from rag.records import Language

CORRELATION: Final = 0.5


@dataclass(frozen=True, slots=True)
class Assumption:
    """A share of answers whose verdict changes, the correlation of both languages, and where these come from."""

    discordant: float
    correlation: float
    english: str
    japanese: str

    def source(self, language: Language) -> str:
        """Return where the numbers come from, in the reader's language."""
        return self.japanese if language == "ja" else self.english


STATED: Final = (
    Assumption(
        0.06, CORRELATION, "few change, as between two settings of retrieval", "変化が少ない（検索設定どうしなど）"
    ),
    Assumption(0.20, CORRELATION, "some change", "変化が中程度"),
    Assumption(0.42, CORRELATION, "many change, as without and with retrieval", "変化が多い（検索なしとありなど）"),
)
"""The first and the last were measured on verify100 with the bundled model: 11 and 83 of 200 answers changed."""


def measured_assumption(run: StoredRun) -> Assumption:
    """Return what changed between the conditions of a stored run: no_rag and rag, or else its first two.

    Raises RunError for a run with only one condition, or without a question that both answered.
    """
    answers = [answer for answer in ladder_answers(run) if answer.recorded is not None]
    conditions = run.scope.conditions
    usual = {Condition.NO_RAG, Condition.RAG} <= {*conditions}
    compared = (Condition.NO_RAG, Condition.RAG) if usual else conditions[:2]
    pairs = paired(answers, *compared) if len(compared) == 2 else ()
    if not pairs:
        raise RunError(
            "This run has no pair of conditions to compare, so it does not show how many answers change",
            where=run.name,
            do="Name a run with no_rag and rag, or omit --run.",
        )
    changes: dict[str, dict[str, int]] = {}
    for before, after in pairs:
        changes.setdefault(before.item.number, {})[before.language] = after.verdict.correct - before.verdict.correct
    flat = [change for by_language in changes.values() for change in by_language.values()]
    share, correlation = sum(map(abs, flat)) / len(flat), _correlation([[*of.values()] for of in changes.values()])
    changed = sum(map(abs, flat))
    names = " → ".join(compared)
    return Assumption(
        share, correlation,
        f"measured: {changed} of {len(flat)} answers changed in {run.name} ({names})",
        f"実測：{run.name} では {len(flat)} 回答中 {changed} 件が変化（{names}）",
    )  # fmt: skip


def _correlation(changes: list[list[int]]) -> float:
    """Return the correlation of the changes of both languages, 0 to 1; `CORRELATION` where there are too few."""
    both = np.array([change for change in changes if len(change) == 2], dtype=float)
    if len(both) < 3 or not both.std(axis=0).all():
        return CORRELATION
    return float(np.clip(np.corrcoef(both.T)[0, 1], 0.0, 1.0))
