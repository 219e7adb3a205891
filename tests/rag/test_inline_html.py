"""An answer in a notebook: its text and sources, escaped, in its own language."""

from __future__ import annotations

import json

from rag.inline_html import answer_html
from rag.records import Answer, Attempt, Chunk, Hit

HIT = Hit(Chunk("a", "東京は日本の<b>首都</b>である。", "東京 & 首都", "ja/t.md", "ja", 0, 12, 0), 1, 0.5)


def test_an_answer_shows_its_text_and_its_sources() -> None:
    block = Answer(
        "首都は？", "ja", (Attempt("東京<script>", language_ok=True, finish="length"),), (HIT,)
    )._repr_html_()
    for text in (
        "東京&lt;script&gt;",
        "出典（1 件）",
        "東京 &amp; 首都",
        "ja/t.md",
        "&lt;b&gt;首都&lt;/b&gt;",
        "途切れて",
    ):
        assert text in block
    assert "<script>" not in block
    assert 'lang="ja"' in block


def test_an_answer_without_sources_has_no_list() -> None:
    block = answer_html(Answer("Capital?", "en", (Attempt("", language_ok=True),)))
    assert "<details>" not in block
    assert "<ol>" not in block


def test_an_answer_goes_to_json_and_back() -> None:
    answer = Answer("首都は？", "ja", (Attempt("東京", language_ok=True),), (HIT,))
    fields = json.loads(json.dumps(answer.to_dict()))
    assert fields["text"] == "東京"
    assert fields["hits"][0]["chunk"]["source"] == "ja/t.md"
