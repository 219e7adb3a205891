"""Lists of questions by their routes: every form in, answered in turn with the page's own, stopped, given back."""

from __future__ import annotations

import csv
import io
import time

import httpx
import openpyxl
import pytest

from kotae.web.list_routes import LIST_BYTES
from tests.kotae.web.conftest import CATTLE, TENNIS, Served
from tests.kotae.web.test_asking import ask

QUESTIONS = [TENNIS, CATTLE]


def workbook(*columns: tuple[str, list[str]]) -> bytes:
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    book.active.append([name for name, _ in columns])
    for row in zip(*(cells for _, cells in columns), strict=True):
        book.active.append(list(row))
    book.save(buffer)
    return buffer.getvalue()


def send(site: Served, name: str, content: bytes, retrieval: str = "no", **headers: str) -> httpx.Response:
    with site.client() as client:
        return client.post("/lists", params={"name": name, "retrieval": retrieval}, content=content, headers=headers)


def state(site: Served, list_id: str) -> dict:
    with site.client() as client:
        return next(entry for entry in client.get("/lists/state").json()["lists"] if entry["id"] == list_id)


def ended(site: Served, list_id: str) -> dict:
    end = time.monotonic() + 300
    while (entry := state(site, list_id))["state"] == "running":
        assert time.monotonic() < end
        time.sleep(0.02)
    return entry


def answers(site: Served, list_id: str, kind: str = "csv") -> httpx.Response:
    with site.client() as client:
        return client.get(f"/lists/{list_id}/answers.{kind}")


def rows(reply: httpx.Response) -> list[list[str]]:
    return list(csv.reader(io.StringIO(reply.content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("質問.xlsx", workbook(("番号", ["1", "2"]), ("質問", QUESTIONS))),
        ("list.csv", "\r\n".join(["question", *QUESTIONS]).encode("cp932")),
        ("list.tsv", "\n".join(["質問\tno", *(f"{text}\t1" for text in QUESTIONS)]).encode()),
        ("list.txt", "\n\n".join(QUESTIONS).encode("utf-16")),
    ],
)
def test_a_list_in_any_form_comes_back_answered_with_sources(site, name, content) -> None:
    reply = send(site, name, content, "yes")
    assert reply.status_code == 201, reply.text
    assert (reply.json()["name"], reply.json()["total"]) == (name, 2)
    entry = ended(site, reply.json()["id"])
    assert (entry["state"], entry["answered"], entry["failed"], entry["error"]) == ("done", 2, 0, None)
    header, *given = rows(answers(site, entry["id"]))
    assert header == ["Question", "Answer", "Sources"]
    assert [row[:2] for row in given] == [[TENNIS, "許斐剛"], [CATTLE, "Rinderpest"]]
    assert given[0][2].startswith("[1] ja/許斐剛.md:")


def test_the_workbook_holds_no_formula_and_is_named_after_the_list(site) -> None:
    site.engine.replies = {"=1+1は？": "=HYPERLINK(1)", "次": "+1"}
    list_id = send(site, "../質問 1.txt", "=1+1は？\n次\n".encode()).json()["id"]
    ended(site, list_id)
    reply = answers(site, list_id, "xlsx")
    assert reply.headers["content-disposition"].endswith("filename*=UTF-8''%E8%B3%AA%E5%95%8F%201-answers.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(reply.content)).active
    assert [[cell.value for cell in row] for row in sheet][1:] == [["=1+1は？", "=HYPERLINK(1)"], ["次", "+1"]]
    assert {cell.data_type for row in sheet for cell in row} == {"s"}
    assert rows(answers(site, list_id))[1] == ["'=1+1は？", "'=HYPERLINK(1)"]


def test_a_failed_question_gives_the_reason_in_its_row(site) -> None:
    list_id = send(site, "a.txt", f"BROKEN\n{'長' * 30_000}\n{TENNIS}".encode()).json()["id"]
    entry = ended(site, list_id)
    assert (entry["state"], entry["answered"], entry["failed"]) == ("done", 3, 2)
    given = [row[1] for row in rows(answers(site, list_id))[1:]]
    assert given[0] == "[No answer] An unexpected error occurred. See the terminal of kotae serve for details."
    assert given[1].startswith("[No answer] The question has 30,000 characters")
    assert given[2] == "許斐剛"
    japanese = rows(answers(site, list_id, "csv?lang=ja"))
    assert [row[1] for row in japanese[1:]] == [
        "［回答なし］予期しないエラーが発生しました。詳しくは、kotae serve を動かしている端末をご覧ください。",
        "［回答なし］質問が 30,000 文字あります。kotae serve が受け付けるのは 20,000 文字までです。"
        "質問を短くしてください。",
        "許斐剛",
    ]
    sheet = openpyxl.load_workbook(io.BytesIO(answers(site, list_id, "xlsx?lang=ja").content)).active
    assert [row[1].value for row in sheet] == [row[1] for row in japanese]


def test_a_list_that_is_stopped_gives_back_what_was_answered(site) -> None:
    list_id = send(site, "a.txt", f"{TENNIS}\nSLOW\n{CATTLE}".encode()).json()["id"]
    assert site.engine.reached.wait(300)
    assert state(site, list_id)["answered"] == 1
    with site.client() as client:
        assert client.post(f"/lists/{list_id}/stop").json()["state"] == "stopped"
    site.engine.go.set()
    assert rows(answers(site, list_id))[1:] == [[TENNIS, "許斐剛"], ["SLOW", ""], [CATTLE, ""]]
    assert ask(site, TENNIS)[-1]["text"] == "許斐剛"
    assert "Rinderpest" not in site.engine.written


def test_a_question_of_the_page_does_not_wait_for_the_whole_list(site) -> None:
    list_id = send(site, "a.txt", "\n".join(["SLOW", *["LONG"] * 20]).encode()).json()["id"]
    assert site.engine.reached.wait(300)
    site.engine.go.set()
    assert ask(site, TENNIS)[-1]["text"] == "許斐剛"
    assert state(site, list_id)["state"] == "running"
    with site.client() as client:
        client.post(f"/lists/{list_id}/stop")


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("a.txt", b"\n \n", "There are no questions in this file"),
        ("a.xlsx", b"PK\x03\x04broken", "This file cannot be read as an Excel workbook"),
        ("a.pdf", b"%PDF", "The questions must be .xlsx, .csv or .tsv, not .pdf"),
        ("a.csv", "答え,番号\n1,2\n".encode(), "No header shows which column contains the questions"),
    ],
)
def test_a_file_without_questions_is_refused_by_its_name(site, name, content, what) -> None:
    reply = send(site, name, content)
    assert reply.status_code == 400
    assert what in reply.text
    assert name in reply.text
    assert "kotae-" not in reply.text


def test_too_large_a_file_is_refused(site) -> None:
    reply = send(site, "a.txt", b"x" * (LIST_BYTES + 1))
    assert (reply.status_code, reply.json()["error"]["name"]) == (413, "RequestError")


def test_without_an_index_only_a_list_without_documents_is_taken(serve_index, tmp_path) -> None:
    site = serve_index(tmp_path / "none", tmp_path / "runs")
    reply = send(site, "a.txt", TENNIS.encode(), "yes")
    assert (reply.status_code, reply.json()["error"]["name"]) == (503, "IndexMissing")
    assert ended(site, send(site, "a.txt", TENNIS.encode(), "no").json()["id"])["answered"] == 1


def test_a_list_is_sent_by_this_page_only(site) -> None:
    with site.stranger() as stranger:
        assert stranger.post("/lists?name=a.txt&retrieval=no", content=b"x").status_code == 401
        assert stranger.get("/lists/state").status_code == 401
    assert send(site, "a.txt", b"x", origin="http://evil.example").status_code == 403
    with site.client() as client:
        assert client.get("/lists/state").json() == {"lists": []}


@pytest.mark.parametrize("address", ["/lists/none/answers.csv", "/lists/none/answers.exe", "/lists/..%2f/answers.csv"])
def test_a_list_that_is_not_there_is_not_found(site, address) -> None:
    with site.client() as client:
        assert client.get(address).status_code == 404
        assert client.post("/lists/none/stop").status_code == 404
