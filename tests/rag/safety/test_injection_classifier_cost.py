"""The topic of an order takes time linear in what stands before it, and sees what it saw."""

from __future__ import annotations

import itertools
import re
import time

from rag.safety.injection_classifier import TOPICS

ORDER = TOPICS["order"]
AMBIGUOUS = re.compile(
    ORDER.pattern.replace(r"^[\W_]*+(?:(?:note", r"^(?:[\W_]|(?:note").replace(r"|so)(?=\W)[\W_]*+)*", r"|so)\W+)*")
)
"""The same, as it was: a run of marks could be read in as many ways as it has marks."""
WORDS = ("so", "never", "always", "answer", "mind", "noted", "don't", "x")
MARKS = (" ", ", ", "_", "_ ", " _", ": ", "")


def test_it_sees_what_the_ambiguous_pattern_saw() -> None:
    assert ORDER.pattern != AMBIGUOUS.pattern
    for words in itertools.product(WORDS, MARKS, WORDS, MARKS, WORDS):
        for text in ("".join(words), "- " + "".join(words)):
            assert bool(ORDER.search(text)) == bool(AMBIGUOUS.search(text)), text


def test_no_run_of_words_and_marks_holds_it() -> None:
    began = time.process_time()
    for word, mark in itertools.product(("so", "always", "never", "note"), (", ", "… ", ",,,, ", " — ", "_ ", " -- ")):
        ORDER.search((word + mark) * 2000 + "zebras tire of it")
    assert time.process_time() - began < 5
