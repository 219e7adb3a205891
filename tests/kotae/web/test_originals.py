"""Original files: opened only where the index says they were read, and sent so that they can do nothing."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import httpx
import pytest

from ingest.sync import sync
from kotae.web.index_view import file_id
from kotae.web.originals import open_original
from rag.errors import RequestError
from tests.ingest.pdf_files import Page, pdf
from tests.kotae.web.conftest import Served
from tests.kotae.web.test_asking import ask
from tests.samples import write_corpus

pytestmark = pytest.mark.usefixtures("hash_encoder")
SCRIPT = "<script>document.title = 'run'</script>"


def serve(serve_index, folder: Path, corpus: Path) -> Served:
    sync(corpus, folder / "index")
    return serve_index(folder / "index", folder / "runs")


def get(client: httpx.Client, source: str, status: int = 200) -> httpx.Response:
    reply = client.get(f"/documents/{file_id(source)}/original")
    assert reply.status_code == status, reply.text
    return reply


def test_a_document_is_sent_as_what_it_is(serve_index, tmp_path) -> None:
    corpus = write_corpus(
        tmp_path / "corpus",
        {
            "山/富士 山.md": "富士山は高い。",
            "page.html": f"<p>A long enough page about cattle.</p>{SCRIPT}",
            "t.csv": "a,b\n1,2\n",
        },
    )
    (corpus / "sjis.txt").write_bytes("東京は日本の首都である。江戸と呼ばれていた。".encode("cp932"))
    with serve(serve_index, tmp_path, corpus).client() as client:
        reply = get(client, "山/富士 山.md")
        assert reply.text == "富士山は高い。"
        assert reply.headers["content-type"] == "text/plain; charset=utf-8"
        name = "%E5%AF%8C%E5%A3%AB%20%E5%B1%B1.md"
        assert reply.headers["content-disposition"] == f"inline; filename*=UTF-8''{name}"
        assert get(client, "sjis.txt").headers["content-type"] == "text/plain"
        table = get(client, "t.csv")
        assert table.headers["content-type"] == "application/octet-stream"
        assert table.headers["content-disposition"].startswith("attachment; ")
        page = get(client, "page.html")
        assert page.headers["content-type"] == "text/html"
        for reply in (page, table):
            policy = reply.headers["content-security-policy"]
            assert policy.startswith("sandbox; default-src 'none'")
            assert "script" not in policy
            assert reply.headers["x-content-type-options"] == "nosniff"
            assert reply.headers["cross-origin-resource-policy"] == "same-origin"


def test_a_passage_leads_to_its_page(serve_index, tmp_path) -> None:
    corpus = write_corpus(tmp_path / "corpus", {"a#page=9.md": "Rinderpest was a disease of cattle."})
    (corpus / "two.pdf").write_bytes(
        pdf(Page(["Ottawa is the capital of Canada."]), Page(["Baikal is the deepest lake."]))
    )
    site = serve(serve_index, tmp_path, corpus)
    with site.client() as client:
        places = {}
        for question in ("Ottawa?", "Baikal?", "Rinderpest?"):
            for hit in ask(site, question)[1]["hits"]:
                places[hit["source"]] = client.get(f"/passages/{hit['id']}/original").headers["location"]
        assert places == {
            "two.pdf#page=1": f"/documents/{file_id('two.pdf')}/original#page=1",
            "two.pdf#page=2": f"/documents/{file_id('two.pdf')}/original#page=2",
            "a#page=9.md": f"/documents/{file_id('a#page=9.md')}/original",
        }
        reply = get(client, "two.pdf")
        assert reply.content == (corpus / "two.pdf").read_bytes()
        assert reply.headers["content-type"] == "application/pdf"


def test_only_what_the_index_names_is_sent(serve_index, tmp_path) -> None:
    corpus = write_corpus(tmp_path / "corpus", {"a.md": "一つの文書。"})
    with serve(serve_index, tmp_path, corpus).client() as client:
        (corpus / "later.md").write_text("secret")
        for source in ("later.md", "../corpus/a.md", "/etc/passwd"):
            get(client, source, 404)
        (corpus / "a.md").unlink()
        assert "not where it was" in get(client, "a.md", 404).text


def test_links_that_lead_out_are_not_followed(tmp_path) -> None:
    corpus = write_corpus(tmp_path / "corpus", {"real/a.md": "x"})
    write_corpus(tmp_path / "elsewhere", {"b.md": "secret"})
    (corpus / "inside.md").symlink_to(corpus / "real" / "a.md")
    (corpus / "out.md").symlink_to(tmp_path / "elsewhere" / "b.md")
    (corpus / "folder").symlink_to(tmp_path / "elsewhere")
    os.mkfifo(corpus / "pipe.md")
    with open_original(str(corpus), "inside.md") as file:
        assert file.read() == b"x"
    for source in (
        "out.md",
        "folder/b.md",
        "pipe.md",
        "real",
        "../elsewhere/b.md",
        "real/../real/a.md",
        "",
        "\0",
        "/a.md",
    ):
        with pytest.raises(RequestError):
            open_original(str(corpus), source)
    for folder in ("", "corpus", str(tmp_path / "nowhere")):
        with pytest.raises(RequestError):
            open_original(folder, "real/a.md")
    with pytest.raises(RequestError, match="not on this machine"):
        open_original("s3://bucket/docs", "real/a.md")


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_name_is_found_as_the_disk_spells_it(tmp_path, form) -> None:
    write_corpus(tmp_path, {unicodedata.normalize(form, "ガイド/パン.md"): "x"})
    with open_original(str(tmp_path), "ガイド/パン.md") as file:
        assert file.read() == b"x"


def test_the_only_file_of_a_corpus_is_sent(tmp_path) -> None:
    write_corpus(tmp_path, {"a.md": "x", "b.md": "secret"})
    with open_original(str(tmp_path / "a.md"), "a.md") as file:
        assert file.read() == b"x"
    with pytest.raises(RequestError):
        open_original(str(tmp_path / "a.md"), "b.md")
