"""Original files in a real browser: opened from an answer's sources, at their page, unable to run anything."""

from __future__ import annotations

import pytest

from ingest.sync import sync
from tests.ingest.pdf_files import Page, pdf
from tests.kotae.web.page_parser import ALL_ANSWERED, ask, outside, signed_in
from tests.kotae.web.test_originals import SCRIPT
from tests.samples import write_corpus

pytestmark = pytest.mark.usefixtures("browser", "hash_encoder")


def test_a_web_page_among_the_documents_is_shown_and_runs_nothing(tab, serve_index, tmp_path) -> None:
    text = (
        f'<title>Cattle</title><p onclick="x">Rinderpest was a disease of cattle.</p>{SCRIPT}<img src=/assets/icon.svg>'
    )
    sync(write_corpus(tmp_path / "corpus", {"悪い.html": text}), tmp_path / "index")
    site = serve_index(tmp_path / "index", tmp_path / "runs")
    page = signed_in(tab, site, "ja")
    ask(page, "Rinderpest?")
    page.until(ALL_ANSWERED)
    assert page.text(".sources .original") == "元のファイル"
    page.open(site.base + page.run("document.querySelector('.original').getAttribute('href')"))
    page.until("location.pathname.endsWith('/original')")
    assert page.text("p") == "Rinderpest was a disease of cattle."
    assert (page.run("document.title"), page.run("self.origin")) == ("Cattle", "null")
    assert page.run("fetch('/v1/models').then(() => 'read', () => 'refused')") == "refused"
    assert outside(page, site.base) == []


def test_a_pdf_opens_in_the_browser_at_its_page(tab, serve_index, tmp_path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "two.pdf").write_bytes(
        pdf(Page(["Ottawa is the capital."]), Page(["Baikal is the deepest lake."]))
    )
    sync(tmp_path / "corpus", tmp_path / "index")
    site = serve_index(tmp_path / "index", tmp_path / "runs")
    page = signed_in(tab, site)
    ask(page, "Baikal?")
    page.until(ALL_ANSWERED)
    page.open(site.base + page.run("document.querySelector('.original').getAttribute('href')"))
    page.until("location.pathname.endsWith('/original')")
    assert page.run("document.contentType") == "application/pdf"
    assert page.run("location.hash").startswith("#page=")
