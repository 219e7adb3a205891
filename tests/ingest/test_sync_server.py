"""An index on a Chroma server: several machines, several writers, and servers that are not there or refuse."""

from __future__ import annotations

import http.server
import json
import shutil
import signal
from pathlib import Path

import pytest

import rag.index.server_lock
from ingest.sync import sync
from rag.errors import (
    IndexMismatch,
    IndexMissing,
    ServerMismatch,
    ServerRefused,
    ServerUnreachable,
    SettingsError,
)
from rag.index.chroma import ChromaServer
from rag.index.location import ServerIndex
from rag.index.reader import open_index
from rag.retrieval.retriever import HybridRetriever
from tests.commands import kotae, refused
from tests.fakes import HashEncoder
from tests.faults.forks import Forks
from tests.ingest import kill_driver
from tests.ingest.snapshots import assert_same_index
from tests.samples import SMALL_CORPUS, write_corpus
from tests.sites import Site, free_port, guarded, new_site, serving

TOKEN = "sesame-0123456789"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stand-in encoder, and writers taken for dead sooner."""
    monkeypatch.setattr("ingest.sync.open_encoder", lambda _: HashEncoder())
    monkeypatch.setattr("rag.index.reader.open_encoder", lambda _: HashEncoder())
    monkeypatch.setattr(rag.index.server_lock, "EXPIRY_SECONDS", 3.0)


def test_retrieval_finds_on_a_server_what_it_finds_in_a_folder(
    remote: Site, small_index: Path, small_corpus: Path
) -> None:
    remote.sync(small_corpus)
    here, there = HybridRetriever(index=open_index(small_index)), HybridRetriever(index=remote.open())
    for question in ("日本の首都はどこですか？", "What is the capital of Canada?", "世界で最も深い湖は何ですか？"):
        found, expected = there.search(question), here.search(question)
        assert [hit.chunk for hit in found] == [hit.chunk for hit in expected]
        assert [hit.score for hit in found] == pytest.approx([hit.score for hit in expected], abs=1e-4)


def test_another_machine_needs_the_server_only(
    remote: Site, quick: None, small_corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remote.sync(small_corpus)
    before = remote.open()
    with monkeypatch.context() as other:
        other.setenv("KOTAE_CACHE", str(tmp_path / "cache of another machine"))
        there = remote.open()
        assert there.manifest == before.manifest
        for question, language in (("首都", "ja"), ("capital", "en")):
            found = there.secondary.lexical.search(question, language, 9)
            assert found == before.secondary.lexical.search(question, language, 9) != {}
        (small_corpus / "en/ottawa.txt").write_text("Ottawa has a canal.", encoding="utf-8")
        assert remote.sync(small_corpus).changed == ("en/ottawa.txt",)
    later = remote.open()
    assert "canal" not in SMALL_CORPUS["en/ottawa.txt"]
    assert len(later.secondary.lexical.search("canal", "en", 9)) == 1, "the first machine sees the change"


def test_two_indices_on_one_server(chroma_url: str, remote: Site, quick: None, tmp_path: Path) -> None:
    with new_site("server", tmp_path / "unused", chroma_url) as other:
        remote.sync(write_corpus(tmp_path / "one", {"a.txt": "一つ目の文書である。"}))
        other.sync(write_corpus(tmp_path / "two", {"b.txt": "The second document."}))
        assert list(remote.open().manifest.sources) == ["a.txt"]
        assert list(other.open().manifest.sources) == ["b.txt"]


def test_several_processes_at_once(remote: Site, forking: Forks, tmp_path: Path) -> None:
    files = {f"ja/{n}.txt": f"{n}番目の文書である。" * 9 for n in range(30)} | {
        f"en/{n}.txt": f"Document {n} tells of whale {n}. " * 9 for n in range(30)
    }
    first, second = write_corpus(tmp_path / "first", files), write_corpus(tmp_path / "second", files)
    for n in range(0, 30, 3):
        (second / f"en/{n}.txt").write_text(f"Now document {n} tells of squid. " * 12, encoding="utf-8")
        (second / f"ja/{n}.txt").unlink()
    assert remote.server is not None
    writers = [
        kill_driver.start(forking, corpus, tmp_path / "unused", remote.server) for corpus in (first, second, second)
    ]
    for writer in writers:
        ended = writer.wait()
        assert (ended.code, ended.out) == (0, "end\n"), ended.err
    report = kill_driver.run(second, tmp_path / "unused", remote.server)
    assert report.found == 50
    kill_driver.run(second, tmp_path / "anew")
    assert_same_index(tmp_path / "unused", tmp_path / "anew", remote.server)


def test_killed_and_repaired_without_encoding_again(remote: Site, quick: None, forking: Forks, tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus", {f"{n}.txt": f"{n}番目の文書である。" * 20 for n in range(150)})
    assert remote.server is not None
    killed = kill_driver.start(forking, corpus, tmp_path / "unused", remote.server, writes=1).wait()
    assert (killed.code, killed.out) == (-signal.SIGKILL, "")
    store = (location := ServerIndex(remote.server)).store(location.load())
    written = store.count()
    store.close()
    report = kill_driver.run(corpus, tmp_path / "unused", remote.server)
    assert 0 < written < report.chunks
    assert report.embedded == report.chunks - written
    kill_driver.run(corpus, tmp_path / "anew")
    assert_same_index(tmp_path / "unused", tmp_path / "anew", remote.server)


@pytest.mark.parametrize("header", ["Authorization", "X-Chroma-Token"])
def test_token(remote: Site, chroma_url: str, quick: None, small_corpus: Path, tmp_path: Path, header: str) -> None:
    assert remote.server is not None
    collection = remote.server.collection
    with guarded(chroma_url, TOKEN, header) as url:
        for token, word in ((None, "requires a token"), ("wrong", "rejected the token")):
            with pytest.raises(ServerRefused, match=rf"{word}.*KOTAE_CHROMA_TOKEN"):
                sync(small_corpus, tmp_path / "unused", server=ChromaServer(url, token, collection))
        server = ChromaServer(url, TOKEN, collection)
        assert TOKEN not in repr(server) + str(server)
        assert len(sync(small_corpus, tmp_path / "unused", server=server).added) == 8
        assert len(open_index(tmp_path / "unused", server=server).manifest.sources) == 8


def test_nobody_there(tmp_path: Path, small_corpus: Path) -> None:
    server = ChromaServer(f"http://127.0.0.1:{free_port()}")
    for attempt in (
        lambda: sync(small_corpus, tmp_path, server=server),
        lambda: open_index(tmp_path, server=server),
        lambda: ServerIndex(server).drop(),
    ):
        with pytest.raises(ServerUnreachable, match=r"127\.0\.0\.1.*chroma run"):
            attempt()


@pytest.mark.parametrize("url", ["nonsense", "ftp://host", "http://", "localhost:8000", "http://host:port"])
def test_no_url(url: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="URL"):
        open_index(tmp_path, server=ChromaServer(url))


@pytest.mark.parametrize(
    ("status", "body"), [(200, b'"0.6.3"'), (200, b'"2.0.0"'), (404, b"nothing here"), (200, b"<html>Welcome</html>")]
)
def test_another_version_or_another_kind_of_server(status: int, body: bytes, tmp_path: Path) -> None:
    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

    with serving(Handler) as url, pytest.raises(ServerMismatch, match=r"Chroma 1\.x"):
        open_index(tmp_path, server=ChromaServer(url))


def test_collection_of_somebody_else(chroma_url: str, small_corpus: Path, tmp_path: Path) -> None:
    server = ChromaServer(chroma_url, collection="of-somebody-else")
    client = rag.index.chroma.open_server(server).client
    client.create_collection(server.collection, embedding_function=None)
    try:
        for attempt in (
            lambda: sync(small_corpus, tmp_path, server=server),
            lambda: open_index(tmp_path, server=server),
            lambda: ServerIndex(server).drop(),
        ):
            with pytest.raises(IndexMismatch, match="not made by kotae"):
                attempt()
        assert client.get_collection(server.collection, embedding_function=None).count() == 0
    finally:
        client.delete_collection(server.collection)


def test_a_part_of_somebody_else(remote: Site, quick: None, small_corpus: Path) -> None:
    assert remote.server is not None
    client = rag.index.chroma.open_server(remote.server).client
    name = f"{remote.server.collection}.en"
    client.create_collection(name, metadata={"of": "somebody else"}, embedding_function=None)
    try:
        with pytest.raises(IndexMismatch, match=rf"{name} was not made by kotae"):
            remote.sync(small_corpus)
    finally:
        client.delete_collection(name)


def test_nothing_of_a_dropped_index_stays(remote: Site, quick: None, small_corpus: Path) -> None:
    assert remote.server is not None
    client = rag.index.chroma.open_server(remote.server).client

    def parts() -> list[str]:
        names = sorted(one.name for one in client.list_collections())
        return [one.removeprefix(remote.server.collection) for one in names if one.startswith(remote.server.collection)]

    remote.sync(small_corpus)
    assert parts() == ["", ".en", ".ja"]
    remote.drop()
    assert parts() == []
    remote.sync(small_corpus)
    client.delete_collection(f"{remote.server.collection}.en")  # as by a drop that was killed
    assert remote.sync(small_corpus).embedded > 0
    remote.drop()
    assert parts() == []


def test_command_line(remote: Site, chroma_url: str, quick: None, small_corpus: Path, tmp_path: Path) -> None:
    assert remote.server is not None
    with guarded(chroma_url, TOKEN) as url:
        place = ("--chroma-url", url, "--chroma-collection", remote.server.collection)
        env = {"KOTAE_CHROMA_TOKEN": TOKEN, "KOTAE_CACHE": str(tmp_path / "cache"), "KOTAE_INDEX": str(tmp_path / "no")}
        refused(kotae("ingest", small_corpus, *place), "requires a token", url)
        result = kotae("ingest", small_corpus, *place, env=env)
        assert result.exit_code == 0, result.output
        assert "8 added" in result.stdout
        said = json.loads(kotae("index", "info", *place, "--json", env=env).stdout)
        assert (said["languages"], len(said["sources"])) == ({"ja": 4, "en": 5}, 8), "a token is a character here"
        info = kotae("index", "info", *place, env=env).stdout
        assert "5 en, 4 ja" in info
        assert "1 ja/許斐剛.md" in info
        held = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
        assert TOKEN.encode() not in held
        assert kotae("index", "drop", *place, "--yes", env=env).exit_code == 0
        refused(kotae("index", "info", *place, env=env), "no index", remote.server.collection)
    assert not (tmp_path / "no").exists()
    shutil.rmtree(tmp_path / "cache")


def test_no_index_to_drop(remote: Site) -> None:
    with pytest.raises(IndexMissing, match="kotae ingest"):
        remote.drop()
