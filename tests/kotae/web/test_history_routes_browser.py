"""The history in a real browser: asked, found after a restart, deleted; and what a tab asked as a file."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.kotae.web.conftest import CATTLE, TENNIS, served
from tests.kotae.web.page_parser import ALL_ANSWERED, ask, outside, signed_in

pytestmark = pytest.mark.usefixtures("browser")
JAPAN = timedelta(hours=9)
TITLES = "[...document.querySelectorAll('article h2')].map((title) => title.innerText).join()"


@pytest.mark.parametrize(("width", "dark"), [(320, True), (1200, False)])
def test_it_is_read_searched_and_deleted_after_a_restart(tab, small_index, tmp_path, width, dark) -> None:
    path = tmp_path / "history.db"
    with served(small_index, tmp_path / "runs", history=path) as first:
        page = signed_in(tab, first)
        for question in (TENNIS, CATTLE):
            ask(page, question, "both")
            page.until(ALL_ANSWERED)
    with served(small_index, tmp_path / "runs", history=path) as second:
        page = signed_in(tab, second, "ja")
        page.window(width, 800, dark=dark)
        page.call("Emulation.setTimezoneOverride", timezoneId="Asia/Tokyo")
        page.open(f"{second.base}/")
        page.click("nav a[href='/history']")
        page.until(f"location.pathname === '/history' && {TITLES}.split(',').length === 4")
        server, own = page.run("document.querySelector('article time').title"), page.text("article time")
        assert datetime.strptime(own, "%Y/%m/%d %H:%M") - datetime.strptime(server, "%Y-%m-%d %H:%M UTC") == JAPAN
        page.call("Emulation.setTimezoneOverride", timezoneId="")
        page.run("const field = document.querySelector('[type=search]'); field.value = 'ERADICATED'; field.focus()")
        page.press("Enter")
        page.until(f"location.search === '?words=ERADICATED' && {TITLES} === {f'{CATTLE},{CATTLE}'!r}")
        page.click("summary")
        assert "rinderpest.md" in page.text(".where")
        assert page.run("document.documentElement.scrollWidth") <= width
        page.run("window.confirm = () => false")
        page.click("[data-delete]")
        page.run("window.confirm = () => true")
        page.click("[data-delete]")
        page.until(f"{TITLES} === {CATTLE!r}")
        page.run("window.confirm = (text) => text.includes('すべて')")
        page.click("[data-delete='/history/delete']")
        page.until("document.querySelector('article') === null && document.querySelector('[type=search]') !== null")
        page.open(f"{second.base}/history")
        assert page.text("main p[role=status]") == "0 件"
        assert (outside(page, second.base), page.console) == ([], [])


def test_what_a_tab_asked_becomes_a_file(page, tmp_path) -> None:
    page.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    ask(page, TENNIS, "both")
    page.until(ALL_ANSWERED)
    page.reload()
    page.until("document.querySelectorAll('.answer').length === 2 && !document.getElementById('exports').hidden")
    page.click("[data-kind=csv]")
    path = tmp_path / "answers.csv"
    page.until("window.waited = (window.waited ?? 0) + 1, waited > 10")
    assert page.text("#exports [role=status]") == ""
    lines = path.read_text("utf-8-sig").splitlines()
    assert lines[0] == "Time (UTC),Question,Answer of the model,Answer,Sources,Model,Seconds"
    assert [line.split(",")[1:4] for line in lines[1:]] == [
        [TENNIS, "許斐剛", "From the documents"], [TENNIS, "許斐剛", "Without documents"],
    ]  # fmt: skip
    assert page.console == []
