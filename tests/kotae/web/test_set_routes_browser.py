"""A comparison in a real browser: a set brought, ways to answer ticked, followed over a reload, its report read."""

from __future__ import annotations

import pytest

from tests.kotae.web.conftest import CATTLE, TENNIS
from tests.kotae.web.page_parser import outside, signed_in
from tests.kotae.web.test_list_routes_browser import choose

pytestmark = pytest.mark.usefixtures("browser")
STATUS = "document.querySelector('#job [role=status]').innerText"
COUNT = "document.querySelector('#job .count').innerText"
SHOWN = "!document.getElementById('job').hidden"


def bring(page, site, path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    page.open(f"{site.base}/sets")
    choose(page, path)
    page.run("document.querySelector('#set button').focus()")
    page.press("Enter")
    page.until("document.querySelector('form.compare') !== null")


def test_a_set_is_brought_compared_and_reported(tab, site, tmp_path) -> None:
    page = signed_in(tab, site, "ja")
    evidence = f"{TENNIS},許斐剛,ja/許斐剛.md\nSLOW,onetwo,\n{CATTLE},Rinderpest,en/rinderpest.md\n"
    bring(page, site, tmp_path / "検証.csv", f"質問,正解,根拠\n{evidence}")
    assert page.texts("article h2") == ["検証.csv"]
    assert page.text("article .hint").startswith("3 問、日本語 1、英語 2")
    ticked = "[...document.querySelectorAll('.compare input')].map((box) => `${box.value} ${box.checked}`)"
    assert page.run(ticked) == ["no_rag true", "rag true", "oracle false", "withheld false"]
    page.click(".compare input[value=oracle]")
    page.run("document.querySelector('.compare button').focus()")
    page.press("Enter")
    page.until(f"{COUNT}.startsWith('8 件中 1 件に回答、')")
    assert page.run(STATUS) == "比較しています…"
    page.open(f"{site.base}/runs")
    page.until(f"{SHOWN} && {COUNT}.startsWith('8 件中 1 件に回答、')")
    assert page.run("document.querySelector('#job progress').value") == 1
    assert page.run("document.querySelector('[data-resume]').hidden")
    assert page.run("document.querySelector('.headline:not([hidden])')") is None
    site.engine.go.set()
    page.until(f"{STATUS} === '終わりました'")
    page.until("document.querySelector('#job .headline').innerText.includes('問')")
    page.until("document.querySelector('[data-run]') !== null")
    assert page.run("document.querySelector('#job .stop').hidden")
    page.click("#job a")
    page.until("location.pathname.endsWith('/report') && document.querySelector('output')?.innerText")
    assert CATTLE in page.run("document.body.innerText")
    assert (outside(page, site.base), page.console) == ([], [])


def test_a_comparison_is_stopped_and_continued_from_its_run(page, site, tmp_path) -> None:
    bring(page, site, tmp_path / "set.csv", f"question,reference\n{TENNIS},許斐剛\nSLOW,x\n{CATTLE},Rinderpest\n")
    page.click(".compare button")
    page.until(f"{COUNT}.startsWith('1 of 6 answers')")
    page.click("#job .stop")
    page.until(f"{STATUS} === 'Stopping after the answer that is being written…'")
    site.engine.go.set()
    page.until(f"{STATUS} === 'Stopped; continue it on the page Runs'")
    page.open(f"{site.base}/runs")
    page.click("[data-resume]")
    page.until(f"{SHOWN} && {STATUS} === 'Done'")
    assert page.text("#job .count").startswith("6 of 6 answers")
    page.reload()
    page.until(
        "document.querySelector('[data-resume]') === null && document.querySelector('.run a[download]') !== null"
    )
    page.until("document.querySelector('.headline[data-run]').innerText.length > 20")
    assert page.run("fetch(document.querySelector('a[href$=xlsx]').href).then((reply) => reply.text())").startswith(
        "PK"
    )
    assert page.console == []


@pytest.mark.parametrize(
    ("language", "part"),
    [("ja", "質問の列も正解の列もありません"), ("en", "no column with the question and the reference")],
)
def test_a_file_that_is_no_set_is_a_sentence_in_the_page(tab, site, tmp_path, language, part) -> None:
    (tmp_path / "list.csv").write_text("番号,名前\n1,a\n", encoding="utf-8")
    page = signed_in(tab, site, language)
    page.open(f"{site.base}/sets")
    choose(page, tmp_path / "list.csv")
    page.click("#set button")
    page.until("document.querySelector('#sending.failed') !== null")
    assert part in page.text("#sending")
    assert "DatasetError" not in page.text("#sending")
    assert not page.run("document.querySelector('#set button').disabled")


@pytest.mark.parametrize(("width", "dark"), [(320, False), (900, True)])
def test_it_fits_the_window_and_everything_has_a_name(page, site, tmp_path, width, dark) -> None:
    page.window(width, 800, dark=dark)
    bring(page, site, tmp_path / "検証.csv", f"question,reference,evidence\nSLOW,x,en/rinderpest.md\n{CATTLE},x,\n")
    page.click(".compare button")
    page.until(SHOWN)
    nodes = page.call("Accessibility.getFullAXTree")["nodes"]
    roles = {"button", "link", "checkbox", "progressbar"}
    controls = [node for node in nodes if node.get("role", {}).get("value") in roles and not node["ignored"]]
    assert {node["role"]["value"] for node in controls} == roles
    assert all(node["name"]["value"] for node in controls)
    assert page.run("document.documentElement.scrollWidth") <= width
    site.engine.go.set()
    page.until(f"{STATUS} === 'Done'")


def test_a_set_is_deleted_once_that_is_confirmed(page, site, tmp_path) -> None:
    bring(page, site, tmp_path / "set.csv", f"question,reference\n{TENNIS},許斐剛\n")
    page.run("window.confirm = (text) => (window.asked = text, false)")
    page.click("[data-delete]")
    assert "set.csv" in page.run("window.asked")
    assert len(list((site.config.runs / "sets").iterdir())) == 1
    page.run("window.confirm = () => true")
    page.click("[data-delete]")
    page.until("document.querySelector('form.compare') === null")
    assert list((site.config.runs / "sets").iterdir()) == []
