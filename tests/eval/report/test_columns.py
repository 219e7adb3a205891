"""Every column of every table of the report has a title in both languages."""

from __future__ import annotations

import re

from eval.report.columns import column
from eval.report.tables import report_tables


def test_every_title_is_translated(two) -> None:
    for output in report_tables(two):
        for found in output.columns:
            own = output.title == "settings" and found.title in two.names
            assert own or re.search(r"cosine ≥|^p$", found.title) or found.name("ja") != found.title, found.title
            assert found.name("en") == found.title


def test_names_are_shown_in_words_and_other_values_as_they_are() -> None:
    assert column("condition", str).text("rag", "ja") == "検索あり"
    assert column("Answer", str).text("rag", "ja") == "rag"
