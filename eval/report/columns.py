"""The columns of report tables: their titles, and where they are shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from eval.report.names import display_name
from rag.messages import in_context
from rag.tables.output import Column, Medium

R = TypeVar("R")
TERMINAL: Final = Medium.TERMINAL
FILES: Final = Medium.FILES
TITLES: Final = (
    "run", "model", "type", "language", "condition", "correct", "total", "rate", "low 95 %", "high 95 %",
    "language right", "both", "failed", "missing", "unparsed", "refused", "cut off", "asked again",
    "prompt tokens", "answer tokens", "seconds an answer", "seconds of retrieval", "fallback graders",
    "baseline run", "baseline condition", "baseline correct", "difference", "fixed", "broken", "p", "p (adjusted)",
    "test", "effect", "in words", "日本語", "NO", "instruction", "question", "Reference", "Answer", "verdict",
    "outcome", "rule", "rule was wrong on", "reason", "cosine", "left out", "marked", "sources", "error",
    "seconds", "Answer without", "Answer with", "reason without", "reason with", "evidence in prompt",
    "not correct", "retrieval missed", "model missed", "grading refused", "time", "verdicts changed", "answerable",
    "answered right", "answered wrong", "declined", "over-refusal", "over-refusal low 95 %",
    "over-refusal high 95 %", "unanswerable", "declined right", "right from memory", "invented", "invention",
    "invention low 95 %", "invention high 95 %", "answers", "grounded", "partly", "ungrounded", "of",
    "share ungrounded", "ungrounded low 95 %", "ungrounded high 95 %", "not applicable", "groundedness",
    "supported by", "in no passage", "setting", "differs", "judged", "wrongly graded right",
    "wrongly graded wrong", "corrected", "change", "before", "now",
)  # fmt: skip
"""The titles that are translated, in the context "column" of the catalogue; other titles stay themselves."""
SHEETS: Final = (
    "summary", "comparison", "run against run", "answers", "worth a look", "fixed", "broken", "flips",
    "retrieval split", "audit", "abstention", "groundedness", "repeats", "settings", "plan", "check", "arms", "draft",
    "filters", "dropped",
)  # fmt: skip
"""The titles of tables that are translated as those of sheets, in the context "sheet" of the catalogue."""
_NAMED: Final = frozenset(
    "type|language|condition|baseline condition|effect|verdict|outcome|differs|change|answers|groundedness|rule|test|"
    "language right|cut off|asked again".split("|")
)


def column(
    title: str,
    value: Callable[[R], str | int | float | None],
    width: float = 10.5,
    number_format: str = "General",
    *,
    tinted: bool = False,
    printed: bool = True,
    on: Medium = Medium.PAGE,
) -> Column[R]:
    """Return a column with its Japanese title, which shows stored names in words; other titles stay themselves."""
    words = display_name if title in _NAMED else None
    japanese = in_context("column", title, "ja") if title in TITLES else title
    return Column(title, value, width, number_format, tinted, printed, japanese, on, words)
