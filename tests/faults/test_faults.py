"""Every fault of `python -m tests.faults`, a few times: nothing that was finished is lost, and all is named."""

from __future__ import annotations

import pytest

from tests.faults.__main__ import SCENES, row
from tests.faults.forks import Ended, Forks
from tests.faults.scene import Finding, Place, can_mount, outcome

ROUNDS = 3
SLOW = {"full-cache", "many-csv", "many-xlsx", "long"}
NEEDS_DISK = {"full-ingest", "full-following", "full-run", "full-outputs", "full-cache"}


@pytest.fixture(scope="module")
def place(forking: Forks, tmp_path_factory: pytest.TempPathFactory, cache) -> Place:
    return Place(tmp_path_factory.mktemp("faults"), forking)


def marked(name: str) -> object:
    marks = [pytest.mark.slow] if name in SLOW else []
    if name in NEEDS_DISK:
        marks.append(pytest.mark.skipif(not can_mount(), reason="a small disk of its own (mount) needs root"))
    return pytest.param(name, marks=marks)


@pytest.mark.parametrize("name", [marked(name) for name in SCENES])
def test_nothing_is_lost(place: Place, name: str) -> None:
    finding = SCENES[name](place, ROUNDS)
    assert finding.wrong == []
    assert finding.did


def test_a_table_tells_what_went_wrong() -> None:
    finding = Finding("a fault")
    finding.note(Ended(0, "", ""))
    finding.note(Ended(1, "", "kotae: The disk is full (/a/b). Make room."))
    assert row(finding) == "| a fault | 1 × done; 1 × The disk is full | nothing |"
    finding.note(Ended(-11, "", ""))
    finding.note(Ended(1, "", "Traceback (most recent call last):\nValueError: x"))
    finding.expect(False, "an answer was lost")
    assert len(finding.wrong) == 3
    assert row(finding).endswith("| WRONG: 3 |")
    assert outcome(Ended(-11, "", "")) == "killed by signal 11"
