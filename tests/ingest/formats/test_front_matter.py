"""Front matter is read as site generators read it; text between rules is text."""

from __future__ import annotations

import pytest

from ingest.formats.front_matter import front_matter
from tests.ingest.files import texts


@pytest.mark.parametrize(
    ("block", "fields"),
    [
        ("---\ntitle: 規程\nlang: ja-JP\n---\n", {"title": "規程", "lang": "ja-JP"}),
        ("---\ntitle: 'It''s: here'\n---\n", {"title": "It's: here"}),
        ('---\ntitle: "規程: 第3版"  # comment\n...\n', {"title": "規程: 第3版"}),
        ("---\nTitle: >-\n  二行の\n  題\ntags: [a, b]\n---\n", {"title": "二行の 題"}),
        ("---\nlang: no\ndate: 2024-01-01\n---\n", {"lang": "no", "date": "2024-01-01"}),
        ("---\ntitle: 規程: 第3版\ndate: x\n---\n", {"title": "規程: 第3版", "date": "x"}),
        ("---\ntitle: *ref\n---\n", {"title": "*ref"}),
        ("+++\ntitle = '規程'\ndate = 2024-01-01\n[menu]\nmain = 1\n+++\n", {"title": "規程", "date": "2024-01-01"}),
        ("---\n---\n", {}),
    ],
)
def test_fields(block: str, fields: dict[str, str]) -> None:
    found = front_matter(block + "本文")
    assert dict(found.fields) == fields
    assert found.body == len(block)


@pytest.mark.parametrize(
    "text",
    [
        "---\n\n受付は九時から十七時までです。\n\n---\n\n休みは日曜日です。\n",
        "---\n受付: 九時から\n休み: 日曜日\n---\n本文\n",
        "---\nNote: closed on Sundays.\n---\nText.\n",
        "---\n- 一\n- 二\n---\n本文\n",
        "---\n# 見出し\n本文\n---\n続き\n",
        "+++\n本文\n+++\n続き\n",
        "---\ntitle: 閉じない\n本文\n",
        "----\ntitle: a\n----\n",
        "本文\n---\ntitle: a\n---\n",
    ],
)
def test_text_between_rules_is_text(text: str) -> None:
    assert front_matter(text).body == 0
    assert texts("a.md", text.encode()) == {"a.md": text}


@pytest.mark.parametrize(
    "block", ["a: &a [*a, *a]\n" * 99, "title: " + "[" * 5000, "a: !!python/object:os.system {}\n"]
)
def test_hostile_yaml_is_read_as_text(block: str) -> None:
    assert isinstance(dict(front_matter(f"---\n{block}\n---\nx").fields), dict)
