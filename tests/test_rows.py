"""A test of all rows calls the test with each, and names every row that fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rows import each_row


def test_every_row_is_tested_and_every_failure_is_named() -> None:
    tested = []

    @each_row("number, word", [(1, "odd"), (2, "odd"), (3, "odd"), (4, "odd")])
    def parity(number: int, word: str) -> None:
        tested.append(number)
        assert word == ("odd" if number % 2 else "even")

    with pytest.raises(BaseExceptionGroup, match=r"2 of 4 rows fail:\n- .*\(2, 'odd'\)\n- .*\(4, 'odd'\)") as raised:
        parity()
    assert tested == [1, 2, 3, 4]
    assert [type(failure) for failure in raised.value.exceptions] == [AssertionError, AssertionError]


def test_a_row_that_should_have_raised_fails_too() -> None:
    @each_row("text", ["x", "1"])
    def refused(text: str) -> None:
        with pytest.raises(ValueError, match="invalid literal"):
            int(text)

    with pytest.raises(BaseExceptionGroup, match=r"1 of 2 rows fail:\n- text = '1'"):
        refused()


def test_a_table_without_rows_fails() -> None:
    @each_row("text", [])
    def nothing(text: str) -> None:
        raise AssertionError(text)

    with pytest.raises(AssertionError, match="tests nothing"):
        nothing()


@pytest.mark.parametrize("second", [1, 2])
@each_row("first", [1, 2])
def test_with_fixtures_and_other_parameters(tmp_path: Path, first: int, second: int) -> None:
    assert tmp_path.is_dir()
    assert first * second <= 4
