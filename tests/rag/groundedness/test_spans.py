"""What an answer puts forward beyond its question."""

from __future__ import annotations

import pytest

from rag.groundedness.spans import find_spans

WHO, JA_WHO = "Who founded the museum in Lindau?", "リンダウの博物館を創設したのは誰ですか。"


def texts(question: str, answer: str, *, cut_off: bool = False) -> list[str]:
    return [span.text for span in find_spans(question, answer, cut_off=cut_off)]


@pytest.mark.parametrize(
    ("question", "answer", "found"),
    [
        (WHO, "Anna Holm", ["Anna Holm"]),
        (WHO, "The museum in Lindau was founded by Anna Holm in 1921.", ["Anna Holm", "in 1921"]),
        (WHO, "It was Ludwig van Beethoven and Carl", ["Ludwig van Beethoven", "Carl"]),
        (WHO, 'It says "a gift of the town".', ["a gift of the town"]),
        (WHO, "a rich brewer", ["rich brewer"]),
        (JA_WHO, "リンダウの博物館を創設したのは、大塚啓三郎です。", ["大塚啓三郎"]),
        (JA_WHO, "アンナ・ホルムが1921年に創設しました。", ["アンナ・ホルム", "1921年"]),
        (JA_WHO, "オルビ・ウェンチャルが1921年に創設しました。", ["オルビ・ウェンチャル", "1921年"]),
        (JA_WHO, "『町の贈り物』と書かれています。", ["町の贈り物"]),
        (JA_WHO, "醸造家です。", ["醸造家"]),
        ("How deep?", "About 1,642 metres, or 5,387 feet", ["1642 metres", "5387 feet"]),
    ],
)
def test_numbers_dates_names_and_quotations_else_words(question: str, answer: str, found: list[str]) -> None:
    assert texts(question, answer) == found


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (WHO, "The documents do not say who founded it."), (WHO, "I don't know."), (WHO, ""), (WHO, "..."),
        (WHO, "The museum in Lindau"), (JA_WHO, "資料には記載がありません。"), (JA_WHO, "リンダウの博物館"),
        ("Is it open in 1921?", "Yes."), ("1921年に開館しましたか。", "はい、そうです。"),
        ("Is this true or false?", "True"),
        ("Which is it, a fern or a moss?", "A moss."), ("シダですか、コケですか。", "コケです。"),
    ],
)  # fmt: skip
def test_refusals_assent_choices_and_the_question_put_nothing_forward(question: str, answer: str) -> None:
    assert texts(question, answer) == []


@pytest.mark.parametrize(
    "frame",
    [
        "According to passage 2, {}", "Based on the information in the passage, {}", "{} [2]", "**{}**",
        "{} (passage 1)",
        "Passage [3] states: {}", "I'm sorry, but {}",
    ],
)  # fmt: skip
def test_talk_about_the_passages_is_no_span(frame: str) -> None:
    assert texts(WHO, frame.format("Anna Holm founded it in 1921.")) == ["Anna Holm", "in 1921"]


@pytest.mark.parametrize("frame", ["文書[2]によると、{}", "資料3では、{}", "{}（文章1）", "申し訳ありませんが、{}"])
def test_so_in_japanese(frame: str) -> None:
    assert texts(JA_WHO, frame.format("アンナ・ホルムです。")) == ["アンナ・ホルム"]


def test_a_refusal_with_an_answer_behind_it_puts_that_forward() -> None:
    assert texts(WHO, "The text does not mention it, but it was Anna Holm.") == ["Anna Holm"]


def test_what_is_said_twice_is_one_span() -> None:
    assert texts(WHO, "Anna Holm. The founder is Anna Holm, in 1921. So in 1921.") == ["Anna Holm", "in 1921"]


def test_the_torn_end_of_an_answer_is_not_read() -> None:
    answer = "Anna Holm founded it in 192"
    assert texts(WHO, answer) == ["Anna Holm", "192"]
    assert texts(WHO, answer, cut_off=True) == ["Anna Holm"]
    assert texts(WHO, 'It says "a gift of the town."', cut_off=True) == ["a gift of the town."]


@pytest.mark.parametrize("answer", ["a" * 5000, "「" * 3000, "1" * 5000, "Ab " * 2000, "ァ" * 5000, "\x1f\x00\ud800"])
def test_any_text_is_read(answer: str) -> None:
    find_spans(WHO, answer)
