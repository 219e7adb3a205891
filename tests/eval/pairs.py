"""Paired outcomes for the tests of the statistics: made to measure, and at random."""

from __future__ import annotations

from hypothesis import strategies as st

from eval.statistics.paired import PairedOutcome

outcomes = st.builds(PairedOutcome, st.integers(0, 12), st.booleans(), st.booleans())
pair_lists = st.lists(outcomes, max_size=40)


def cell(baseline: int, fixed: int, broken: int, total: int, languages: int = 1) -> list[PairedOutcome]:
    """`total` questions with the given counts, each repeated in every language."""
    flags = [(False, True)] * fixed + [(True, False)] * broken + [(True, True)] * (baseline - broken)
    flags += [(False, False)] * (total - len(flags))
    return [PairedOutcome(number, *flag) for number, flag in enumerate(flags) for _ in range(languages)]
