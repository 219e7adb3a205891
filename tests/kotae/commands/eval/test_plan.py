"""`kotae eval plan` prints what a set can show, in either language, or as JSON."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.commands import kotae, refused
from tests.eval.scripted import write_set


def test_a_plan(tmp_path: Path) -> None:
    verify = write_set(tmp_path / "set.csv")
    english = kotae("eval", "plan", verify, "--effect", "20")
    assert english.exit_code == 0, english.output
    assert "5 questions, 5 of them in both languages, a baseline and 1 arm: 20 answers" in english.stdout
    assert re.search(r" power .*\n.* for 20 .*\n.* points ", english.stdout), english.stdout
    assert "回答" in kotae("eval", "plan", verify, "--report-language", "ja").stdout
    plan = json.loads(kotae("eval", "plan", verify, "--language", "ja", "--arms", "2", "--json").stdout)
    assert (plan["cost"]["answers"], len(plan["outlooks"])) == (15, 3)
    assert kotae("eval", "plan", verify, "--effect", "0").exit_code == 2
    refused(kotae("eval", "plan", verify, "--run", tmp_path), "no run")
