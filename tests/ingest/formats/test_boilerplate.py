"""Menus and what else is around the text of a web page is left out; no sentence, table or list of the text is lost."""

from __future__ import annotations

import itertools

import pytest

from tests.ingest.files import read_as
from tests.rows import each_row

LINKS = "".join(
    f'<li><a href="/{at}.html">{name}</a></li>' for at, name in enumerate(("会社案内", "製品", "採用", "お問い合わせ"))
)
AROUND = {
    "class": f'<div class="g-menu"><ul>{LINKS}</ul></div>',
    "id": f'<div id="globalNavi"><ul>{LINKS}</ul></div>',
    "role": f'<div role="navigation"><ul>{LINKS}</ul></div>',
    "breadcrumb": '<p class="topicPath"><a href="/">ホーム</a> &gt; <a href="/kitei">規程</a> &gt; 旅費</p>',
    "aside": f"<aside><h3>よく読まれている記事</h3><ul>{LINKS}</ul></aside>",
    "related": f'<section class="related-posts"><h2>関連する記事</h2><ul>{LINKS}</ul></section>',
    "footer": f"<footer><ul>{LINKS}</ul><small>© 2026 架空商事</small></footer>",
    "comment form": '<div id="respond"><h3>コメントを残す</h3><p>アドレスは公開されません。</p></div>',
    "cookies": '<div class="cookie-consent">当サイトは Cookie を使用します。<button>同意する</button></div>',
    "english": '<div class="site-nav"><a href="/">Home</a> | <a href="/a">About</a> | <a href="/c">Help</a></div>',
}
CONTENTS = {
    "short": "<h1>休業日</h1><p>八月十三日は休業します。</p>",
    "article": "<article><h1>有給休暇</h1><p>有給休暇は年二十日です。</p><p>翌年度に繰り越せます。</p></article>",
    "regulation": "<h1>旅費規程</h1><ol><li>第一条　旅費は実費とする。</li>"
    '<li>第二条　日当は<a href="#1">第一条</a>のほかに支給する。</li></ol>',
    "table": "<h1>料金</h1><table><tr><th>地域</th><th>送料</th></tr><tr><td>北海道</td><td>1,200円</td></tr></table>",
    "faq": "<h1>よくある質問</h1><dl><dt>送料はいくらですか。</dt><dd>全国一律五百円です。</dd>"
    '<dt>返品できますか。</dt><dd><a href="/r">返品の手順</a>に従ってください。</dd></dl>',
    "english": "<main><h1>Opening hours</h1><p>The desk is open from nine to five on weekdays.</p></main>",
}


def _text(body: str) -> str:
    (document,) = read_as("頁.html", f"<html><head><title>題</title></head><body>{body}</body></html>".encode())
    return document.text if hasattr(document, "text") else ""


@each_row("around, content", list(itertools.product(AROUND, CONTENTS)))
def test_what_is_around_a_text_leaves_no_trace(around: str, content: str) -> None:
    plain, block = CONTENTS[content], AROUND[around]
    assert _text(block + plain) == _text(plain + block) == _text(f"<div id='wrap'>{block}{plain}</div>") == _text(plain)


@pytest.mark.parametrize(
    "kept",
    [
        '<ul class="rules"><li>第一条　これを定める。</li><li>第二条　ただし書きを設ける。</li></ul>',
        '<div class="footer-note"><p>本規程は令和六年四月一日から施行する。</p></div>',
        '<div class="sidebar"><p>受付は平日の九時から十七時までです。電話は 03-0000-0000 です。</p></div>',
        "<header><h1>就業規則</h1><p>令和六年改定。従業員の就業について定める。</p></header>",
        '<div class="menu"><h2>お品書き</h2><p>天ぷらそば　1,200円</p><p>ざるそば　800円</p></div>',
        '<p class="related">関連する規程は旅費規程であり、<a href="/r">第三条</a>に日当の定めがあります。</p>',
        "<main><ul>" + LINKS + "</ul></main>",
        '<h2 class="section-header"><a href="#1">第一条　就業</a></h2>',
        '<table><tr class="header"><th><a href="?sort=1">会社案内</a></th><th><a href="?sort=2">価格</a></th></tr>'
        "<tr><td>案内</td><td>1,200円</td></tr></table>",
        "<table>" + "<tr><td><a href='/a'>会社案内</a></td><td><a href='/b'>第一条</a></td></tr>" * 3 + "</table>",
    ],
)
def test_sentences_and_lists_of_the_text_stay(kept: str) -> None:
    page = f"<h2>総則</h2>{kept}<p>この規程に定めのない事項は、法令の定めるところによる。</p>"
    text = "".join(_text(page).split())
    for words in ("第一条", "施行する", "平日の九時", "従業員", "1,200円", "第三条", "会社案内"):
        assert (words in text) == (words in kept)


def test_a_list_of_links_without_a_name_is_left_out_beside_a_text_only() -> None:
    article = f"<p>{'旅費は実費を支給し、日当は別に定める額とする。' * 4}</p>"
    assert "会社案内" not in _text(f"<ul>{LINKS}</ul>{article}")
    assert "会社案内" in _text(f"<h1>索引</h1><ul>{LINKS}</ul>")
    assert "会社案内" in _text(f"<main>{article}<ul>{LINKS}</ul></main>")


def test_a_page_of_links_alone_stays() -> None:
    assert "会社案内" in _text(f'<div class="menu"><ul>{LINKS}</ul></div>')
