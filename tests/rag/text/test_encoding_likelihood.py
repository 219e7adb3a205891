"""A text costs less in its own language than its bytes do in another."""

from __future__ import annotations

from functools import partial

import pytest

from rag.text.encoding_likelihood import (
    japanese,
    korean,
    latin,
    one_script,
    simplified_chinese,
    traditional_chinese,
    western,
)
from rag.text.latin_alphabets import CENTRAL
from tests.rows import each_row

MODELS = {
    "ja": (japanese, "cp932", "受付は九時からです。休みは日曜日です。"),
    "en": (western, "cp1252", "The café’s owner paid £3.50 — a “bargain”, at 25 °C."),
    "hans": (simplified_chinese, "gb18030", "请在三天之内提交申请表。"),
    "hant": (traditional_chinese, "big5", "請在三天之內提交申請表。"),
    "ko": (korean, "cp949", "서울은 대한민국의 수도이다."),
    "pl": (partial(latin, alphabets=CENTRAL), "cp1250", "Wypełniony wniosek należy złożyć w ciągu trzech dni."),
    "ru": (partial(one_script, letters="а-яА-Я"), "cp1251", "Москва является столицей России."),
}


@each_row("own", MODELS)
@each_row("other", MODELS)
def test_own_language_is_cheapest(own: str, other: str) -> None:
    model, encoding, text = MODELS[own]
    other_model, other_encoding, _ = MODELS[other]
    try:
        read = text.encode(encoding).decode(other_encoding)
    except UnicodeDecodeError:
        return
    assert own == other or model(text) < other_model(read)


def test_the_longer_text_costs_more() -> None:
    for model, _, text in MODELS.values():
        assert 1.9 * model(text) < model(text + "\n" + text) < 2.2 * model(text)


@pytest.mark.parametrize(
    ("plausible", "mojibake"), [("It’s here", "It痴 here"), ("résumé", "r駸um驗"), ("25 °C", "25 ｰC")]
)
def test_kanji_glued_into_words_are_dear(plausible: str, mojibake: str) -> None:
    assert western(plausible) + 3 < japanese(mojibake)
