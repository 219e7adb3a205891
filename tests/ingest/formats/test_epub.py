"""Books: a document for each chapter."""

from __future__ import annotations

import io
import zipfile

from ingest.documents import LoadedDocument
from rag.records import Failure
from tests.ingest.files import read_as


def epub(pages: dict[str, str], spine: list[str]) -> bytes:
    items = "".join(f'<item id="{key}" href="text/{key}.xhtml" media-type="application/xhtml+xml"/>' for key in pages)
    items += '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
    order = "".join(f'<itemref idref="{key}"/>' for key in ["nav", *spine])
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")
        archive.writestr(
            "META-INF/container.xml",
            '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="OEBPS/content.opf"/></rootfiles></container>',
        )
        archive.writestr(
            "OEBPS/content.opf",
            '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">'
            f"<metadata><dc:title>旅の本</dc:title></metadata><manifest>{items}</manifest><spine>{order}</spine></package>",
        )
        archive.writestr("OEBPS/nav.xhtml", "<html><body>目次</body></html>")
        for key, body in pages.items():
            if body:
                archive.writestr(f"OEBPS/text/{key}.xhtml", f"<html><body>{body}</body></html>")
    return out.getvalue()


def test_chapters_in_the_order_of_reading() -> None:
    data = epub({"b": "<h1>二章</h1><p>着く。</p>", "a": "<h1>一章</h1><p>出る。</p>", "c": ""}, ["a", "b", "c"])
    found = read_as("a.epub", data)
    assert [(page.source, page.title, page.text) for page in found if isinstance(page, LoadedDocument)] == [
        ("a.epub#chapter=1", "旅の本 / 一章", "# 一章\n\n出る。"),
        ("a.epub#chapter=2", "旅の本 / 二章", "# 二章\n\n着く。"),
    ]
    assert [page.subject for page in found if isinstance(page, Failure)] == ["a.epub#chapter=3"]


def test_what_is_no_book_is_named() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("x", "y")
    for data in (out.getvalue(), b"PK", b""):
        (failed,) = read_as("a.epub", data)
        assert isinstance(failed, Failure)


def test_a_chapter_that_is_listed_again_and_again_is_read_once() -> None:
    found = read_as("a.epub", epub({"a": "<p>出る。</p>"}, ["a"] * 1000))
    assert [page.source for page in found if isinstance(page, LoadedDocument)] == ["a.epub#chapter=1"]
