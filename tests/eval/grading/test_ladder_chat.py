"""Answers as chat models phrase them, each with and without what it says of passages: `{{with||without}}`.

A verdict that hangs on such a mention bends the comparison of the conditions: only answers with retrieval have them.
"""

from __future__ import annotations

import dataclasses
import re

from tests.eval.grading.hard_answers import HardAnswer, hard_answers
from tests.rows import each_row

ROWS = hard_answers("chat_answers")
_MENTION = re.compile(r"\{\{(.*?)(?:\|\|(.*?))?\}\}", re.DOTALL)


@each_row("row", ROWS)
@each_row("cites", [True, False])
def test_a_mention_of_passages_changes_no_verdict(row: HardAnswer, cites: bool) -> None:
    answer = _MENTION.sub(lambda match: match[1 if cites else 2] or "", row.answer)
    verdict = dataclasses.replace(row, answer=answer).verdict()
    assert verdict.correct == row.right, verdict


def test_the_table_has_both_verdicts_in_both_languages() -> None:
    for language in ("ja", "en"):
        rights = [row.right for row in ROWS if row.language == language]
        assert min(sum(rights), len(rights) - sum(rights)) >= 7
