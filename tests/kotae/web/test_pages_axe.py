"""Every page keeps to the rules of axe-core in every state: in both languages, light and dark, wide and narrow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.kotae.web.axe import violations
from tests.kotae.web.chrome import Tab
from tests.kotae.web.conftest import CATTLE, TENNIS, Served
from tests.kotae.web.page_parser import ALL_ANSWERED, ask, signed_in
from tests.kotae.web.test_library_browser import choose
from tests.kotae.web.test_list_routes import workbook
from tests.kotae.web.test_set_routes import add
from tests.samples import SMALL_CORPUS, write_corpus

pytestmark = [pytest.mark.usefixtures("browser", "hash_encoder"), pytest.mark.slow]
LOOKS = [(1200, False), (1200, True), (320, False), (320, True)]
ENDED = "document.querySelector('#job .stop').hidden && document.querySelector('#job .status').innerText !== ''"
READ = "document.getElementById('reading').querySelector('details') && document.getElementById('stop').hidden"


def states(page: Tab, site: Served, folder: Path) -> Iterator[str]:
    """Bring the page from one state into the next, from an empty library to a report; yields what it shows."""
    for address in ("", "lists", "documents", "sets", "runs", "history", "nowhere"):
        page.open(f"{site.base}/{address}")
        yield f"/{address} before there is anything"
    page.open(f"{site.base}/documents")
    choose(page, "folder", write_corpus(folder / "資料", {**SMALL_CORPUS, "空.pdf": "nothing"}))
    page.until(READ)
    page.until("document.querySelectorAll('#catalogue tbody tr').length > 5")
    page.click("#reading summary")
    yield "documents, with one that cannot be read"
    page.click("#catalogue tbody a")
    page.until("document.querySelector('.chunk') !== null")
    yield "a document"
    page.open(f"{site.base}/")
    page.until("document.querySelector('#start button') !== null")
    yield "examples of questions"
    for question, how in ((TENNIS, "both"), (CATTLE, "with"), ("BROKEN", "without")):
        ask(page, question, how)
    page.until(f"document.querySelectorAll('.pane').length === 4 && {ALL_ANSWERED}")
    yield "answers"
    page.open(f"{site.base}/history")
    page.click("summary")
    yield "the history"
    page.open(f"{site.base}/lists")
    path = folder / "質問.csv"
    path.write_text(f"質問\n{TENNIS}\nBROKEN\nSLOW\n", encoding="utf-8")
    choose(page, "file", path)
    page.click("#list button")
    page.until("document.querySelector('.count')?.innerText.match(/2/)")
    yield "a list being answered"
    site.engine.go.set()
    page.until("document.querySelector('#lists .stop')?.hidden")
    yield "an answered list"
    book = workbook(("質問", [TENNIS, CATTLE]), ("正解", ["許斐剛", "Rinderpest"]))
    set_id = add(site, "検証.xlsx", book).json()["id"]
    page.open(f"{site.base}/sets/{set_id}/review")
    page.until("document.getElementById('place').innerText !== ''")
    page.press("k")
    page.until("document.querySelector('#review progress').value === 1")
    yield "a review"
    page.open(f"{site.base}/sets")
    page.click("form.compare button")
    page.until(ENDED)
    yield "a finished comparison"
    page.open(f"{site.base}/runs")
    page.until("document.querySelector('.headline[data-run]').innerText.length > 20")
    yield "runs"
    page.click("article.run a")
    page.until("location.pathname.endsWith('/report') && document.querySelector('output')?.innerText")
    yield "the report"


@pytest.mark.parametrize("language", ["ja", "en"])
def test_no_page_violates_a_rule(tab, serve_index: Callable[..., Served], tmp_path, language) -> None:
    folders = (tmp_path / name for name in ("index", "runs", "documents"))
    site = serve_index(*folders, history=tmp_path / "history.db")
    page = signed_in(tab, site, language)
    found: dict[str, list[str]] = {}
    for state in states(page, site, tmp_path):
        for width, dark in LOOKS:
            page.window(width, 900, dark=dark)
            found |= {f"{state}, {width}, {'dark' if dark else 'light'}": seen for seen in [violations(page)] if seen}
        page.window(1200, 900)
    assert found == {}
