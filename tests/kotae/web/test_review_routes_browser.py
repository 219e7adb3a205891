"""A set drafted and reviewed in a real browser: a question a screen, by keys, and mended in place."""

from __future__ import annotations

import pytest

from tests.eval.drafting.test_draft import DRAFTS
from tests.eval.drafting.test_draft import REPLIES as ANSWERS
from tests.kotae.web.conftest import CATTLE, TENNIS
from tests.kotae.web.page_parser import outside, signed_in
from tests.kotae.web.test_list_routes import workbook
from tests.kotae.web.test_set_routes import add, get, rows_of

pytestmark = pytest.mark.usefixtures("browser")
PLACE = "document.getElementById('place').innerText"


@pytest.mark.parametrize(("width", "dark"), [(320, True), (1200, False)])
def test_questions_are_kept_mended_and_dropped_by_keys(tab, site, width, dark) -> None:
    page = signed_in(tab, site, "ja")
    page.window(width, 800, dark=dark)
    book = workbook(("質問", [TENNIS, CATTLE, "水の化学式は？"]), ("正解", ["許斐剛", "Rinderpest", "H2O"]))
    set_id = add(site, "検証.xlsx", book).json()["id"]
    page.open(f"{site.base}/sets")
    page.click("article .tables a")
    page.until(f"location.pathname.endsWith('/review') && {PLACE}.startsWith('3 問中 1 問目：未定')")
    page.press("k")
    page.until(f"{PLACE}.startsWith('3 問中 2 問目：未定（1 問')")
    page.press("d")
    page.until(f"{PLACE}.startsWith('3 問中 3 問目：未定（2 問')")
    page.press("m")
    assert page.run("document.activeElement.id") == "text0"
    page.run("document.activeElement.select()")
    page.type("水の化学式は何ですか？")
    page.press("Enter", ctrl=True)
    page.until(f"{PLACE}.startsWith('3 問中 3 問目：残す（3 問')")
    page.press("ArrowLeft")
    page.until(f"{PLACE}.startsWith('3 問中 2 問目：除く')")
    assert [(row["texts"][0], row["keep"]) for row in rows_of(site, set_id)] == [
        (TENNIS, True), (CATTLE, False), ("水の化学式は何ですか？", True),
    ]  # fmt: skip
    assert page.run("document.documentElement.scrollWidth") <= width
    assert (outside(page, site.base), page.console) == ([], [])


def test_what_is_not_changed_or_emptied_stays_in_the_file(page, site) -> None:
    book = workbook(("question", [f"{TENNIS}\r\n(name)", CATTLE]), ("reference", ["許斐剛", "Rinderpest"]))
    set_id = add(site, "set.xlsx", book).json()["id"]
    page.open(f"{site.base}/sets/{set_id}/review")
    page.until(f"{PLACE} === 'Question 1 of 2: not decided (0 decided)'")
    page.press("ArrowRight")
    page.until(f"{PLACE} === 'Question 2 of 2: not decided (0 decided)'")
    page.press("ArrowLeft")
    page.until(f"{PLACE} === 'Question 1 of 2: not decided (0 decided)'")
    page.run("document.querySelectorAll('textarea').forEach((area) => { area.value = ''; })")
    page.press("k")
    page.until("document.getElementById('failure').innerText.startsWith('This text is empty: question')")
    assert page.run(PLACE) == "Question 1 of 2: not decided (0 decided)"
    assert get(site, f"/sets/{set_id}/file").content == book


def test_a_set_is_drafted_and_then_reviewed(page, site) -> None:
    site.engine.replies = {**DRAFTS, **ANSWERS}
    page.open(f"{site.base}/sets")
    page.run("document.querySelector('#draft [name=count]').value = 2")
    page.run("document.querySelector('#draft [name=language]').value = 'en'")
    page.click("#draft button")
    page.until("document.querySelector('#job [role=status]').innerText === 'Done'")
    page.click("#job a")
    page.until(f"location.pathname.endsWith('/review') && {PLACE} === 'Question 1 of 2: not decided (0 decided)'")
    assert page.text("#excerpt blockquote")
    page.click("[data-do=drop]")
    page.until(f"{PLACE} === 'Question 2 of 2: not decided (1 decided)'")
    page.open(f"{site.base}/sets")
    assert page.text("article .hint").startswith("1 questions")
    assert page.console == []
