"""Everything the page says is there in both languages, and is said."""

from __future__ import annotations

import re
from pathlib import Path

import kotae.web
from kotae.web.messages import MESSAGES, script_messages, translate
from rag.messages import CATALOGUE, read_catalogue
from rag.text.letters import JAPANESE_LETTER
from tests.rows import each_row

TRANSLATIONS = read_catalogue(CATALOGUE.read_text("utf-8").splitlines())
FOLDER = Path(kotae.web.__file__).parent
TEMPLATES = {path.name: path.read_text("utf-8") for path in (FOLDER / "templates").iterdir()}
SCRIPTS = {path.name: path.read_text("utf-8") for path in (FOLDER / "assets").glob("*.js")}


@each_row("name", MESSAGES)
def test_a_text_is_in_both_languages_and_has_the_same_places(name) -> None:
    english = MESSAGES[name]
    japanese = TRANSLATIONS[f"page.{name}\4{english}"]
    assert not JAPANESE_LETTER.search(english)
    assert set(re.findall(r"\{(\w+)\}", english)) == set(re.findall(r"\{(\w+)\}", japanese))
    assert JAPANESE_LETTER.search(japanese) or not re.search("[A-Za-z]{3}", re.sub(r"\{.*?\}", "", japanese))


def test_a_text_is_in_the_language_of_the_page() -> None:
    assert translate("page_of", "en", page=2, pages=3) == "Page 2 of 3"
    assert translate("page_of", "ja", page=2, pages=3) == "2 / 3 ページ"
    assert script_messages("ja")["stop"] == "停止"


def test_what_is_said_is_there_and_what_is_there_is_said() -> None:
    pages, scripts = "".join(TEMPLATES.values()), "".join(SCRIPTS.values())
    in_pages = {name for name in MESSAGES if not name.startswith("live.")}
    said = set(re.findall(r"""\bt\(["'](\w+)["'](?! ~)""", pages))
    assert said <= in_pages
    exports = "".join((FOLDER / name).read_text("utf-8") for name in ("history_routes.py", "pages.py"))
    quoted = set(re.findall(r'"([\w.]+)"', pages + exports))
    built = named_by(in_pages, re.findall(r"""\bt\(["'](\w+)["'] ~ \w+\)""", pages), r"\w+")
    assert in_pages <= said | quoted | built | {"ja", "en", "ask", "documents", "runs"}
    live = {name.removeprefix("live.") for name in MESSAGES if name.startswith("live.")}
    assert set(re.findall(r'\b(?:translate|setStatus|remark)\("(\w+)"', scripts)) <= live
    templates = re.findall(r"`([a-z]+_(?:\$\{\w+\}\w*)+)`", scripts)
    built = named_by(live, [re.sub(r"\$\{\w+\}", r"\\w+", template) for template in templates])
    assert live <= set(re.findall(r'"(\w+)"', scripts)) | built


def named_by(names: set[str], patterns: list[str], end: str = "") -> set[str]:
    """Return the names that code builds; every pattern has some."""
    found = [{name for name in names if re.fullmatch(pattern + end, name)} for pattern in patterns]
    assert all(found)
    return set().union(*found)


@each_row("name", [*TEMPLATES, *SCRIPTS])
def test_no_text_stands_outside_the_words(name) -> None:
    text = {**TEMPLATES, **SCRIPTS}[name]
    outside = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>|//.*", " ", text, flags=re.S if "html" in name else 0)
    assert not JAPANESE_LETTER.search(outside.replace("答え", ""))
    if name.endswith(".html"):
        assert not re.search(r"[A-Za-z]{3}", re.sub(r"kotae|UTC|\w+\.js", "", outside))
