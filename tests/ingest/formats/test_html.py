"""A page becomes the text that its reader sees."""

from __future__ import annotations

import pytest

from ingest.documents import LoadedDocument
from rag.records import Failure
from tests.ingest.files import read_as, texts
from tests.rows import each_row


def body(html: str) -> str:
    (text,) = texts("page.html", html.encode()).values()
    return text


@each_row(
    "html, text",
    [
        ("<h1>経費<br>精算</h1><p>一。</p><h3 class=x> 申請 </h3>二。", "# 経費 精算\n\n一。\n\n### 申請\n\n二。"),
        ("<p>東京は\n  日本の\n首都。</p>", "東京は日本の首都。"),
        ("<p>Tokyo is\n  the capital\nof Japan.</p>", "Tokyo is the capital of Japan."),
        ("<p>一行目<br>二行目<br/>三行目", "一行目\n二行目\n三行目"),
        ("<p>a<p>b<div>c</div>d", "a\n\nb\n\nc\n\nd"),
        ("x<b>bo</b>ld <i>it</i>", "xbold it"),
        ("<ul><li>一<li>二</ul><ol><li><p>三</p></ol>", "- 一\n- 二\n\n1. 三"),
        ("<ol start=3><li>三<ul><li>点</ul><li>四<li value=9>九<li>十</ol>", "3. 三\n\n- 点\n\n4. 四\n9. 九\n10. 十"),
        ("<ol type=a><li>x<li>y</ol><ol type=I reversed><li>x<li>y</ol>", "a. x\nb. y\n\nII. x\nI. y"),
        (
            "<ol style='list-style: none'><li>x</ol><ol><li>第1条 目的<li>（二）乙<li>3) 丙",
            "- x\n\n- 第1条 目的\n- （二）乙\n- 3) 丙",
        ),
        (
            "<table><tr><th rowspan=2>区分<th colspan=2>料金<tr><th>平日<th>休日"
            "<tr><td rowspan=2>大人<td>800円<td>900円<tr><td>700円<td>750円<tr><td>子<td colspan=2>400円</table>",
            "| 区分 | 料金 | 料金 |\n| 区分 | 平日 | 休日 |\n| 大人 | 800円 | 900円 |\n"
            "| 大人 | 700円 | 750円 |\n| 子 | 400円 | 400円 |",
        ),
        ("<table><tr><td colspan=3>注記<tr><td>a<td>b<td>c</table>", "| 注記 |\n| a | b | c |"),
        ("<table><tr><td rowspan=9>a<td>b</table><table><tr><td>c</table>", "| a | b |\n\n| c |"),
        (
            "面積は10<sup>5</sup> m<sup>2</sup>、x<sup>-n</sup>、注<sup>[3]</sup>、H<sub>2</sub>O",
            "面積は10⁵ m²、x⁻ⁿ、注[3]、H2O",
        ),
        ("値段は<del>500円</del><ins>600円</ins>です。", "値段は600円です。"),
        (
            "<table><caption>表</caption><tr><th>品<th>価格<tr><td><p>りんご</p><td>100円<br>税込</table>後",
            "表\n\n| 品 | 価格 |\n| りんご | 100円 税込 |\n\n後",
        ),
        ("<table><tr><td><h2>見出し</h2><p>本文<td>右</table>", "## 見出し\n\n本文\n\n右"),
        ("<table><tr><td><table><tr><td>a<td>b</table></table>", "| a | b |"),
        ("<table><tr></tr><tr><td></td></tr></table>後<td>x</tr>", "後x"),
        ("<ul><li></li></ul><p>次", "次"),
        ("<pre>def f():\n    return 1\n</pre>x", "def f():\n    return 1\n\nx"),
        ("<ruby>許斐<rp>(</rp><rt>このみ</rt><rp>)</rp></ruby><ruby>剛<rt>たけし</ruby>だ", "許斐剛だ"),
        ("<ruby><rb>漢</rb><rtc><rt>かん</rt></rtc></ruby>字", "漢字"),
        ("前<script>var x='<p>';</script><style>p{}</style><template>t</template>後", "前後"),
        ("<nav>案内</nav><div role=navigation>案内</div><main>本文</main>", "本文"),
        ("見<p hidden>隠</p><p style='color:red; DISPLAY : none'>隠</p><i style=visibility:hidden>隠</i>", "見"),
        ("<p style='display:nonexistent'>見える</p>", "見える"),
        (
            "見<i style='color:#FFF;background:white'>隠</i><i style='font-size:0'>隠</i><i style='opacity: 0.0'>隠",
            "見",
        ),
        (
            "見<i style='position:absolute; left:-9999px'>隠</i><i style='text-indent: -999em'>隠</i>"
            "<i style='margin-left:-12px'>える</i>",
            "見える",
        ),
        (
            "<i style='color:white'>見</i><i style='color:#fff;background:#036'>え</i><i style='font-size:10px'>る</i>",
            "見える",
        ),
        ("前<!-- 注釈 -->後<?php echo 1 ?>", "前後"),
        ("R&amp;D&nbsp;&lt;東京&gt; &#x9ad8;", "R&D <東京> 高"),
        ("<h2></h2><h2><img src=x></h2>本文", "本文"),
        ("<p>閉じない<b>太字<p>次", "閉じない太字\n\n次"),
    ],
)
def test_text(html: str, text: str) -> None:
    assert body(html) == text


@pytest.mark.parametrize(
    ("html", "title"),
    [
        ("<title> 社内\n規程 </title><h1>経費</h1>x", "社内 規程"),
        ("<h2>二</h2><h1>経費</h1>x", "経費"),
        ("<h2>二</h2>x", "二"),
        ("<title>Untitled</title>x", "page"),
        ("<svg><title>icon</title></svg><h1>Guide</h1>", "icon"),
        ("x", "page"),
    ],
)
def test_title(html: str, title: str) -> None:
    (document,) = read_as("page.htm", html.encode())
    assert isinstance(document, LoadedDocument)
    assert document.title == title


TEXT = "表示能力、ソース①。"


@pytest.mark.parametrize(
    ("declared", "codec"),
    [
        ("<meta charset=shift_jis>", "cp932"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=x-sjis">', "cp932"),
        ("<meta charset='EUC-JP'>", "euc_jis_2004"),
        ('<?xml version="1.0" encoding="EUC-JP"?>', "euc_jis_2004"),
        ("<meta charset=utf-8>", "utf-8"),
        ("<meta charset=utf-8>", "utf-8-sig"),
        ("<meta charset=shift_jis>", "utf-8"),  # a declaration that is wrong
        ("<meta charset=shift_jis>", "utf-16"),
        ("<meta charset=utf-8>", "cp932"),
        ("<meta charset=no-such-thing>", "cp932"),
        ("<meta charset=hex>", "utf-8"),
        ("", "cp932"),
        ("", "utf-16-le"),
    ],
)
def test_encoding(declared: str, codec: str) -> None:
    html = f"{declared}<body>{TEXT}"
    (text,) = texts("page.html", html.encode(codec)).values()
    assert text == TEXT


def test_a_western_page_is_as_it_declares() -> None:
    (text,) = texts("page.html", "<meta charset=iso-8859-1>naïve café – “x”".encode("cp1252")).values()
    assert text == "naïve café – “x”"


def test_iso_2022_jp_with_nec_characters() -> None:
    data = (
        b"<p>\x1b$B" + "①株式会社".encode("euc_jis_2004").translate(bytes(b & 0x7F for b in range(256))) + b"\x1b(B OK"
    )
    (text,) = texts("page.html", data).values()
    assert text == "①株式会社 OK"


@pytest.mark.parametrize("depth", [300, 1500])
def test_deep_pages_are_read(depth: int) -> None:
    assert body("<div>" * depth + "深い" + "</div>" * depth) == "深い"


def test_soft_hyphens_and_readings_are_left_out() -> None:
    page = "<p><ruby>漢<rt>かん</rt>字<rp>(</rp><rt>じ</rt><rp>)</rp></ruby>のdocu&shy;ment</p><pre>a&shy;b</pre>"
    assert texts("a.html", page.encode()) == {"a.html": "漢字のdocument\n\nab"}


@pytest.mark.parametrize("html", ["<p {}>x</p>", "<p title='a' {}>x</p>", "<p {}", "text <p\n{}>x</p>"])
def test_thousands_of_attributes_are_named(html: str) -> None:
    (failed,) = read_as("a.html", html.format(" ".join(f"a{at}=1" for at in range(100_000))).encode())
    assert "thousands of attributes" in str(failed)


def test_a_long_attribute_is_read_in_linear_time() -> None:
    for name, value in (("style", "a-"), ("title", "a b=c "), ("style", "a:"), ("style", "0")):
        assert body(f"<p {name}='{value * 500_000}'>本文</p>") == "本文"


def test_readings_on_lines_of_their_own_break_no_word() -> None:
    assert body("<p>\n<ruby>\n権利\n<rp>(</rp>\n<rt>けんり</rt>\n<rp>)</rp>\n</ruby>\nの条約</p>") == "権利の条約"


def test_a_long_script_is_no_tag_with_attributes() -> None:
    assert body(f"<p>本文</p><script>var a = b<c; {'x = y + z; ' * 5000}</script>") == "本文"


def test_the_language_of_a_page_is_named_where_its_letters_agree() -> None:
    german = "Die Rechnung ist innerhalb von vierzehn Tagen ohne Abzug zu zahlen."
    for html in (
        f"<html lang='de'><p>{german}</p>",
        f"<body lang=de-AT><p>{german}</p>",
        f"<meta http-equiv=content-language content=de><p>{german}</p>",
    ):
        (failed,) = read_as("a.html", html.encode())
        assert "German" in str(failed)
    assert (
        body("<html lang='en'><p>請求書は十四日以内にお支払いください。</p>")
        == "請求書は十四日以内にお支払いください。"
    )


def test_a_page_of_frames_is_named() -> None:
    html = "<frameset cols=*><frame src=a.html><noframes><body><p>枠を使えません。</body></noframes></frameset>"
    (failed,) = read_as("a.html", html.encode())
    assert isinstance(failed, Failure)
    assert "consists of frames" in failed.message


@pytest.mark.parametrize(
    "html",
    [
        "<table>" + "<tr><td rowspan=65534 colspan=1000>長い見出し<td>x" * 5000,
        "<table>" + f"<tr><td colspan=1000>{'字' * 90}<td>x" * 3000,
        "<table><tr>" + "<td rowspan=65534>a" * 1000 + "<tr><td>x" * 20_000,
    ],
)
def test_merged_cells_add_little(html: str) -> None:
    assert len(body(html)) < 3_000_000


def test_a_table_is_one_block_with_its_head_and_foot() -> None:
    head, foot = "<thead><tr><th>月<th>泊数</thead>", "<tfoot><tr><td>計<td>9</tfoot>"
    table = f"<table>{head}<tbody><tr><td>四月<td>4<tr><td>五月<td>5</tbody>{foot}</table>"
    assert body(f"<p>前{table}後") == "前\n\n| 月 | 泊数 |\n| 四月 | 4 |\n| 五月 | 5 |\n| 計 | 9 |\n\n後"


@pytest.mark.parametrize("tag", ["s", "strike"])
def test_what_is_struck_through_is_marked(tag: str) -> None:
    assert body(f"<p>料金は<{tag}>900円</{tag}>700円です。") == "料金は~~900円~~700円です。"


def test_what_was_typed_and_chosen_in_a_form() -> None:
    page = (
        "<p>氏名 <input value='丙野'> 入社日 <input type=date value=2023-10-02></p>"
        "<p><input type=checkbox checked>昼 <input type=checkbox>夜 "
        "<input type=radio name=a>東 <input type=RADIO checked>西</p>"
        "<p>店 <select><option>本店<option selected>南店</select></p>"
        "<input type=hidden value=x1><input type=password value=x2><input type=submit value=x3><input placeholder=x4>"
    )
    assert body(page) == "氏名 丙野 入社日 2023-10-02\n\n☑ 昼 ☐ 夜 ☐ 東 ☑ 西\n\n店 本店\n☑ 南店"


@pytest.mark.parametrize(
    ("style", "marks"),
    [
        ("list-style-type: lower-roman", "i. ii."),
        ("color: red; LIST-STYLE: katakana inside", "ア. イ."),
        ("list-style-type:cjk-ideographic", "一. 二."),
        ("list-style-type: decimal-leading-zero", "01. 02."),
        ("list-style-type: unknown", "1. 2."),
        ("list-style-type: disc", "- -"),
    ],
)
def test_numbers_of_lists_by_their_style(style: str, marks: str) -> None:
    first, second = marks.split()
    assert body(f"<ol style='{style}'><li>春<li>秋</ol>") == f"{first} 春\n{second} 秋"


ANSWER = "解約料は三千円で、前月の末日までに申し出てください。"


@pytest.mark.parametrize(
    "html",
    [
        f"<p>解約料は？<button aria-controls='x a1'>開く</button></p><div id=a1 hidden>{ANSWER}</div>",
        f"<a href='#p2' role=tab>法人</a><div id=p2 role=tabpanel style='display:none'>{ANSWER}</div>",
        f"<a data-bs-target='#c'>問</a><div id=c style='display: none'>{ANSWER}</div>",
        f"<p>問</p><div hidden=until-found>{ANSWER}</div>",
    ],
)
def test_what_a_control_of_the_page_unfolds_is_read(html: str) -> None:
    assert ANSWER in body(html)


@pytest.mark.parametrize("style", ["opacity:0", "font-size:0"])
def test_what_a_control_names_and_nobody_sees_is_not_read(style: str) -> None:
    assert body(f"<p>問い</p><a href='#a'>開</a><div id=a style='{style}'>隠</div>") == "問い\n\n開"


@pytest.mark.parametrize("popup", ["role=dialog hidden", "role=menu hidden", "aria-modal=true style='display:none'"])
def test_what_opens_over_a_page_is_no_text_of_it(popup: str) -> None:
    opened = f"<button aria-controls=a>設定</button><div id=a {popup}>{'クッキーを使います。' * 9}</div>"
    (found,) = read_as("a.html", f"<p>{'本文です。' * 9}</p>{opened}".encode())
    assert "クッキー" not in str(found)


def test_much_hidden_text_is_named() -> None:
    few, much = (
        read_as("a.html", f"<p>{'本文です。' * times}</p><div style='display:none'>{ANSWER}<a>解約</a></div>".encode())
        for times in (100, 5)
    )
    assert len(few) == 1
    assert isinstance(much[1], Failure)
    assert much[1].error == "LeftOut"
    assert f"{len(ANSWER)} letters" in much[1].message


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<table><tr><td>検索<td><img alt=×><td><b><img alt='○'></b></table>", "| 検索 | × | ○ |"),
        ("<table><tr><td><a href=x><img alt=ホーム></a><td>本文</table>", "| | 本文 |"),
        ("<h1><a href=/><img alt=株式会社見本></a></h1><h2>使い方</h2>x", "## 使い方\n\nx"),
        ("<table><tr><td><img width=1 alt=spacer><td>本文</table>", "| | 本文 |"),
        ("<h2><img src=a.gif alt=会社概要></h2>x", "## 会社概要\n\nx"),
        ("<table><tr><td>駅<img alt=写真><td><img alt=a01.jpg></table><p><img alt=飾り>本文", "| 駅 | |\n\n本文"),
    ],
)
def test_a_picture_that_stands_for_a_text_is_read(html: str, text: str) -> None:
    assert body(html) == text
