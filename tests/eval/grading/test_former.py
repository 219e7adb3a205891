"""What was so does not answer what is: swapping the two states of a sentence turns its verdict round."""

from __future__ import annotations

import pytest

from eval.grading.former import is_former, outdated
from eval.grading.ladder import Reference, grade

NOW = ("What is the capital of the country today?", "その会社の本社は現在どこにありますか。")
FORMS = (
    (0, "{old} was the capital until 1997; since then it has been {new}."),
    (0, "It was {old} in 1950, but today it is {new}."),
    (1, "以前は{old}にありましたが、現在は{new}にあります。"),
    (1, "本社は設立当時{old}でしたが、2020年からは{new}に移転しています。"),
)
NAMES = (("Ashmere", "Norbury"), ("高松", "長岡"))


@pytest.mark.parametrize(("asked", "form"), FORMS)
@pytest.mark.parametrize("swapped", [False, True])
def test_only_the_present_state_answers(asked: int, form: str, swapped: bool) -> None:
    names = NAMES[asked][::-1] if swapped else NAMES[asked]
    answer = form.format(old=names[0], new=names[1])
    for name in names:
        verdict = grade(NOW[asked], answer, [Reference(name, "en")], "open_qa", "en")
        assert verdict.correct == (name == names[1]), verdict


@pytest.mark.parametrize("question", ["What was the first name of the town?", "かつての名前は何でしたか。"])
def test_a_question_about_the_past_asks_for_it(question: str) -> None:
    assert not is_former(question, "It was Ashmere", "but today it is Norbury.")


def test_a_past_that_goes_on_in_the_past_is_no_former_state() -> None:
    assert not is_former("Who is the captain?", "He was born in Ashmere", "and went to sea.")


@pytest.mark.parametrize(
    ("question", "text", "objects"),
    [
        ("Who is the mayor?", "It was formerly XX, but now it is Bob.", True),
        ("Who was the former mayor?", "It was formerly XX, but now it is Bob.", False),
        ("知事は誰ですか", "以前はXXでしたが、現在は田中です。", True),
        ("知事は誰ですか", "以前は田中でしたが、現在はXXです。", False),
        ("仕事は何ですか", "XXをやめて、医者になりました。", True),
    ],
)
def test_what_was_so_before(question: str, text: str, objects: bool) -> None:
    start = text.index("XX")
    assert outdated(question, text, start, start + 2) is objects
