"""The library in a real browser: from an empty folder to answers, with what could not be read, and back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.kotae.web.chrome import Tab
from tests.kotae.web.conftest import CATTLE, TENNIS, Served
from tests.kotae.web.page_parser import ALL_ANSWERED, ask, outside, signed_in
from tests.samples import SMALL_CORPUS, write_corpus

pytestmark = pytest.mark.usefixtures("browser", "hash_encoder")
READ = "document.querySelector('#reading [role=status]').innerText.startsWith('The documents have been read')"


@pytest.fixture
def site(serve_index, tmp_path) -> Served:
    """A server with an empty library, and no index."""
    return serve_index(tmp_path / "index", tmp_path / "runs", tmp_path / "documents")


def choose(page: Tab, field: str, *paths: Path) -> None:
    element = page.call("Runtime.evaluate", expression=f"document.getElementById('{field}')")["result"]["objectId"]
    page.call("DOM.setFileInputFiles", files=[str(path) for path in paths], objectId=element)


def listed(page: Tab) -> list[str]:
    return page.texts("#catalogue tbody td:nth-child(2)")


def test_from_an_empty_folder_to_an_answer(page, site, tmp_path) -> None:
    assert page.text(".notice h2") == "There are no documents yet that can be asked about"
    page.click(".notice a")
    page.until("location.pathname === '/documents'")
    choose(page, "folder", write_corpus(tmp_path / "資料", SMALL_CORPUS))
    page.until(READ)
    assert "8 added, 0 changed" in page.text("#reading [role=status]")
    page.until("document.querySelectorAll('#catalogue tbody tr').length === 8")
    assert listed(page) == sorted(f"資料/{name}" for name in SMALL_CORPUS)
    assert not page.run("document.getElementById('stop').checkVisibility()")
    page.open(f"{site.base}/")
    ask(page, CATTLE)
    page.until(ALL_ANSWERED)
    assert page.text(".answer") == "Rinderpest"
    assert page.text(".where").startswith("資料/en/")
    assert (outside(page, site.base), page.console) == ([], [])


def test_files_are_dropped_named_where_they_fail_and_deleted(tab, site) -> None:
    page = signed_in(tab, site, "ja")
    page.open(f"{site.base}/documents")
    page.run(
        "const files = new DataTransfer(); "
        "for (const [name, text] of"
        " [['水.md', '水の化学式はH2Oである。'], ['空.txt', ''], ['a.exe', 'x'], ['.hidden.md', 'x']])"
        " files.items.add(new File([text], name)); "
        "for (const type of ['dragenter', 'drop']) document.querySelector('h1').dispatchEvent("
        "new DragEvent(type, {dataTransfer: files, bubbles: true, cancelable: true}))"
    )
    page.until("document.querySelector('#reading .failures li') !== null")
    assert page.text("#sending") == "3 ファイルのうち 2 ファイルをコピーしました"
    assert page.text("#refused li").startswith("この種類のファイルは読めません（a.exe）")
    assert page.texts("#reading .failures li") == ["この文書は空です（空.txt）"]
    page.until("document.querySelectorAll('#catalogue tbody tr').length === 2")
    assert listed(page) == ["水.md", "空.txt 回答には使われていません"]
    page.run("window.confirm = (text) => { window.asked = text; return true; }")
    assert page.run("document.getElementById('remove').disabled")
    page.click("#all")
    page.click("#remove")
    page.until("document.querySelectorAll('#catalogue tbody tr').length === 0")
    assert page.run("window.asked").startswith(f"フォルダー {site.config.library} から 2 個")
    assert list(site.config.library.iterdir()) == []
    assert page.console == [
        "Failed to load resource: the server responded with a status of 415 (Unsupported Media Type)"
    ]


def test_nothing_is_deleted_unless_it_is_confirmed(page, site) -> None:
    write_corpus(site.config.library, SMALL_CORPUS)
    page.open(f"{site.base}/documents")
    page.run("window.confirm = () => false")
    page.click("#catalogue tbody input")
    page.click("#remove")
    page.click("#update")
    page.until(READ)
    assert "8 added" in page.text("#reading [role=status]")


def test_a_dropped_folder_keeps_its_folders(page, site, tmp_path) -> None:
    """The entries of a drop by hand cannot be made by a script: the same walk is given entries of its kind."""
    page.open(f"{site.base}/documents")
    tree = {"top": {"inner": {f"{number}.md": "x" for number in range(120)}, "a.md": "y"}}
    found = page.run(
        "(async () => { const { filesWithin } = await import('/assets/upload.js');"
        "const entry = (name, value) => typeof value === 'string'"
        " ? { name, isFile: true, file: (take) => take(new File([value], name)) }"
        " : { name, isFile: false, createReader: () => { const left = Object.entries(value);"
        "     return { readEntries: (take) => take(left.splice(0, 100).map((pair) => entry(...pair))) }; } };"
        f"const items = Object.entries({json.dumps(tree)}).map(([name, value]) =>"
        " ({ webkitGetAsEntry: () => entry(name, value) }));"
        "return (await filesWithin({ items, files: [] })).map(({ path, file }) => [path, file.name]); })()"
    )
    assert len(found) == 121
    assert ["top/inner/119.md", "119.md"] in found
    assert ["top/a.md", "a.md"] in found


@pytest.mark.parametrize(("width", "dark"), [(320, False), (900, True)])
def test_it_fits_the_window_and_everything_has_a_name(page, site, width, dark) -> None:
    write_corpus(site.config.library, {"長い名前の文書" * 6 + ".md": TENNIS, "空.txt": ""})
    page.window(width, 800, dark=dark)
    page.open(f"{site.base}/documents")
    page.click("#update")
    page.until("document.querySelector('#reading .failures li') !== null")
    nodes = page.call("Accessibility.getFullAXTree")["nodes"]
    roles = {"button", "link", "checkbox", "textbox", "combobox"}
    controls = [node for node in nodes if node.get("role", {}).get("value") in roles and not node["ignored"]]
    assert {node["role"]["value"] for node in controls} == roles
    assert all(node["name"]["value"] for node in controls)
    assert page.run("document.documentElement.scrollWidth") <= width
