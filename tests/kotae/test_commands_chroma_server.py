"""Every command that opens an index opens one on a Chroma server, whose token is written nowhere."""

from __future__ import annotations

import json

import pytest

from tests.commands import TENNIS, kotae, refused
from tests.eval.scripted import ROWS, write_corpus, write_set
from tests.sites import free_port, guarded, new_site

TOKEN = "sesame-0123456789"


def test_from_ingest_to_report(script, chroma_url, tmp_path, monkeypatch) -> None:
    corpus, verify = write_corpus(tmp_path / "corpus"), write_set(tmp_path / "set.csv")
    (tmp_path / "questions.txt").write_text(f"{ROWS[0][3]}\n{TENNIS}\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with new_site("server", tmp_path / "unused", chroma_url) as site, guarded(chroma_url, TOKEN) as url:
        monkeypatch.setenv("KOTAE_CHROMA_URL", url)
        monkeypatch.setenv("KOTAE_CHROMA_COLLECTION", site.server.collection)
        refused(kotae("ingest", corpus), "requires a token", "KOTAE_CHROMA_TOKEN")
        refused(kotae("ask", TENNIS, "--chroma-token", "wrong"), "rejected the token")
        monkeypatch.setenv("KOTAE_CHROMA_TOKEN", TOKEN)
        for arguments in (
            ("ingest", corpus),
            ("ask", TENNIS),
            ("batch", "questions.txt", "--out", "answers.csv"),
            ("eval", "run", verify, "--out", "run"),
            ("eval", "retrieval", verify),
        ):
            result = kotae(*arguments)
            assert result.exit_code == 0, (arguments, result.output)
        assert "許斐剛.md" in kotae("ask", TENNIS).stdout
        assert "ja/許斐剛.md" in (tmp_path / "answers.csv").read_text(encoding="utf-8-sig")
        run = json.loads((tmp_path / "run/run.json").read_text(encoding="utf-8"))
        info = json.loads(kotae("index", "info", "--json").stdout)
        assert info["corpus_digest"] in json.dumps(run)
    for path in tmp_path.rglob("*"):
        assert path.is_dir() or TOKEN.encode() not in path.read_bytes(), path
    assert not (tmp_path / ".kotae").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("ask", "Q"),
        ("ingest", "corpus"),
        ("batch", "q.txt", "--out", "a.csv"),
        ("index", "info"),
        ("index", "drop", "--yes"),
        ("eval", "run", "set.csv", "--out", "run"),
        ("eval", "retrieval", "set.csv"),
    ],
    ids=" ".join,
)
def test_no_server_there(script, tmp_path, monkeypatch, arguments) -> None:
    monkeypatch.chdir(tmp_path)
    write_corpus(tmp_path / "corpus")
    write_set(tmp_path / "set.csv")
    (tmp_path / "q.txt").write_text("Q\n")
    url = f"http://127.0.0.1:{free_port()}"
    refused(kotae(*arguments, "--chroma-url", url), url, "chroma run")


def test_measuring_a_collection_leaves_the_index_on_the_server(script, chroma_url, tmp_path, monkeypatch) -> None:
    collection = tmp_path / "set"
    collection.mkdir()
    rows = {
        "documents": {"id": "d", "text": "東京は首都である。"},
        "questions": {"id": "q", "question": "首都は？", "answers": ["東京"], "doc_id": "d"},
    }
    for name, row in rows.items():
        (collection / f"{name}.jsonl").write_text(json.dumps(row | {"lang": "ja"}), encoding="utf-8")
    with new_site("server", tmp_path / "unused", chroma_url) as site:
        site.sync(write_corpus(tmp_path / "corpus"))
        before = site.snapshot()
        result = kotae("eval", "retrieval", collection, *site.options())
        assert result.exit_code == 0, result.output
        assert site.snapshot() == before
