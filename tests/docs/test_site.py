"""The site builds without a warning, loads nothing from elsewhere, and finds Japanese words."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.eval.browser import CHROMIUM
from tests.kotae.web.chrome import chrome
from tests.samples import REPOSITORY as ROOT

pytest.importorskip("mkdocs", reason="the extra docs is not installed")

_LOADED = re.compile(
    r"""(?:<script[^>]+src|<link[^>]+rel="(?:stylesheet|preconnect|icon)"[^>]+href|<img[^>]+src)="(https?:[^"]+)"""
)
_SECONDS = 60


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site; a warning (a broken link, a page that is not in the navigation) ends the build."""
    from mkdocs.commands.build import build
    from mkdocs.config import load_config

    folder = tmp_path_factory.mktemp("site")
    build(load_config(str(ROOT / "mkdocs.yml"), site_dir=str(folder)))
    return folder


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def test_every_page_is_there_and_loads_nothing_from_elsewhere(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert {"index.html", "index.ja.html", "documents.html", "cli.html", "measured.html"} <= {
        page.name for page in pages
    }
    assert {page.name: _LOADED.findall(page.read_text("utf-8")) for page in pages} == {page.name: [] for page in pages}


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")
@pytest.mark.parametrize(
    ("words", "page"),
    [
        ("文字コード", "index.ja.html"),
        ("量子化", "index.ja.html"),
        ("設問", "verification-set.html"),
        ("centroid", "decisions/002"),
    ],
)
def test_the_search_finds_words_of_both_languages(address: str, tmp_path: Path, words: str, page: str) -> None:
    with chrome(tmp_path) as tab:
        tab.open(f"{address}/index.html")
        tab.click("label[for=__search]")
        tab.run("document.querySelector('input[data-md-component=search-query]').focus()")
        tab.type(words)
        tab.until("!!document.querySelector('.md-search-result__link')", _SECONDS)
        links = tab.run("[...document.querySelectorAll('.md-search-result__link')].map((link) => link.href)")
        assert any(page in link for link in links)
        assert all(request.startswith((address, "data:", "blob:")) for request in tab.requests)
        assert not tab.console
