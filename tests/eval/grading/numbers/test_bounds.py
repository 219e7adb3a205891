"""Numbers and dates that are only a limit, and those that are not."""

from __future__ import annotations

import pytest

from eval.grading.numbers.bounds import is_limit
from rag.text.canonical import canonical
from rag.text.numbers.quantities import read_numbers


@pytest.mark.parametrize(
    ("question", "text", "reference", "limit"),
    [
        ("When was it finished?", "It was finished before 1889.", "1889", True),
        ("When was it finished?", "Some time after 9 November 1989.", "9 November 1989", True),
        ("When was it finished?", "It was finished in 1889.", "1889", False),
        ("When was it finished?", "It has stood since 1889.", "1889", False),
        ("When was it finished?", "It was finished before 1889.", "before 1889", False),
        ("Until when must it be sent?", "It must arrive before 9 November 2024.", "9 November 2024", False),
        ("いつ開業しましたか。", "1964年より前です。", "1964年", True),
        ("いつ開業しましたか。", "1964年以前のことです。", "1964年", True),
        ("いつ開業しましたか。", "1964年です。", "1964年", False),
        ("いつ始まりましたか。", "2020年4月1日より新制度が始まりました。", "2020年4月1日", False),
        ("いつからですか。", "10月1日より後期の申込が始まります。", "10月1日", False),
        ("いつ開業しましたか。", "1964年よりずっと早いです。", "1964年", True),
        ("How many games did he play?", "He retired after 850 games.", "850", False),
        ("When is the last day to register?", "No later than 31 March 2024.", "31 March 2024", False),
        ("How many people came?", "Fewer than 48 people came.", "48", True),
        ("How many people came?", "More than 48 people came.", "48", False),
        ("何人来ましたか。", "48人未満です。", "48人", True),
    ],
)
def test_a_limit_is_no_value(question: str, text: str, reference: str, limit: bool) -> None:
    text = canonical(text)
    assert is_limit(canonical(question), text, read_numbers(text).values[0], canonical(reference)) is limit
