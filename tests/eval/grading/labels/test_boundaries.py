"""Questions that ask before or after a year, answered in words or by another year."""

from __future__ import annotations

import pytest

from eval.grading.labels.boundaries import label_by_year
from eval.grading.labels.label_set import YES_NO, LabelSet
from rag.text.canonical import canonical

EITHER = LabelSet.parse("1900年より前/前=before 1900/before|1900年より後/後=after 1900/after")


@pytest.mark.parametrize(
    ("answer", "before"),
    [
        ("It was built in 1874.", True),
        ("It was built in 1874, before 1900.", True),
        ("It was not built until 1912.", False),
        ("It wasn't built before 1900.", False),
        ("It was built between 1887 and 1889.", True),
        ("It was begun in 1895 and built up to 1903.", None),
        ("It was renovated in 1874.", None),
        ("The mill burned down in 1874.", None),
        ("The mill dates from 1874.", True),
        ("It was built in 1912 by 300 workers.", False),
        ("It was built long ago.", None),
    ],
)
def test_a_year_stands_on_a_side_of_the_one_asked(answer: str, before: bool | None) -> None:
    polar = label_by_year("Was the mill built before 1900?", answer, YES_NO)
    turned = label_by_year("Was the mill built after 1900?", answer, YES_NO)
    either = label_by_year("Was the mill built before or after 1900?", answer, EITHER)
    names = None if before is None else {True: ("yes", "no"), False: ("no", "yes")}[before]
    assert (names is None) == (polar is None) == (turned is None)
    if names is not None and polar and turned:
        assert (polar.name("en"), turned.name("en")) == names
    assert either is None or either.name("en").startswith("before") is before


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        ("1900年以前です。", "before 1900"),
        ("明治7年です。", "before 1900"),
        ("灯台は明治7年に建設されました。", "before 1900"),
        ("1900年以降に建てられました。", "after 1900"),
    ],
)
def test_the_side_is_read_in_japanese(answer: str, name: str) -> None:
    question = canonical("この灯台が建てられたのは1900年より前ですか、後ですか。")
    label = label_by_year(question, canonical(answer), EITHER)
    assert label is not None
    assert label.name("en") == name


def test_a_question_without_a_year_has_no_side() -> None:
    assert label_by_year("Was it built of stone?", "It was built in 1874.", YES_NO) is None
