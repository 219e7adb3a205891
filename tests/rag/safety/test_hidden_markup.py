"""Markdown as its reader sees it."""

from __future__ import annotations

import pytest

from rag.safety.hidden_markup import as_rendered


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("前<!-- 隠 -->後", "前後"),
        ("Before<!-- to the\nend", "Before"),
        ("前\n[//]: # (隠)\n[comment]: <> (hidden)\n[1]: https://a.example", "前\n\n\n[1]: https://a.example"),
        ('見<span style="display:none">隠</span>る', "見る"),
        ("見<div class=a hidden>隠<b>隠</b></div>る", "見る"),
        ("![図](https://a.example/p.png?q=東京)の下", "図の下"),
        ('<img src="https://a.example/p.png">x', "x"),
        ("[申請書](https://a.example/form?id=1#top)を使う", "申請書 (https://a.example/form)を使う"),
        ('[form](<https://a.example/f> "title")', "form (https://a.example/f)"),
        ("a --> b, 1 < 2, <b>太字</b>", "a --> b, 1 < 2, <b>太字</b>"),
    ],
)
def test_text(text: str, left: str) -> None:
    assert as_rendered(text) == left
