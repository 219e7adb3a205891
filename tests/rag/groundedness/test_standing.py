"""A span stands in a passage in any spelling, unit and language, and as the same kind of thing."""

from __future__ import annotations

import pytest

from rag.groundedness.passage_text import read_passage
from rag.groundedness.spans import find_spans
from rag.groundedness.standing import parts_of_date, stands


def all_stand(answer: str, passage: str) -> bool:
    spans = find_spans("", answer)
    assert spans
    return all(stands(span, read_passage(passage)) for span in spans)


SAME = [
    ("1,642メートル", "a depth of 1642 metres"), ("二千三百人", "About 2,300 people came."), ("5 miles",
    "距離は8.05キロメートル"),
    ("1970年3月15日", "on 15 March 1970, a Sunday"), ("1970", "昭和45年の3月"), ("March 1970", "1970年3月15日に"),
    ("アインシュタイン", "Albert Einstein lived here."), ("Albert Einstein",
    "アルベルト・アインシュタインが住んだ。"),
    ("Einstein", "Albert Einstein"), ("安藤百福", "安藤百福（あんどう・ももふく）は"), ("政治家",
    "He was a politician."), ("silver", "銀を掘る。"),
    ("銀", "an ore of silver"), ("Shibasaki Yoshitaro", "測量官の柴崎芳太郎である。"), ("H₂O", "written as H2O"),
    ("東京都", "The office moved within Tokyo."), ("90‰", "90パーミルの坂"), ("the Nordic Museum",
    "from which the Nordic Museum grew"),
    ("ロベール・ゲラン", "フランスの新聞記者ロベール・ゲランが"), ("7 August", "2019年8月7日"),
    *((number, f"{before}65{unit}とする。") for number in ("65", "６５") for before in ("", "満", "第", "約", "計")
      for unit in ("歳", "回", "名", "年", "%", "km", "個", "")),
]  # fmt: skip
OTHER = [
    ("1,643メートル", "a depth of 1642 metres"), ("3 people", "3 km away"), ("3人", "3台の車"), ("7 towns",
    "7 ships"),
    ("1970年3月16日", "on 15 March 1970"), ("Pierre Curie", "Marie Curie found it."), ("Takashi",
    "作者は許斐剛（このみ・たけし）"),
    ("松平政道", "松平定信が命じた。"), ("Sibelius", "アントン・ザイドルが指揮した。"), ("gold", "銀を掘る。"),
    ("金", "an ore of silver"),
    ("Underground Museum", "The Nordic Museum"), ("千島海流", "千島列島の東"),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "passage"), SAME)
def test_the_same_in_other_words_stands(answer: str, passage: str) -> None:
    assert all_stand(answer, passage)
    assert all_stand(answer, f"# A heading\n\n別の文。{passage}\nWhat else?")


@pytest.mark.parametrize(("answer", "passage"), OTHER)
def test_something_else_does_not(answer: str, passage: str) -> None:
    assert not all_stand(answer, passage)


def test_a_question_in_a_passage_does_not_end_it() -> None:
    assert all_stand("312 m", "Answers to visitors.\nQuestion: How high is the tower?\nIt is 312 m high.")


def test_a_long_quotation_stands_with_most_of_its_words() -> None:
    quoted = "The keel was laid in spring and the ship was launched in the cold autumn of that year"
    assert all_stand(f'"{quoted.replace("cold", "late")}"', f"{quoted}.")
    assert not all_stand(
        f'"{quoted.replace("keel", "roof").replace("ship", "barn").replace("launched", "sold")}"', quoted
    )


@pytest.mark.parametrize(("given", "changed"), [("Holm", "Bach"), ("12", "14")])
def test_a_quotation_with_another_name_or_number_does_not(given: str, changed: str) -> None:
    quoted = "the ship of captain Holm was launched in the cold autumn of that year with 12 sails"
    assert all_stand(f'"{quoted}"', f"They say {quoted}.")
    assert not all_stand(f'"{quoted.replace(given, changed)}"', f"They say {quoted}.")


def test_the_year_of_a_date_and_its_day_are_parts() -> None:
    (span,) = find_spans("", "3 May 1970")
    year, day = parts_of_date(span)
    assert stands(year, read_passage("In 1970 it rained."))
    assert stands(day, read_passage("On 3 May it rained."))
    assert not stands(day, read_passage("On 3 May 1971 it rained."))
