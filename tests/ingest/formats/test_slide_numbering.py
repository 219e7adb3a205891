"""Automatic numbers of slides."""

from __future__ import annotations

import pytest

from tests.ingest.files import texts
from tests.ingest.formats.test_slides import pptx


def paragraphs(*entries: tuple[str, str, int]) -> str:
    numbered = ((text, f"<a:buAutoNum {scheme}/>" if scheme else "", level) for text, scheme, level in entries)
    inner = "".join(
        f'<a:p><a:pPr lvl="{level}">{number}</a:pPr><a:r><a:t>{text}</a:t></a:r></a:p>'
        for text, number, level in numbered
    )
    return f"<p:sp><p:txBody>{inner}</p:txBody></p:sp>"


@pytest.mark.parametrize(
    ("scheme", "first", "second"),
    [
        ("arabicPeriod", "1.", "2."),
        ("arabicParenBoth", "(1)", "(2)"),
        ("alphaLcParenR", "a)", "b)"),
        ("romanUcPeriod", "I.", "II."),
        ("circleNumDbPlain", "①", "②"),
        ("ea1JpnKorPlain", "一", "二"),
        ("arabicDbPeriod", "１.", "２."),
        ("unknown", "1.", "2."),
    ],
)
def test_schemes(scheme: str, first: str, second: str) -> None:
    slide = paragraphs(("湯を沸かす", f'type="{scheme}"', 0), ("茶を入れる", f'type="{scheme}"', 0))
    assert texts("a.pptx", pptx(slide)) == {"a.pptx#slide=1": f"{first} 湯を沸かす\n{second} 茶を入れる"}


def test_levels_and_breaks_are_counted_as_powerpoint_counts() -> None:
    number, letter, from_five = 'type="arabicPeriod"', 'type="alphaUcParenR"', 'type="arabicPeriod" startAt="5"'
    slide = paragraphs(
        ("準備", number, 0),
        ("机", letter, 1),
        ("椅子", letter, 1),
        ("開会", number, 0),
        ("旗", letter, 1),
        ("注意", "", 0),
        ("閉会", number, 0),
        ("片付け", from_five, 0),
        ("解散", from_five, 0),
    )
    (text,) = texts("a.pptx", pptx(slide, "")).values()
    assert text.split("\n") == [
        *("1. 準備", "A) 机", "B) 椅子", "2. 開会", "A) 旗", "注意", "1. 閉会", "5. 片付け", "6. 解散"),
    ]
