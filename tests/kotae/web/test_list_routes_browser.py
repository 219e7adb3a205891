"""Lists of questions in a real browser: chosen, dropped, followed over a reload, stopped, downloaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kotae.web.chrome import Tab
from tests.kotae.web.conftest import CATTLE, TENNIS
from tests.kotae.web.page_parser import ask, outside, signed_in

pytestmark = pytest.mark.usefixtures("browser")


def choose(page: Tab, path: Path) -> None:
    field = page.call("Runtime.evaluate", expression="document.getElementById('file')")["result"]["objectId"]
    page.call("DOM.setFileInputFiles", files=[str(path)], objectId=field)


def downloaded(page: Tab, kind: str) -> str:
    link = f"document.querySelector('a[data-kind={kind}]')"
    assert page.run(f"getComputedStyle({link}).display") != "none"
    return str(page.run(f"fetch({link}.href).then((reply) => reply.text())"))


def test_a_list_is_chosen_followed_and_given_back(page, site, tmp_path) -> None:
    path = tmp_path / "質問.csv"
    path.write_text(f"質問\n{TENNIS}\nSLOW\n{CATTLE}\n", encoding="utf-8")
    page.open(f"{site.base}/lists?lang=ja")
    choose(page, path)
    page.run("document.querySelector('#list button').focus()")
    page.press("Enter")
    page.until("document.querySelector('.count')?.innerText.startsWith('3 問中 1 問に回答')")
    assert page.texts("#lists h2") == ["質問.csv"]
    assert page.texts("#lists [role=status]") == ["回答しています…"]
    assert page.run("document.querySelector('progress').value") == 1
    page.reload()
    page.until("document.querySelector('.count')?.innerText.startsWith('3 問中 1 問に回答')")
    site.engine.go.set()
    page.until("document.querySelector('#lists [role=status]').innerText === '回答が終わりました'")
    assert f"{CATTLE},Rinderpest,[1] en/rinderpest.md:" in downloaded(page, "csv")
    assert downloaded(page, "xlsx").startswith("PK")
    assert page.run("document.querySelector('#lists .stop').hidden")
    assert (outside(page, site.base), page.console) == ([], [])


def test_a_list_is_dropped_and_stopped_while_a_question_is_asked(page, site) -> None:
    page.open(f"{site.base}/lists")
    page.run(
        "const files = new DataTransfer(); "
        "files.items.add(new File(['Rinderpest?\\nLONG\\nnever asked'], 'dropped.txt')); "
        "for (const type of ['dragenter', 'drop']) document.querySelector('h1').dispatchEvent("
        "new DragEvent(type, {dataTransfer: files, bubbles: true, cancelable: true}))"
    )
    page.click("input[value=no]")
    page.click("#list button")
    page.until("document.querySelector('.count')?.innerText.startsWith('1 of 3 questions')")
    page.click("#lists .stop")
    page.until("document.querySelector('#lists [role=status]').innerText === 'Stopped'")
    site.engine.go.set()
    assert '"LONG"' not in downloaded(page, "csv")
    assert downloaded(page, "csv").endswith("LONG,\r\nnever asked,\r\n")
    page.open(f"{site.base}/")
    ask(page, CATTLE, "without")
    page.until("document.querySelector('.answer')?.innerText === 'Rinderpest'")
    assert page.console == []


@pytest.mark.parametrize(("language", "part"), [("ja", "質問がありません"), ("en", "There are no questions")])
def test_a_file_without_questions_is_an_error_in_the_page(tab, site, tmp_path, language, part) -> None:
    (tmp_path / "empty.txt").write_text("\n")
    page = signed_in(tab, site, language)
    page.open(f"{site.base}/lists")
    choose(page, tmp_path / "empty.txt")
    page.click("#list button")
    page.until("document.querySelector('#sending.failed') !== null")
    assert part in page.text("#sending")
    assert "empty.txt" in page.text("#sending")
    assert not page.run("document.querySelector('#list button').disabled")


@pytest.mark.parametrize(("width", "dark"), [(320, False), (900, True)])
def test_it_fits_the_window_and_everything_has_a_name(page, site, tmp_path, width, dark) -> None:
    (tmp_path / "質問.txt").write_text(f"{TENNIS}\nSLOW\n", encoding="utf-8")
    page.window(width, 800, dark=dark)
    page.open(f"{site.base}/lists")
    choose(page, tmp_path / "質問.txt")
    page.click("#list button")
    page.until("document.querySelector('.count') !== null")
    nodes = page.call("Accessibility.getFullAXTree")["nodes"]
    roles = {"button", "link", "radio", "progressbar"}
    controls = [node for node in nodes if node.get("role", {}).get("value") in roles and not node["ignored"]]
    assert {node["role"]["value"] for node in controls} == roles
    assert all(node["name"]["value"] for node in controls)
    assert page.run("document.documentElement.scrollWidth") <= width
    site.engine.go.set()
