"""Every message of the code has its twin in the catalogue, and the catalogue has no other."""

from __future__ import annotations

import ast
import string
from collections import Counter

import pytest
from babel.messages.pofile import read_po

from docs.tools import messages
from rag.messages import read_catalogue
from tests.rows import each_row

TEXT = messages.PATH.read_text(encoding="utf-8")
TRANSLATIONS = read_catalogue(TEXT.splitlines())


def placeholders(text: str) -> Counter[tuple[str, str | None]]:
    return Counter((name, conversion) for _, name, _, conversion in string.Formatter().parse(text) if name)


@pytest.fixture(scope="module")
def places() -> dict[str, str]:
    """Where each message is."""
    return messages.collect()


def test_every_message_has_its_twin(places: dict[str, str]) -> None:
    missing = {text: place for text, place in places.items() if text not in TRANSLATIONS}
    assert missing == {}, "run `python -m docs.tools`, and translate what it adds to rag/locale"


def test_no_translation_is_left_of_a_message_that_is_gone(places: dict[str, str]) -> None:
    assert TRANSLATIONS.keys() - places.keys() == set()


def test_no_message_is_built_where_it_cannot_be_looked_up() -> None:
    assert messages.built() == [], "write Message(template, name=value) in place of an f-string"


@each_row("text", sorted(TRANSLATIONS))
def test_twins_have_the_same_placeholders(text) -> None:
    assert placeholders_of(TRANSLATIONS[text]).keys() == placeholders_of(text).keys()


def placeholders_of(text: str) -> Counter[tuple[str, str | None]]:
    """Return the placeholders of a template; a text that is no template, as it has a brace of its own, has none."""
    try:
        return placeholders(text)
    except ValueError:
        return Counter()


def test_a_template_is_found_by_its_call() -> None:
    code = 'raise RunError(Message("No {a}", a=1) if x else "No b", where=f"{c}", do=y or "Do d.")'
    texts = [found.text for found in messages.of_tree(ast.parse(code), "x.py")]
    assert Counter(texts) == Counter(["No {a}", "No b", None, "Do d."])


def test_the_catalogue_reads_as_babel_reads_it() -> None:
    catalogue = read_po(TEXT.splitlines())
    read = {
        f"{entry.context}\4{entry.id}" if entry.context else entry.id: entry.string
        for entry in catalogue
        if entry.id and entry.string
    }
    assert read == TRANSLATIONS
