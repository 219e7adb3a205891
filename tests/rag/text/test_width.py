"""Lines of a width, counted in columns: a Japanese letter takes two."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rag.text.width import display_width, wrapped

TEXTS = st.text(alphabet="あ漢カー、。（）「」a b1.-", max_size=80)


@given(TEXTS, st.integers(4, 40))
def test_nothing_is_lost_but_spaces(text, width) -> None:
    assert "".join(wrapped(text, width).split()) == "".join(text.split())


@given(st.text(alphabet="あ漢字、。", max_size=60), st.integers(8, 40))
def test_lines_of_japanese_fill_the_width_and_do_not_begin_with_a_mark(text, width) -> None:
    lines = wrapped(text, width).split("\n")
    assert not any(line.startswith(("、", "。")) for line in lines[1:])
    longest_run = max((len(run) for run in text.replace("。", "、").split("漢") for run in run.split("字")), default=0)
    if "、、" not in text.replace("。", "、") and longest_run:
        assert all(display_width(line) <= width for line in lines)


def test_a_line_ends_before_an_opening_mark_and_after_a_closing_one() -> None:
    assert wrapped("日本語の文（例）、English too", 12) == "日本語の文\n（例）、\nEnglish too"


def test_a_word_that_is_wider_than_the_line_stays_whole() -> None:
    assert wrapped("見出し http://host:8000/v1 です", 10) == "見出し\nhttp://host:8000/v1\nです"
