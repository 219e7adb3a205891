"""A small retrieval collection: facts in one language, in the other, and in both."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

DOCUMENTS: list[dict[str, Any]] = [
    {
        "id": "ja:富士山/0",
        "title": "富士山",
        "text": "富士山は標高3776メートルで、日本で最も高い山である。",
        "lang": "ja",
    },
    {"id": "ja:許斐剛", "title": "許斐剛", "text": "許斐剛は『テニスの王子様』の作者である。", "lang": "ja"},
    {"id": "ja:水", "title": "水", "text": "水の化学式はH2Oである。", "lang": "ja"},
    {
        "id": "en:fuji",
        "title": "Mount Fuji",
        "text": "Mount Fuji, 3776 m, is the highest mountain in Japan.",
        "lang": "en",
    },
    {"id": "en:baikal", "title": "Lake Baikal", "text": "Lake Baikal is the deepest lake in the world.", "lang": "en"},
]
QUESTIONS: list[dict[str, Any]] = [
    {"id": "1", "question": "日本で最も高い山は？", "doc_id": "ja:富士山/0", "doc_id_xl": "en:fuji", "lang": "ja"},
    {
        "id": "2",
        "question": "What is the highest mountain in Japan?",
        "doc_id": "en:fuji",
        "doc_id_xl": "ja:富士山/0",
        "lang": "en",
    },
    {"id": "3", "question": "「テニスの王子様」の作者はだれですか？", "doc_id": "ja:許斐剛", "lang": "ja"},
    {"id": "4", "question": "What is the deepest lake in the world?", "doc_id": "en:baikal", "lang": "en"},
    {"id": "5", "question": "答えのない質問", "doc_id": None, "lang": "ja"},
]


def write_collection(
    folder: Path, documents: list[dict[str, Any]] | None = None, questions: list[dict[str, Any]] | None = None
) -> Path:
    """Write a collection into a folder; by default the small one."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in (
        ("documents.jsonl", DOCUMENTS if documents is None else documents),
        ("questions.jsonl", QUESTIONS if questions is None else questions),
    ):
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / name).write_text(lines, encoding="utf-8")
    return folder
