"""Everything the page says is there in both languages, and is said."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import kotae.web
from kotae.web.messages import MESSAGES, error_title
from rag import errors
from rag.text.letters import JAPANESE_LETTER

FOLDER = Path(kotae.web.__file__).parent
TEMPLATES = {path.name: path.read_text("utf-8") for path in (FOLDER / "templates").iterdir()}
SCRIPTS = {path.name: path.read_text("utf-8") for path in (FOLDER / "assets").glob("*.js")}


@pytest.mark.parametrize("name", MESSAGES)
def test_a_text_has_both_languages_and_the_same_places(name) -> None:
    texts = MESSAGES[name]
    assert set(texts) == {"ja", "en"}
    assert not JAPANESE_LETTER.search(texts["en"])
    places = [set(re.findall(r"\{(\w+)\}", text)) for text in texts.values()]
    assert places[0] == places[1]
    assert JAPANESE_LETTER.search(texts["ja"]) or not re.search("[A-Za-z]{3}", re.sub(r"\{.*?\}", "", texts["ja"]))


def test_what_is_said_is_there_and_what_is_there_is_said() -> None:
    pages, scripts = "".join(TEMPLATES.values()), "".join(SCRIPTS.values())
    in_pages = {name for name in MESSAGES if not name.startswith(("live.", "error."))}
    said = set(re.findall(r"""\bt\(["'](\w+)["']""", pages))
    assert said <= in_pages
    quoted = set(re.findall(r'"([\w.]+)"', pages))
    assert in_pages <= said | quoted | {"ja", "en", "ask", "documents", "runs"}
    live = {name.removeprefix("live.") for name in MESSAGES if name.startswith("live.")}
    assert set(re.findall(r'\b(?:translate|setStatus|remark)\("(\w+)"', scripts)) <= live
    assert live <= set(re.findall(r'"(\w+)"', scripts))


@pytest.mark.parametrize("name", [*TEMPLATES, *SCRIPTS])
def test_no_text_stands_outside_the_words(name) -> None:
    text = {**TEMPLATES, **SCRIPTS}[name]
    outside = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>|//.*", " ", text, flags=re.S if "html" in name else 0)
    assert not JAPANESE_LETTER.search(outside.replace("答え", ""))
    if name.endswith(".html"):
        assert not re.search(r"[A-Za-z]{3}", re.sub(r"kotae|UTC|\w+\.js", "", outside))


def test_titles_are_those_of_real_errors() -> None:
    for name in MESSAGES:
        if name.startswith("error."):
            assert issubclass(getattr(errors, name.removeprefix("error.")), errors.KotaeError)
    assert error_title("GradingError", "ja") == "エラー"


@pytest.mark.parametrize("family", [errors.IndexProblem, errors.ModelUnavailable])
def test_what_keeps_a_question_from_its_answer_has_a_title(family) -> None:
    for error in (*family.__subclasses__(), errors.ModelFailed, errors.PromptTooLong, errors.SettingsError):
        assert f"error.{error.__name__}" in MESSAGES
