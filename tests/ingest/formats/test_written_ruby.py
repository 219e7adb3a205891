"""Readings and notes in plain text."""

from __future__ import annotations

import time

import pytest

from ingest.documents import LoadedDocument
from ingest.formats.written_ruby import without_readings
from tests.ingest.files import read_as, texts

NOVEL = """\
山の宿
丙野月子

-------------------------------------------------------
【テキスト中に現れる記号について】

《》：ルビ
（例）宿《やど》
-------------------------------------------------------

［＃５字下げ］一［＃「一」は中見出し］

　峠《とうげ》の｜茶屋《ちゃや》で、※［＃「木＋無」、第4水準2-15-56］の花を見た［＃「見た」に傍点］。
"""


@pytest.mark.parametrize("codec", ["utf-8", "cp932", "euc_jp"])
def test_a_text_in_the_notation_of_aozora_bunko(codec: str) -> None:
    (document,) = read_as("a.txt", NOVEL.encode(codec))
    assert isinstance(document, LoadedDocument)
    assert document.title == "山の宿"
    letter = bytes([0x8F, 15 + 0xA0, 56 + 0xA0]).decode("euc_jis_2004")
    assert document.text.split() == ["山の宿", "丙野月子", "一", f"峠の茶屋で、{letter}の花を見た。"]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("彼は｜聖剣《エクスカリバー》を抜く。", "彼は聖剣を抜く。"),
        ("|竜《ドラゴン》と《《必ず》》戦う。", "竜と必ず戦う。"),
        ("｜岬《みさき》から\n｜紫陽花(あじさい)の道。", "岬から\n紫陽花の道。"),
        ("｜鰯《いわし》と｜鯖《さば》と鯵《あじ》。", "鰯と鯖と鯵。"),
        ("｜岬《みさき》へ。\n商品｜価格｜棚《たな》", "岬へ。\n商品｜価格｜棚"),
        ("鰯《いわし》。" * 9 + "鯖《さば》［＃改ページ］", "鰯。" * 9 + "鯖"),
        ("※［＃「口＋畏」、U+5580、5-8］と言う。", "\u5580と言う。"),
        ("※［＃始め二重山括弧］と言う。", "〓と言う。"),
        ("<ruby>躑躅<rp>(</rp><rt>つつじ</rt><rp>)</rp></ruby>が咲く。", "躑躅が咲く。"),
    ],
)
def test_readings(text: str, plain: str) -> None:
    assert without_readings(text) == plain


@pytest.mark.parametrize(
    "text",
    [
        "絵本《そらのいろ》を読む。",
        "雑誌《かぜ》と絵本《そら》と詩集《うみ》と事典《鳥の図鑑》。",
        "詩《うみ》と曲《かぜ》と劇《おと》を観た。",
        "前編《はじまり》が公開。後編《おわり》も公開。番外《まつり》は来春。",
        "入口｜案内《Guide》｜地図",
        "入口｜案内《あんない》｜地図",
        "｜札幌（さっぽろ）｜小樽（おたる）｜",
        "｜札幌（さっぽろ）の地図",
        "Sea《うみ》と|夜《Night》を読む。",
        "| 品 | 値 |\n| --- | --- |\n| 鍬 | 9 |",
        "例は `<ruby>漢<rt>かん</rt></ruby>` と書く。",
        "a || b 《x》",
        "|名|意味|\n|---|---|\n|東風《こち》|春の風|\n",
    ],
)
def test_what_is_no_reading_stays(text: str) -> None:
    assert without_readings(text) == text


def test_a_note_alone_does_not_make_titles_readings() -> None:
    text = "童話《そらのふね》を読む。\n{}絵本《もりのいえ》も。"
    assert without_readings(text.format("［＃改ページ］\n")) == text.format("\n")


def test_front_matter_keeps_its_place() -> None:
    (text,) = texts("a.md", "---\ntitle: 旅\n---\n｜峠《とうげ》を越す。".encode()).values()
    assert text == "---\ntitle: 旅\n---\n峠を越す。"


@pytest.mark.parametrize("piece", ["｜", "《", "》", "漢《", "｜漢", "［＃", "※［＃", "<rt>", "-" * 20, "《《", "1-1-"])
def test_it_takes_linear_time(piece: str) -> None:
    began = time.perf_counter()
    without_readings(f"<ruby>｜漢《かん》［＃注］{piece * 100_000}")
    assert time.perf_counter() - began < 5
