"""The history by its routes: kept over a restart, searched, exported and deleted; a failure to keep is said."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from kotae.web.history import History, HistoryEntry
from kotae.web.history_routes import PAGE_ENTRIES
from rag.errors import SettingsError
from tests.kotae.web.conftest import CATTLE, TENNIS, Served, served
from tests.kotae.web.test_asking import ask

FORMULA = "=HYPERLINK(1)"


@pytest.fixture
def site(serve_index: Callable[..., Served], small_index: Path, tmp_path: Path) -> Served:
    """A server that keeps a history."""
    return serve_index(small_index, tmp_path / "runs", history=tmp_path / "history.db")


def get(site: Served, address: str, language: str = "en"):
    with site.client(follow_redirects=True) as client:
        return client.get(address, headers={"Accept-Language": language})


def post(site: Served, address: str, content: object = None):
    with site.client() as client:
        return client.post(address, content=json.dumps(content))


def kept(path: Path) -> list[HistoryEntry]:
    return History(path).find()[0]


def test_what_was_asked_is_there_after_a_restart(small_index, tmp_path) -> None:
    path = tmp_path / "history.db"
    with served(small_index, tmp_path / "runs", history=path) as first:
        ask(first, TENNIS)
        ask(first, CATTLE, retrieval=False)
        assert ask(first, "BROKEN")[-1]["event"] == "error"
    with served(small_index, tmp_path / "runs", history=path) as second:
        page = get(second, "/history", "ja").text
    assert page.index(CATTLE) < page.index(TENNIS)
    assert "許斐剛" in page
    assert "2 件" in page
    latest, before = kept(path)
    assert (latest.answer, latest.retrieval, latest.sources) == ("Rinderpest", False, [])
    assert before.sources[0]["source"] == "ja/許斐剛.md"
    assert before.settings["model"] == "steered"
    assert before.settings["decoding"]["temperature"] == 0.0
    assert before.asked.endswith("+00:00")


def test_it_is_searched_and_turned_over(site) -> None:
    history = History(site.config.history)
    for number in range(PAGE_ENTRIES + 1):
        history.add(
            HistoryEntry(f"<b>q{number}</b>", "ＡＢＣ", False, "2026-11-30T12:00:00+00:00", 1, (), {"model": "m"})
        )
    assert "&lt;b&gt;q50&lt;/b&gt;" in get(site, "/history").text
    assert "&gt;q0&lt;" not in get(site, "/history").text
    assert "&gt;q0&lt;" in get(site, "/history?words=abc&page=2").text
    assert "Entries: 1" in get(site, "/history?words=q7<").text
    assert "Entries: 0" in get(site, "/history?words=nothing&page=9999999999").text
    beyond = get(site, "/history?words=q7<&page=3")
    assert (beyond.url.query, "Entries: 1" in beyond.text) == (b"words=q7%3C&page=1", True)


@pytest.mark.parametrize("kind", ["xlsx", "csv", "jsonl"])
def test_files_have_everything_and_no_formula(site, kind) -> None:
    ask(site, TENNIS)
    ask(site, FORMULA, retrieval=False)
    reply = get(site, f"/history/entries.{kind}", "ja")
    assert f"history.{kind}" in reply.headers["content-disposition"]
    if kind == "jsonl":
        rows = [json.loads(line) for line in reply.text.splitlines()]
        assert [row["question"] for row in rows] == [FORMULA, TENNIS]
        assert rows[1]["sources"][0]["text"]
        return
    if kind == "csv":
        header, first, second = csv.reader(io.StringIO(reply.content.decode("utf-8-sig")))
        assert first[1] == f"'{FORMULA}"
    else:
        sheet = openpyxl.load_workbook(io.BytesIO(reply.content)).active
        assert sheet is not None
        header, first, second = sheet.iter_rows(values_only=True)
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert list(header) == ["日時（UTC）", "質問", "回答", "回答の方法", "出典", "モデル", "秒数"]
    assert second[1:4] == type(second)([TENNIS, "許斐剛", "文書を検索する"])
    assert str(second[4]).startswith("[1] ja/許斐剛.md:")
    assert get(site, f"/history/entries.{kind}?words=%E4%BD%9C%E8%80%85").content != reply.content


def test_one_entry_is_deleted_and_then_all(site) -> None:
    for question in (TENNIS, CATTLE, "q"):
        ask(site, question, retrieval=False)
    number = kept(site.config.history)[1].id
    assert post(site, f"/history/{number}/delete").json() == {"deleted": 1}
    assert post(site, f"/history/{number}/delete").json() == {"deleted": 0}
    assert post(site, "/history/all/delete").status_code == 404
    assert [entry.question for entry in kept(site.config.history)] == ["q", TENNIS]
    assert post(site, "/history/delete").json() == {"deleted": 2}
    assert kept(site.config.history) == []


def test_what_a_tab_asked_is_given_as_a_file(site) -> None:
    source = {"rank": 1, "source": "a.md", "start": 0, "end": 5}
    entry = {
        "question": "q",
        "answer": FORMULA,
        "retrieval": True,
        "asked": "2026-11-30T12:00:00.123Z",
        "seconds": 1.5,
        "sources": [source],
    }
    reply = post(site, "/asked.csv", {"entries": [entry]})
    assert (
        reply.content.decode("utf-8-sig").splitlines()[1]
        == f"2026-11-30 12:00:00,q,'{FORMULA},From the documents,[1] a.md:0-5,,1.5"
    )
    for wrong in ({}, {"entries": [{}]}, {"entries": [{**entry, "sources": [{}]}]}, {"entries": [{**entry, "id": 1}]}):
        assert post(site, "/asked.xlsx", wrong).status_code == 400
    assert post(site, "/asked.exe", {"entries": []}).status_code == 404


def test_an_answer_that_cannot_be_kept_is_given_with_the_reason(site) -> None:
    site.config.history.write_bytes(b"something else")
    *_, unkept, done = ask(site, TENNIS)
    assert unkept["event"] == "unkept"
    assert "not a history" in unkept["error"]["text"]
    assert (done["event"], done["text"]) == ("done", "許斐剛")
    reply = get(site, "/history", "ja")
    assert "このファイルは kotae serve の履歴ではありません" in reply.text
    assert site.config.history.read_bytes() == b"something else"


def test_without_a_file_nothing_is_kept(serve_index, small_index, tmp_path) -> None:
    site = serve_index(small_index, tmp_path / "runs")
    ask(site, TENNIS)
    assert get(site, "/history").status_code == 404
    assert "/history" not in get(site, "/").text
    assert list(tmp_path.rglob("*.db")) == []


def test_a_foreign_file_is_refused_at_the_start(small_index, tmp_path) -> None:
    (tmp_path / "letter.txt").write_text("dear", encoding="utf-8")
    with (
        pytest.raises(SettingsError, match="not a history"),
        served(small_index, tmp_path, history=tmp_path / "letter.txt"),
    ):
        pass
    assert (tmp_path / "letter.txt").read_text(encoding="utf-8") == "dear"
