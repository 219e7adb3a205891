"""Texts neither in Japanese nor in Latin letters are recognised; Japanese without kana is not taken for Chinese."""

from __future__ import annotations

import pytest

from rag.text.other_languages import other_language
from tests.rows import each_row
from tests.samples import ENGLISH, JAPANESE


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("办公时间是上午九点到下午五点，星期日休息。", "Chinese"),
        ("辦公時間是上午九點到下午五點，星期日休息。", "Chinese"),
        ("如果有问题，请与我们联系。https://example.com/", "Chinese"),
        (
            "東京（とうきょう）是日本的首都，人口一千四百萬。" + "這裡有很多公司和學校，也有許多外國人在這裡工作。" * 6,
            "Chinese",
        ),
        ("서울은 대한민국의 수도이다.", "Korean"),
        ("이름: 김철수 (Kim)", "Korean"),
        ("Москва является столицей России.", "Russian or another language in Cyrillic letters"),
        ("Η Αθήνα είναι η πρωτεύουσα.", "Greek"),
        ("القاهرة هي عاصمة مصر", "Arabic or another language in its letters"),
        ("กรุงเทพเป็นเมืองหลวง", "Thai"),
        ("दिल्ली भारत की राजधानी है", "Hindi or another language of India"),
        ("ירושלים", "Hebrew"),
    ],
)
def test_other_languages(text: str, language: str) -> None:
    assert other_language(text) == language


NAMES = (
    "東京都千代田区霞が関三丁目 大阪府大阪市北区梅田 山田太郎 鈴木一郎 佐藤花子 齋藤國廣 渡邊濱子 総務部経理課 "
    "情報処理安全確保支援士 営業時間：午前九時～午後五時 定休日：日曜祝日 有効期限 在庫管理 目的外使用禁止 "
    "終了次第連絡 其他 慶應義塾普通部 北魏・西魏・東魏"
).split(" ")


@each_row("text", [*JAPANESE, *ENGLISH, *NAMES, "\n".join(NAMES), "", "81", "Σ x = 3", "Wer ist Müller?", "°"])
def test_japanese_and_english(text: str) -> None:
    assert other_language(text) is None


def test_a_quotation_does_not_make_a_text_foreign() -> None:
    for quoted in ("你好，请问办公时间是几点", "안녕하세요", "Привет"):
        assert (
            other_language(f"挨拶は「{quoted}」です。これは外国語の教科書の例文であり、毎日練習するとよいでしょう。")
            is None
        )
        assert other_language(f"The greeting {quoted} is used every morning by the people of that country.") is None


@pytest.mark.parametrize(
    ("declared", "text", "language"),
    [
        ("zh-CN", "本日休業", "Chinese"),
        ("zh", "本日は休業します。", None),
        ("ja", "本日休業", None),
        ("ko", "Kotae Cloud Enterprise 제품 안내 및 사용 방법", "Korean"),
        ("de-DE", "Die Rechnung ist innerhalb von vierzehn Tagen ohne Abzug zu zahlen.", "German"),
        ("de", "The invoice is to be paid within fourteen days, and without any deduction.", None),
        ("fr", "Kotae 3.1 PDF", None),
        ("fr", "請求書は十四日以内にお支払いください。", None),
        ("en", "Die Rechnung ist innerhalb von vierzehn Tagen ohne Abzug zu zahlen.", None),
        ("en", "请在十四天内付款，不得扣除任何费用。", "Chinese"),
        ("xx", "請求書は十四日以内にお支払いください。", None),
    ],
)
def test_what_a_page_declares_counts_with_its_letters(declared: str, text: str, language: str | None) -> None:
    assert other_language(text, declared) == language
