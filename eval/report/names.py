"""Words for the reader: what stored names such as `no_rag` are called in each language, and numbers of things."""

from __future__ import annotations

from typing import Final

from eval.dataset.load import ALL
from rag.messages import in_context
from rag.records import Language

NOT_CORRECT: Final = "not_correct"
FAILED: Final = "failed"
MISSING: Final = "missing"
OTHER_LANGUAGE: Final = "other_language"
NAMES: Final[dict[str, str]] = {
    "no_rag": "without retrieval", "rag": "with retrieval", "oracle": "with the gold passage given",
    "withheld": "with the gold passage withheld",
    "open_qa": "open question", ALL: "all", "ja": "Japanese", "en": "English",
    NOT_CORRECT: "not correct (all of these)", FAILED: "no answer (failed)",
    MISSING: "missing",
    OTHER_LANGUAGE: "correct, in the other language",
    "fixed": "fixed by retrieval", "broken": "broken by retrieval",
    **{name: name for name in (
        "classification", "grounded", "partly grounded", "ungrounded", "not applicable", "correct", "wrong", "unparsed",
        "refused", "empty", "helps", "hurts", "undecided", "unfinished", "better", "worse", "baseline", "differs",
        "yes", "no",
        "abstention", "hedge", "label", "equal", "contained", "conflict", "none", "similarity", "judge",
        "exact McNemar", "exact sign-flip over questions",
    )},
}  # fmt: skip
"""English words for stored names; their Japanese is in the context "name" of the catalogue."""


def display_name(value: str, language: Language = "en") -> str:
    """Return the reader's word for a stored name; a name without one, such as a type of the user's, stays itself."""
    return in_context("name", NAMES[value], language) if value in NAMES else value


def place_name(kind: str, language_name: str, language: Language = "en") -> str:
    """Return a type and language in words: "open question, Japanese"."""
    if language == "ja":
        kinds = "全種別" if kind == ALL else display_name(kind, language)
        return f"{kinds}、{'全言語' if language_name == ALL else display_name(language_name, language)}"
    kinds = "all types" if kind == ALL else display_name(kind)
    return f"{kinds}, {'all languages' if language_name == ALL else display_name(language_name)}"


def counted(number: int, noun: str) -> str:
    """Return a number of things in English: "1 question", "1,234 questions"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
