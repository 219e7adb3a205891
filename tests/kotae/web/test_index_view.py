"""Documents on the page: found by id alone, escaped, in order, and as they are now."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.sync import sync
from kotae.web.index_view import IndexView
from rag.factory import IndexSettings
from tests.commands import CLI
from tests.kotae.web.conftest import Served
from tests.kotae.web.test_asking import ask
from tests.samples import SMALL_CORPUS, write_corpus

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>{{ 7 * 7 }}"


def get(site: Served, path: str, status: int = 200) -> str:
    with site.client(follow_redirects=True) as client:
        reply = client.get(path, headers={"Accept-Language": "en"})
    assert reply.status_code == status, reply.text
    return reply.text


def sources(page: str) -> list[str]:
    return re.findall(r'<a href="/documents/[0-9a-f]{20}" lang="..">(.*?)</a>', page)


def ingest_elsewhere(corpus: Path, index: Path) -> None:
    """In another process, as a user would."""
    command = [sys.executable, str(CLI), "ingest", str(corpus), "--index", str(index)]
    subprocess.run(command, check=True, capture_output=True)


def test_documents_are_listed_by_language_and_name(site) -> None:
    assert sources(get(site, "/documents")) == sorted(SMALL_CORPUS)
    assert sources(get(site, "/documents?language=ja")) == sorted(one for one in SMALL_CORPUS if one.startswith("ja/"))
    assert sources(get(site, "/documents?language=en&name=BAIKAL")) == ["en/baikal.md"]
    assert sources(get(site, "/documents?name=富士")) == ["ja/富士山.md"]
    assert "No files match" in get(site, "/documents?name=nothing")
    assert "8 files" in get(site, "/documents?language=xx")


def test_a_long_list_is_cut_and_says_so(site, monkeypatch) -> None:
    monkeypatch.setattr("kotae.web.pages.MOST_FILES", 3)
    page = get(site, "/documents")
    assert len(sources(page)) == 3
    assert "8 of 8 files. Only the first 3 are listed" in page
    assert sources(get(site, "/documents?name=ottawa")) == ["en/ottawa.txt"]


def test_a_document_shows_its_chunks_and_a_passage_its_place(site) -> None:
    hit = ask(site, "日本で最も高い山は？")[1]["hits"][0]
    with site.client() as client:
        reply = client.get(f"/passages/{hit['id']}")
    assert reply.status_code == 303
    place = reply.headers["location"]
    assert place.endswith(f"#chunk-{hit['id']}")
    page = get(site, place)
    assert f'id="chunk-{hit["id"]}"' in page
    assert hit["text"].splitlines()[0] in page


@pytest.mark.parametrize(
    "path",
    [
        "/documents/0123", "/documents/..%2f..%2fetc%2fpasswd", "/documents/ja%2F水.md", "/passages/x",
        "/passages/..%2f..%2fmanifest.json", "/passages/%00", "/assets/..%2fapp.py", "/assets/nothing.css",
    ],
)  # fmt: skip
def test_nothing_is_opened_by_a_path_of_the_client(site, path) -> None:
    page = get(site, path, 404)
    assert 'role="alert"' in page
    assert "RequestError" not in page
    assert "水素" not in page


@pytest.mark.parametrize("page", ["0", "-1", "99", "x", "９", "1e9", "1" * 40, "²"])
def test_any_page_number_shows_a_page(site, page) -> None:
    (file,) = re.findall(r"/documents/([0-9a-f]{20})\"[^>]*>ja/水", get(site, "/documents"))
    assert "H2O" in get(site, f"/documents/{file}?page={page}")


@pytest.mark.usefixtures("encoder")
def test_what_documents_say_is_escaped(serve_index, tmp_path) -> None:
    corpus = write_corpus(tmp_path / "corpus", {"a<b>&'.md": f"---\ntitle: '{HOSTILE}'\n---\n{HOSTILE} 悪い文書。\n"})
    sync(corpus, tmp_path / "index")
    site = serve_index(tmp_path / "index", tmp_path / "runs")
    chunk = ask(site, "悪い文書とは？")[1]["hits"][0]
    assert HOSTILE in chunk["text"]
    pages = [get(site, path) for path in ("/documents", f"/passages/{chunk['id']}", f"/documents?name={HOSTILE}")]
    for page in pages:
        assert "<script>alert" not in page
        assert "<img" not in page
        assert "<b>" not in page
        assert "49" not in page.replace(chunk["id"], "")
    assert "&lt;script&gt;alert(1)" in pages[1]


@pytest.mark.usefixtures("encoder")
def test_many_chunks_have_pages_and_rows_stay_in_order(serve_index, tmp_path) -> None:
    rows = "".join(f"{number},事実その{number}：値は{number}である。\n" for number in range(1, 131))
    sync(write_corpus(tmp_path / "corpus", {"表.csv": f"id,text\n{rows}"}), tmp_path / "index")
    site = serve_index(tmp_path / "index", tmp_path / "runs")
    (file,) = re.findall(r"/documents/([0-9a-f]{20})\"", get(site, "/documents"))
    shown = [re.findall(r"事実その(\d+)：", get(site, f"/documents/{file}?page={page}")) for page in (1, 2, 3)]
    assert [int(one) for page in shown for one in page] == list(range(1, 131))
    assert "Page 3 of 3" in get(site, f"/documents/{file}?page=3")
    hit = ask(site, "事実その123の値は？")[1]["hits"][0]
    assert hit["text"].split("：")[0] in get(site, f"/passages/{hit['id']}")


@pytest.mark.usefixtures("process")
def test_what_another_process_ingests_is_seen_at_once(serve_index, tmp_path) -> None:
    """Asked before and after: an open Chroma does not notice by itself."""
    index, corpus = tmp_path / "index", tmp_path / "corpus"
    site = serve_index(index, tmp_path / "runs")
    assert "kotae ingest FOLDER" in get(site, "/")
    assert "kotae ingest FOLDER" in get(site, "/documents")
    write_corpus(corpus, {name: text for name, text in SMALL_CORPUS.items() if "baikal" not in name})
    sync(corpus, index)
    assert "kotae ingest FOLDER" not in get(site, "/")
    lake = "What is the deepest lake in the world?"
    assert "en/baikal.md" not in [hit["source"] for hit in ask(site, lake)[1]["hits"]]
    (corpus / "ja/水.md").unlink()
    write_corpus(corpus, {"en/baikal.md": SMALL_CORPUS["en/baikal.md"]})
    ingest_elsewhere(corpus, index)
    assert ask(site, lake)[1]["hits"][0]["source"] == "en/baikal.md"
    assert "ja/水.md" not in sources(get(site, "/documents"))


def test_an_index_on_a_server_is_browsed_too(chroma_url, tmp_path) -> None:
    from tests.sites import new_site

    with new_site("server", tmp_path / "index", chroma_url) as place:
        place.sync(write_corpus(tmp_path / "corpus", SMALL_CORPUS))
        index_view = IndexView(IndexSettings(place.folder, None, 3, place.server))
        assert [file.source for file in index_view.catalogue().files] == sorted(SMALL_CORPUS)
        assert index_view.catalogue().languages == {"en": 4, "ja": 4}
        index_view.close()


@pytest.mark.parametrize(("language", "other"), [("ja", "en"), ("en", "ja")])
def test_titles_to_ask_about_are_in_the_language_of_the_page_first(small_index, language, other) -> None:
    view = IndexView(IndexSettings(small_index, None, 2))
    every = view.titles(language, 100)
    assert view.titles(language, 2) == every[:2]
    assert len(every) == len(set(every)) > 2
    assert set(every) == set(view.titles(other, 100))
    assert every[0] != view.titles(other, 100)[0]
    view.close()


def test_titles_that_are_no_part_of_a_question_are_left_out(encoder, tmp_path) -> None:
    long = "長い" * 100
    sync(
        write_corpus(tmp_path / "corpus", {"a.md": f"# {long}\n本文。\n", "b.md": "# 短い題\n本文。\n"}),
        tmp_path / "index",
    )
    view = IndexView(IndexSettings(tmp_path / "index", None, 2))
    assert view.titles("ja", 2) == ["短い題"]
    view.close()
