"""Short texts in encodings that share their bytes are read right, or named; never as other letters."""

from __future__ import annotations

import io
import random
import re
from collections.abc import Iterator

import pytest

from rag.errors import UnreadableDocument
from rag.text.encoding_detection import decode
from rag.text.encoding_guess import guess_encoding
from rag.text.lines import read_lines

JAPANESE_WORDS = (
    "東京都 大阪府 山田太郎 鈴木一郎 佐藤花子 総務部 経理課 営業時間 休診日 会議室 ラーメン コーヒー さくら "
    "りんご 受付 玄関 ㈱山田商店 髙橋 氏名 住所 電話番号 はい いいえ 有 無 ○ 第1条 （税込） ①申請書 10個 "
    "2024年4月1日 AM9時から Wi-Fi接続 USBメモリ A社とB社 JIS規格 DVDを2枚 メモ 北海道札幌市 醤油 煎餅 "
    "ＡＢＣ商事 「はい」 〒100-0001 "
    "■概要 単価1,200円 有給休暇は年に何日ですか。 領収書を添えて申請する。 締切は毎月25日まで"
).split(" ")
HALF_WIDTH_WORDS = ("ﾔﾏﾀﾞ ﾀﾛｳ", "ｶﾌﾞｼｷｶﾞｲｼｬ", "ﾃﾞﾝﾜ")
WESTERN_WORDS = (
    "It’s|don’t|we’ll|they’ve|I’m|you’re|the boys’ room|o’clock|James’s|“Yes”|He said ‘no’|a – b|10–20|north–south|"
    "London–Paris|wait…|25 °C|200°C|45° north|£20|£3.50|100 €|€5|¥300|café|résumé|naïve|Beyoncé|Zürich|Curaçao|"
    "5 µm|10 µg|size,price 5 µm,£3|"
    "São Paulo|façade|crème brûlée|Malmö|piñata|El Niño|Dès|déjà vu|vis-à-vis|½ cup|100 m²|5 × 3|50 ± 2|"
    "© 2024|Brand™|• item|Nº 5|Straße|Größe|L’école est fermée.|¿Qué?|smörgåsbord|François|Ångström"
).split("|")
OTHERS = {
    "gb18030": (
        "办公时间是上午九点到下午五点，星期日休息。",
        "姓名,电话\n王小明,1234\n李华,5678",
        "请在三天之内提交申请表。",
    ),
    "big5": (
        "辦公時間是上午九點到下午五點，星期日休息。",
        "姓名,電話\n王小明,1234\n李華,5678",
        "請在三天之內提交申請表。",
    ),
    "cp949": (
        "영업시간은 오전 아홉 시부터입니다.",
        "이름,전화\n김철수,1234\n이영희,5678",
        "반품은 7일 이내에 가능합니다.",
    ),
    "cp1251": ("Офис работает с девяти до пяти.", "Имя,Телефон\nИван Петров,1234\n"),
    "koi8_r": ("Офис работает с девяти до пяти.", "Имя,Телефон\nИван Петров,1234\n"),
    "cp866": ("Офис работает с девяти до пяти.", "Имя,Телефон\nИван Петров,1234\n"),
    "cp1253": ("Το γραφείο ανοίγει στις εννέα.", "Όνομα,Τηλέφωνο\nΝίκος Παππάς,1234\n"),
    "cp1255": ("המשרד פתוח מתשע עד חמש.", "שם,טלפון\nדוד כהן,1234\n"),
    "cp1256": ("المكتب مفتوح من التاسعة حتى الخامسة.", "الاسم,الهاتف\nمحمد علي,1234\n"),
    "cp874": ("สำนักงานเปิดเวลาเก้าโมงเช้า", "ชื่อ,โทรศัพท์\nสมชาย ใจดี,1234\n"),
}
LATIN = {
    "cp1250": (
        "Biuro jest otwarte od dziewiątej do piątej, także w święta.",
        "Imię,Miasto\nStanisław Wójcik,Łódź\nMałgorzata Kozłowska,Gdańsk\n",
        "Kancelář je otevřena od deváté do páté hodiny, i když je svátek.",
        "Jméno,Město\nJiří Dvořák,Plzeň\nMarkéta Čechová,Hradec Králové\n",
        "Az iroda kilenctől ötig van nyitva, a következő héten zárva. Kérjük, előbb telefonáljon, és jelezze időben.",
    ),
    "iso8859_2": ("Biuro jest otwarte od dziewiątej do piątej, także w święta.",),
    "cp1254": ("Ofis sabah dokuzdan akşam beşe kadar açıktır, öğle arası yoktur.", "Ad,Şehir\nAyşe Yıldız,Muğla\n"),
    "cp1257": (
        "Biuras dirba nuo devynių iki penkių, išskyrus šventes ir šeštadienį.",
        "Birojs atvērts no deviņiem līdz pieciem, izņemot svētdienās.",
    ),
}


def tables(words: list[str] | tuple[str, ...], count: int, seed: int) -> Iterator[str]:
    """Yield tables of three rows whose cells are some of these words."""
    chance = random.Random(seed)
    for _ in range(count):
        rows = [f"{number},{','.join(chance.sample(words, 2))}" for number in range(1, 4)]
        yield "\n".join(["No,question,answer", *rows])


def outcome(text: str, encoding: str) -> str:
    try:
        return "right" if decode(text.encode(encoding), "a.csv") == text else "wrong"
    except UnreadableDocument:
        return "named"


@pytest.mark.parametrize("encoding", ["cp932", "euc_jis_2004"])
def test_japanese_words_and_tables_are_read(encoding: str) -> None:
    words = [word for word in JAPANESE_WORDS if len(word) > 1 and (encoding == "cp932" or not set("㈱髙") & set(word))]
    if encoding == "cp932":
        words += HALF_WIDTH_WORDS
    assert [(text, seen) for text in words if (seen := outcome(text, encoding)) != "right"] == []
    assert {outcome(text, encoding) for text in tables(words, 60, 1)} == {"right"}


def test_japanese_whose_bytes_are_those_of_rare_letters_in_utf8() -> None:
    for text, encoding in (("1494年", "euc_jp"), ("No,年\n1,1998年\n2,50名", "euc_jp"), ("隕石などの衝突熱", "cp932")):
        assert text.encode(encoding).decode() != text, "the bytes are UTF-8 too"
        assert outcome(text, encoding) == "right"
        assert [line.text for line in read_lines(io.BytesIO(text.encode(encoding)), "a.csv")] == text.splitlines(True)
    for text in ("/k\u0259\u02c8te\u026a/", "re\u0301sume\u0301", "\u0181ar\u0253iya", "Њ, Ђ", "ŋ", "ĳ", "Ṽ", "Łódź"):
        assert decode(text.encode(), "a.txt") == text


@pytest.mark.parametrize("encoding", ["cp1252", "iso8859_15", "latin-1"])
def test_western_words_and_tables_are_read(encoding: str) -> None:
    words = [word for word in WESTERN_WORDS if fits(word, encoding)]
    assert [(text, seen) for text in words if (seen := outcome(text, encoding)) != "right"] == []
    assert {outcome(text, encoding) for text in tables(words, 60, 2)} == {"right"}


def fits(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def test_western_tables_of_a_macintosh_are_read() -> None:
    words = [word for word in WESTERN_WORDS if fits(word, "mac_roman") and "–" not in word]
    outcomes = [outcome(text, "mac_roman") for text in tables(words, 60, 3)]
    assert outcomes.count("right") >= 57
    assert "wrong" not in outcomes


@pytest.mark.parametrize("encoding", OTHERS)
def test_encodings_of_other_languages_are_named(encoding: str) -> None:
    for text in OTHERS[encoding]:
        with pytest.raises(
            UnreadableDocument,
            match=r"(This seems to be [A-Z].*, in|may be Windows-1253 or) .*a\.txt",
        ):
            decode(text.encode(encoding), "a.txt")


@pytest.mark.parametrize("encoding", LATIN)
def test_other_latin_letters_are_read_or_named_with_what_to_say(encoding: str) -> None:
    for text in LATIN[encoding]:
        assert outcome(text, encoding) in ({"right"} if text.endswith(".") else {"right", "named"})
    words = sorted({word for text in LATIN[encoding] for word in re.findall(r"\w+", text) if not word.isascii()})
    outcomes = [outcome(text, encoding) for text in tables(words, 60, 4)]
    assert outcomes.count("wrong") <= 3, "of words out of their sentences"
    assert outcomes.count("right") >= 40


def test_what_may_be_two_encodings_is_named_with_both() -> None:
    with pytest.raises(UnreadableDocument, match=r"may be EUC-JP or .*--encoding euc_jp"):
        decode("採掘".encode("euc_jp"), "a.txt")
    assert decode("採掘".encode("euc_jp"), "a.txt", given="EUC-JP") == "採掘"


@pytest.mark.parametrize("text", ["Привет, как дела? Спасибо.", "Καλημέρα κόσμε, τι κάνεις;"])
@pytest.mark.parametrize("encoding", ["cp866", "iso8859_5", "cp1253", "cp855"])
def test_letters_that_no_text_has_are_named(text: str, encoding: str) -> None:
    if fits(text, encoding):
        assert outcome(text * 3, encoding) == "named"


def test_a_long_line_that_the_sample_cuts_within_a_letter() -> None:
    for encoding in ("cp932", "euc_jp"):
        for shift in ("", "a"):
            text = shift + "東京都の表と能力。" * 5000
            assert decode(text.encode(encoding), "a.txt") == text


def test_a_damaged_byte_is_named_with_its_line() -> None:
    data = "東京都の表\n大阪府の表\n".encode("cp932") * 9 + b"\x83\xff\n"
    with pytest.raises(UnreadableDocument, match=r"CP932 .*0x83 in line 19"):
        decode(data, "a.txt")


def test_a_declaration_that_the_letters_refute_does_not_count() -> None:
    text = "営業時間は午前九時から午後五時までです。定休日は日曜日です。"
    for declared in ("iso-8859-1", "euc-kr", "gb2312", "windows-1251"):
        assert decode(text.encode("cp932"), "a.html", declared=declared) == text


@pytest.mark.parametrize("declared", ["gb2312", "GBK", "big5", "euc-kr", "windows-1251", "koi8-r"])
def test_a_declared_encoding_of_another_language_is_named(declared: str) -> None:
    texts = {"g": OTHERS["gb18030"], "b": OTHERS["big5"], "e": OTHERS["cp949"], "w": OTHERS["cp1251"]}
    data = texts.get(declared[0].lower(), OTHERS["cp1251"])[0].encode(declared)
    with pytest.raises(UnreadableDocument, match=declared):
        decode(data, "a.html", declared=declared)


def test_nothing_beyond_ascii_is_no_guess() -> None:
    assert guess_encoding([]) is None
