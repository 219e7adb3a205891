"""Clauses that refuse, read alone."""

from __future__ import annotations

import pytest

from eval.grading.refusal_clauses import refuses


@pytest.mark.parametrize(
    ("clause", "refusing"),
    [
        ("the date does not appear in the passages", True),
        ("資料にはない。", True),
        ("the depth is never mentioned", True),
        ("深さについては触れられておらず、", True),
        ("he could not find work", False),
        ("the sailors could not find land", False),
        ("Its author is Unknown Mortal Orchestra.", False),
        ("会員はいません。", False),
    ],
)
def test_a_clause_refuses(clause: str, refusing: bool) -> None:
    assert refuses("", clause) is refusing
