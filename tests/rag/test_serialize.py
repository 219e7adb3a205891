"""Records to JSON and back; a fault in the text is described by its field."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from rag.errors import DatasetError
from rag.records import Language
from rag.serialize import from_json, to_jsonable


@dataclass(frozen=True, slots=True)
class Author:
    name: str
    language: Language = "ja"


@dataclass(frozen=True, slots=True)
class Book:
    title: str
    pages: int
    authors: tuple[Author, ...] = ()
    folder: Path = Path("本棚")
    ratings: Mapping[str, float] = field(default_factory=dict)


BOOK = Book("雪国", 192, (Author("川端康成"), Author("Seidensticker", "en")), Path("a/語"), {"星": 4.5, "NaN": 1.0})


def load(text: str | bytes) -> Book:
    return from_json(Book, text, error=lambda fault: DatasetError(f"unreadable: {fault}", where="book.json"))


def test_a_record_survives_the_way_to_json_and_back() -> None:
    text = json.dumps(to_jsonable(BOOK), ensure_ascii=False)
    assert load(text) == load(text.encode("utf-8")) == BOOK


def test_missing_fields_take_defaults_and_unknown_ones_are_ignored() -> None:
    assert load('{"title": "雪国", "pages": 192, "publisher": "?"}') == Book("雪国", 192)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('{"title": "雪国"}', "unreadable: field pages: Field required"),
        ('{"title": "雪国", "pages": "192"}', "field pages: Input should be a valid integer, not '192'"),
        ('{"title": "雪国", "pages": true}', "field pages: Input should be a valid integer, not True"),
        (
            '{"title": "雪国", "pages": 1, "authors": [{"name": "x"}, {"name": "y", "language": "fr"}]}',
            "field authors.1.language: Input should be 'ja' or 'en', not 'fr'",
        ),
        (
            '{"title": "雪国", "pages": 1, "ratings": {"星": "高い"}}',
            "field ratings.星: Input should be a valid number",
        ),
        ("{}", "field title: Field required (and 1 more)"),
        ('["雪国"]', "unreadable: Input should be an object, not ['雪国']"),
        ('{"title": "雪', "unreadable: Invalid JSON: EOF while parsing a string at line 1 column 14"),
        (b'{"title": "\xff"}', "unreadable: Invalid JSON: invalid unicode code point"),
        ("", "unreadable: Invalid JSON: EOF"),
    ],
)
def test_a_fault_names_its_field(text: str | bytes, fault: str) -> None:
    with pytest.raises(DatasetError) as raised:
        load(text)
    assert fault in str(raised.value)
    assert "(book.json)" in str(raised.value)


def test_a_long_wrong_value_is_cut() -> None:
    with pytest.raises(DatasetError) as raised:
        load(json.dumps({"title": ["長" * 1000], "pages": 1}))
    assert len(str(raised.value)) < 200


def test_a_lone_surrogate_is_read_as_the_replacement_character() -> None:
    for text in ("a\ud800b", "a\udc00", "😀\ud83d", "\\ud800", "\\\ud800"):
        expected = re.sub("[\ud800-\udfff]", "\ufffd", text)
        assert from_json(str, json.dumps(text), error=DatasetError) == expected
        assert from_json(str, json.dumps(text).encode(), error=DatasetError) == expected
