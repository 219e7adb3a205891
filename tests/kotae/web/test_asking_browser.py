"""Questions in a real browser: several at once, stopped, left, asked twice, and what is there after a reload."""

from __future__ import annotations

import pytest

from tests.kotae.web.conftest import CATTLE, TENNIS, UNHEARD_OF
from tests.kotae.web.page_parser import ALL_ANSWERED, ask, signed_in

pytestmark = pytest.mark.usefixtures("browser")


def test_a_second_question_waits_and_either_can_be_stopped(page, site) -> None:
    ask(page, "LONG", "without")
    page.until("document.querySelector('.answer')?.innerText === 'one'")
    ask(page, CATTLE, "without")
    page.until("document.querySelectorAll('.pane').length === 2")
    page.until("document.querySelector('.status').innerText.includes('Waiting (questions ahead: 1)')")
    page.run("[...document.querySelectorAll('.stop')].at(-1).click()")
    page.until("[...document.querySelectorAll('.status')].at(-1).innerText === 'Stopped'")
    site.engine.go.set()
    page.until("document.querySelector('.answer').innerText === 'Rinderpest'")
    assert [said.rstrip(",") for said in site.engine.stopped] == ["one"]


def test_an_answer_goes_on_while_its_page_is_left(page, site) -> None:
    ask(page, "LONG", "without")
    assert site.engine.reached.wait(300)
    page.open(f"{site.base}/runs")
    site.engine.go.set()
    page.open(f"{site.base}/")
    page.until(ALL_ANSWERED)
    assert page.texts(".answer")[0].startswith("one")
    assert site.engine.stopped == []
    assert len(site.engine.prompts) == 1


def test_questions_that_waited_their_turn_are_answered_after_the_page_was_left(page, site) -> None:
    ask(page, "SLOW", "without")
    assert site.engine.reached.wait(300)
    for question in (CATTLE, TENNIS, UNHEARD_OF):
        ask(page, question, "without")
    page.until("document.querySelectorAll('.pane').length === 4")
    page.open(f"{site.base}/documents")
    site.engine.go.set()
    page.open(f"{site.base}/")
    page.until(f"document.querySelectorAll('.pane').length === 4 && {ALL_ANSWERED}")
    assert page.texts(".answer") == ["987,654人です。", "許斐剛", "Rinderpest", "onetwo"]
    assert len(site.engine.prompts) == 4


def test_what_was_asked_outlives_a_reload_another_page_and_the_way_back(page, site) -> None:
    ask(page, TENNIS, "both")
    page.until(ALL_ANSWERED)
    before, answered = page.text("#answers"), "document.querySelectorAll('.sources, .answer').length === 4"
    assert "許斐剛" in before
    page.reload()
    page.until(answered)
    assert page.text("#answers") == before
    page.click("nav a[href='/documents']")
    page.until("location.pathname === '/documents'")
    page.run("history.back()")
    page.until(f"location.pathname === '/' && {answered}")
    assert page.text("#answers") == before
    page.click(".switch a[lang=ja]")
    page.until(f"document.documentElement.lang === 'ja' && {answered}")
    assert page.texts(".answer") == ["許斐剛", "許斐剛"]
    assert page.texts(".pane h3") == ["文書あり", "文書なし"]
    assert page.console == []


def test_an_answer_that_was_stopped_stays_so_and_can_be_asked_for_again(page, site) -> None:
    ask(page, "LONG", "without")
    page.until("document.querySelector('.answer')?.innerText === 'one'")
    page.click(".stop")
    page.until("document.querySelector('.status').innerText === 'Stopped'")
    site.engine.go.set()
    page.reload()
    page.until("document.querySelector('.status')?.innerText === 'Stopped'")
    assert page.texts(".asked h2") == ["LONG"]
    assert page.run("document.querySelectorAll('.stop').length") == 0
    assert len(site.engine.prompts) == 1
    page.click(".again")
    page.until("document.querySelector('.status').innerText.startsWith('Answered')")
    assert page.texts(".asked h2") == ["LONG", "LONG"]


def test_many_questions_leave_room_for_pages(page, site) -> None:
    """A browser opens six connections to a host; answers under way take two of them."""
    ask(page, "LONG", "without")
    page.until("document.querySelector('.answer')?.innerText === 'one'")
    for number in range(8):
        ask(page, f"{TENNIS} {number}", "both")
    page.until("document.querySelectorAll('.pane').length === 17")
    assert "Waiting (questions ahead: 16)" in page.texts(".status")
    seen = page.run("fetch('/documents', {signal: AbortSignal.timeout(200_000)}).then((reply) => reply.status)")
    assert seen == 200
    page.run("[...document.querySelectorAll('.stop')][3].click()")
    page.until("[...document.querySelectorAll('.status')][3].innerText === 'Stopped'")
    assert "Waiting (questions ahead: 16)" not in page.texts(".status")
    site.engine.go.set()
    page.until(ALL_ANSWERED)
    assert page.texts(".answer").count("許斐剛") == 15


def test_an_impatient_second_click_does_not_ask_twice(page, site) -> None:
    ask(page, "LONG", "without")
    for _ in range(3):
        page.run("document.getElementById('ask').requestSubmit()")
    page.until("document.querySelector('.answer')?.innerText === 'one'")
    assert len(page.texts(".pane")) == 1
    site.engine.go.set()
    page.until(ALL_ANSWERED)
    page.run("document.getElementById('ask').requestSubmit()")
    page.until("document.querySelectorAll('.pane').length === 2")


def test_a_page_from_before_a_restart_says_so(page, site) -> None:
    page.call("Network.clearBrowserCookies")
    ask(page, TENNIS)
    page.until(ALL_ANSWERED)
    assert page.text(".failed") == "kotae serve has been restarted. Open the new address shown in its terminal."


def test_an_answer_in_the_wrong_language_is_replaced_and_said(page) -> None:
    ask(page, "富士山の高さは？", "without")
    page.until(ALL_ANSWERED)
    assert page.text(".answer") == "3776メートル"
    assert page.texts(".remarks li") == ["The first answer was in the wrong language; this is the second"]


def test_the_passage_that_supports_an_answer_is_marked_and_first(page) -> None:
    ask(page, TENNIS)
    page.until(ALL_ANSWERED)
    assert page.texts(".support") == ["Contains words of the answer", ""]
    assert page.run("document.querySelector('.sources li').classList.contains('supports')")
    assert "許斐剛" in page.texts(".sources .quote")[0]
    assert page.texts(".remarks li") == []
    page.click(".switch a[lang=ja]")
    page.until("document.querySelector('.support')?.innerText === '回答の語句がある箇所'")


def test_what_no_passage_has_is_named(page) -> None:
    ask(page, UNHEARD_OF)
    page.until(ALL_ANSWERED)
    assert page.texts(".support") == ["", ""]
    assert page.texts(".remarks li") == ["In no passage: «987654»"]


@pytest.mark.parametrize(
    ("language", "part"), [("ja", "について教えてください"), ("en", "What do the documents say about")]
)
def test_before_anything_was_asked_there_are_two_examples_to_ask(tab, site, language, part) -> None:
    page = signed_in(tab, site, language)
    page.until("document.querySelectorAll('#start button').length === 2")
    first = page.texts("#start button")[0]
    assert part in first
    assert page.text("#start p")
    page.click("#start button")
    assert page.run("document.getElementById('question').value") == first
    assert page.run("document.activeElement.id") == "question"
    page.press("Enter", ctrl=True)
    page.until(ALL_ANSWERED)
    assert page.texts(".asked h2") == [first]
    assert page.run("getComputedStyle(document.getElementById('start')).display") == "none"
    assert page.console == []


def test_without_an_index_there_are_no_examples(tab, serve_index, tmp_path) -> None:
    site = serve_index(tmp_path / "none", tmp_path / "runs")
    page = signed_in(tab, site)
    with site.client() as client:
        assert client.get("/examples").json() == {"titles": []}
    assert page.texts("#start button") == []
    assert page.run("document.querySelector('#start .hint').hidden")


def test_the_seconds_are_counted_while_an_answer_is_awaited(page, site) -> None:
    ask(page, "LONG", "without")
    page.until("/^[1-9][0-9]* s$/.test(document.querySelector('.clock')?.innerText)")
    assert page.run("document.querySelector('.clock').getAttribute('aria-hidden')") == "true"
    page.click(".stop")
    page.until("document.querySelector('.status').innerText === 'Stopped'")
    assert page.run("document.querySelector('.clock')") is None
    site.engine.go.set()
