"""The page with the bundled model and encoder, from an empty folder to a report: nothing stands in for anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from kotae.web.app import ServerConfig
from kotae.web.server import LocalServer
from rag.factory import IndexSettings, ModelSettings
from rag.records import Decoding
from rag.settings import DEFAULT_MODEL
from tests.kotae.web.conftest import running
from tests.kotae.web.page_parser import ALL_ANSWERED, ask, outside
from tests.kotae.web.test_library_browser import choose as choose_folder
from tests.kotae.web.test_list_routes import workbook
from tests.kotae.web.test_list_routes_browser import choose
from tests.kotae.web.test_review_routes_browser import PLACE
from tests.kotae.web.test_set_routes_browser import STATUS
from tests.samples import write_corpus

pytestmark = pytest.mark.usefixtures("browser", "chat_model", "encoder")
OPENED = "青葉橋が開通したのは何年ですか？"
DOCUMENTS = {
    "青葉橋.md": "# 青葉橋\n\n青葉橋は、広瀬川にかかる道路橋である。1958年に開通した。",
    "harbour.md": "# Port Avon\n\nPort Avon is a harbour on the Severn. It was dredged in 1931.",
}
SET = {
    "質問": [OPENED, "青葉橋を設計したのはだれですか？"],
    "正解": ["1958年", "不明"],
    "根拠": ["文書/青葉橋.md", ""],
}


def test_from_an_empty_folder_to_a_report(tab, tmp_path: Path) -> None:
    model = ModelSettings(DEFAULT_MODEL, Decoding(max_new_tokens=24), 4096)
    index = IndexSettings(tmp_path / "index", None, 1)
    server = LocalServer(ServerConfig(model, index, tmp_path / "runs", tmp_path / "documents", None), 0)
    base = f"http://127.0.0.1:{server.port}"
    with running(server):
        tab.window(1200, 800)
        tab.open(server.address)
        tab.run("sessionStorage.clear()")
        tab.open(f"{base}/documents?lang=ja")
        tab.requests.clear()
        tab.console.clear()
        choose_folder(tab, "folder", write_corpus(tmp_path / "文書", DOCUMENTS))
        tab.until("document.querySelectorAll('#catalogue tbody tr').length === 2")

        tab.open(f"{base}/")
        ask(tab, OPENED)
        tab.until(ALL_ANSWERED)
        assert "1958" in tab.text(".answer")
        assert tab.text(".where").startswith("文書/青葉橋.md")

        path = tmp_path / "検証.xlsx"
        path.write_bytes(workbook(*SET.items()))
        tab.open(f"{base}/sets")
        choose(tab, path)
        tab.click("#set button")
        tab.until("document.querySelector('article .tables a') !== null")
        tab.click("article .tables a")
        tab.until(f"location.pathname.endsWith('/review') && {PLACE}.startsWith('2 問中 1 問目：未定')")
        tab.press("k")
        tab.until(f"{PLACE}.startsWith('2 問中 2 問目：未定')")
        tab.press("d")
        tab.until(f"{PLACE}.startsWith('2 問中 2 問目：除く')")

        tab.open(f"{base}/sets")
        tab.click(".compare button")
        tab.until(f"{STATUS} === '終わりました'")
        assert tab.text("#job .count").startswith("2 件中 2 件に回答")
        tab.click("#job a")
        tab.until("location.pathname.endsWith('/report') && document.querySelector('output')?.innerText")
        report = tab.run("document.body.innerText")
        assert OPENED in report
        assert "設計したのは" not in report
        assert (outside(tab, base), tab.console) == ([], [])
