"""Comparisons by their routes: a set in any shape, run in turn with the page's questions, stopped, continued, given."""

from __future__ import annotations

import io
import json
import time
import zipfile
from pathlib import Path

import httpx
import openpyxl
import pytest

from eval.dataset.load import load_dataset
from eval.runs.evaluate import QuestionSelection, evaluate_set, parse_conditions
from eval.runs.run import load_run
from kotae.web.runs_view import RunList
from kotae.web.set_routes import SET_BYTES
from tests.kotae.web.conftest import CATTLE, TENNIS, UNHEARD_OF, Served
from tests.kotae.web.test_asking import ask
from tests.kotae.web.test_list_routes import workbook

SET = f"質問,正解\n{TENNIS},許斐剛\n{CATTLE},Rinderpest\n".encode()
EVIDENCE = f"question,reference,evidence\n{TENNIS},許斐剛,ja/許斐剛.md\n{CATTLE},Rinderpest,en/rinderpest.md\n".encode()
BOTH = ("no_rag", "rag")
SHORT = {"SLOW": "one…two", "SHORT": "x,", TENNIS: "許斐剛"}


def add(site: Served, name: str, content: bytes, language: str = "en") -> httpx.Response:
    with site.client() as client:
        return client.post("/sets", params={"name": name, "lang": language}, content=content)


def compare(site: Served, set_id: str, conditions=BOTH, language: str = "en") -> httpx.Response:
    with site.client() as client:
        address = f"/sets/{set_id}/comparison"
        return client.post(address, params={"lang": language}, json={"conditions": list(conditions)})


def job(site: Served) -> dict:
    with site.client() as client:
        return client.get("/jobs/state").json()["job"]


def ended(site: Served) -> dict:
    end = time.monotonic() + 300
    while (state := job(site))["state"] in ("running", "stopping"):
        assert time.monotonic() < end
        time.sleep(0.02)
    return state


def get(site: Served, address: str) -> httpx.Response:
    with site.client() as client:
        return client.get(address)


def rows_of(site: Served, set_id: str) -> list[dict]:
    return get(site, f"/sets/{set_id}/rows/state").json()["rows"]


def resume(site: Served, run_id: str) -> httpx.Response:
    with site.client() as client:
        return client.post(f"/runs/{run_id}/resume")


def the_run(site: Served) -> Path:
    (entry,) = RunList(site.config.runs).entries()
    return RunList(site.config.runs).path(entry.id)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("検証.xlsx", workbook(("質問", [TENNIS, CATTLE]), ("正解", ["許斐剛", "Rinderpest"]))),
        ("set.csv", SET.decode().encode("cp932")),
        ("set.jsonl", "\n".join(json.dumps({"question": q, "answer": "許斐剛"}) for q in (TENNIS, CATTLE)).encode()),
    ],
)
def test_a_set_in_any_shape_is_compared_and_reported(site, name, content) -> None:
    entry = add(site, name, content).json()
    assert entry["name"] == name
    begun = compare(site, entry["id"])
    assert (begun.status_code, begun.json()["kind"], begun.json()["name"]) == (201, "comparison", name)
    state = ended(site)
    assert (state["state"], state["done"], state["total"], state["error"]) == ("done", 4, 4, None)
    assert get(site, f"/sets/{entry['id']}/file").content == content
    report = get(site, f"/runs/{state['result']}/report").text
    assert TENNIS.replace("「", "") in report.replace("「", "")
    assert (the_run(site) / "report.xlsx").exists()


def test_the_run_is_that_of_the_command(site, tmp_path) -> None:
    compare(site, add(site, "set.csv", SET).json()["id"])
    ended(site)
    (tmp_path / "set.csv").write_bytes(SET)
    selection = QuestionSelection(None, parse_conditions("no_rag,rag"))
    alone = evaluate_set(tmp_path / "set.csv", tmp_path / "alone", selection, site.config.model, site.config.index)
    ours, theirs = load_run(the_run(site)), load_run(alone)
    assert ours.identity == theirs.identity
    assert ours.scope == theirs.scope
    assert ours.log.by_key.keys() == theirs.log.by_key.keys()


def test_every_export_of_a_run_is_given(site) -> None:
    compare(site, add(site, "set.csv", SET).json()["id"])
    run = ended(site)["result"]
    book = openpyxl.load_workbook(io.BytesIO(get(site, f"/runs/{run}/files.xlsx?lang=ja").content))
    assert len(book.sheetnames) >= 3
    archive = zipfile.ZipFile(io.BytesIO(get(site, f"/runs/{run}/files.zip").content))
    names = archive.namelist()
    assert {"report.html", "report.xlsx", "answers.csv", "summary.csv", "comparison.csv", "run.jsonl"} < {*names}
    assert sum(name.startswith("inspect/") for name in names) == 2
    assert len(archive.read("run.jsonl").splitlines()) == 4
    assert get(site, f"/runs/{run}/files.exe").status_code == 404


def test_a_set_with_evidence_can_be_asked_with_it_and_without(site) -> None:
    plain, named = (add(site, name, data).json()["id"] for name, data in (("a.csv", SET), ("b.csv", EVIDENCE)))
    page = get(site, "/sets?lang=en").text
    assert page.count('value="rag" checked') == 2
    assert page.count('value="oracle"') == page.count('value="withheld"') == 1
    refused = compare(site, plain, ["oracle"])
    assert (refused.status_code, refused.json()["error"]["name"]) == (400, "RequestError")
    compare(site, named, ["no_rag", "rag", "oracle", "withheld"])
    assert (ended(site)["state"], job(site)["total"]) == ("done", 8)


@pytest.mark.parametrize(
    ("body", "part"),
    [
        (b'{"conditions": []}', "答え方を、1 つ以上"),
        (b'{"conditions": ["magic"]}', "conditions"),
        (b"{}", "conditions"),
        (b"[]", "JSON"),
    ],
)
def test_a_choice_that_cannot_be_is_refused(site, body, part) -> None:
    set_id = add(site, "set.csv", SET).json()["id"]
    with site.client() as client:
        reply = client.post(f"/sets/{set_id}/comparison?lang=ja", content=body)
    assert reply.status_code == 400
    assert part in reply.json()["error"]["text"]
    assert job(site) is None


@pytest.mark.parametrize(
    ("name", "content", "part"),
    [
        ("空.csv", b"", "検証セットに行がありません（空.csv）"),
        ("a.csv", "番号,名前\n1,2\n".encode(), "検証セットに質問の列も正解の列もありません"),
        ("b.csv", "番号,名前\n1,2\n".encode(), "見出しを、質問の列は「質問」、正解の列は「正解」に変えて"),
        ("a.pdf", b"%PDF", "検証セットの形式は"),
        ("a.xlsx", b"PK\x03\x04broken", "a.xlsx"),
        ("../..", SET, "このファイルの名前は使用できません"),
    ],
)
def test_what_is_no_set_is_refused_in_a_sentence(site, name, content, part) -> None:
    reply = add(site, name, content, "ja")
    assert reply.status_code == 400
    assert part in reply.json()["error"]["text"]
    assert "kotae-" not in reply.text
    assert "--" not in reply.text, "the page has no options"
    assert "<article" not in get(site, "/sets?lang=ja").text


def test_too_large_a_set_is_refused(site) -> None:
    reply = add(site, "a.csv", b"x" * (SET_BYTES + 1))
    assert (reply.status_code, reply.json()["error"]["name"]) == (413, "RequestError")


def test_a_question_of_the_page_does_not_wait_for_the_comparison(site) -> None:
    site.engine.replies = SHORT
    rows = [f"SHORT {number},x" for number in range(30)]
    compare(site, add(site, "set.csv", "\n".join(["question,reference", "SLOW,x", *rows]).encode()).json()["id"])
    assert site.engine.reached.wait(300)
    site.engine.go.set()
    assert ask(site, TENNIS)[-1]["text"] == "許斐剛"
    assert job(site)["state"] == "running"
    with site.client() as client:
        assert client.post(f"/jobs/{job(site)['id']}/stop").json()["state"] == "stopping"
    assert ended(site)["state"] == "stopped"
    assert len(site.engine.threads) == 1


def test_one_that_is_stopped_goes_on_after_a_restart(site, serve_index, small_index) -> None:
    content = f"question,reference\n{TENNIS},許斐剛\nSLOW,onetwo\n{CATTLE},Rinderpest\n".encode()
    compare(site, add(site, "質問.csv", content).json()["id"], ["no_rag"])
    assert site.engine.reached.wait(300)
    with site.client() as client:
        client.post(f"/jobs/{job(site)['id']}/stop")
    site.engine.go.set()
    state = ended(site)
    assert (state["state"], state["done"], state["total"]) == ("stopped", 2, 3)
    later = serve_index(small_index, site.config.runs)
    later.engine.go.set()
    assert job(later) is None
    assert f'data-resume="{state["result"]}"' in get(later, "/runs").text
    assert resume(later, state["result"]).json()["name"] == "質問.csv"
    assert (ended(later)["state"], job(later)["done"]) == ("done", 3)
    assert later.engine.written == ["Rinderpest"]
    assert "data-resume" not in get(later, "/runs").text
    assert resume(later, state["result"]).status_code == 201
    assert (ended(later)["state"], later.engine.written) == ("done", ["Rinderpest"])


def test_a_server_that_ends_leaves_a_run_to_continue(serve_index, small_index, tmp_path) -> None:
    site = serve_index(small_index, tmp_path / "runs")
    site.engine.replies = SHORT
    rows = [f"SHORT {number},x" for number in range(100)]
    compare(site, add(site, "set.csv", "\n".join(["question,reference", *rows]).encode()).json()["id"], ["no_rag"])
    site.engine.go.set()
    while not job(site)["done"]:
        time.sleep(0.02)
    site.server.stop()
    end = time.monotonic() + 300
    while site.server._app.state.jobs.latest.running:
        assert time.monotonic() < end
        time.sleep(0.02)
    run = load_run(the_run(site))
    assert run.ended is None
    assert 0 < len(run.log.by_key) < 100


def test_one_job_runs_at_a_time(site) -> None:
    set_id = add(site, "set.csv", b"question,reference\nSLOW,x\n").json()["id"]
    compare(site, set_id)
    reply = compare(site, set_id, language="ja")
    assert (reply.status_code, reply.json()["error"]["text"]) == (
        429, "別の比較または下書きの作業が進んでいます。終わるまで待つか、停止してください。",
    )  # fmt: skip
    site.engine.go.set()
    assert ended(site)["state"] == "done"
    assert compare(site, set_id).json()["result"] != job(site)["id"]
    ended(site)
    names = sorted(entry.name for entry in RunList(site.config.runs).entries())
    assert names == ["set", "set-2"]


def test_without_an_index_only_the_model_alone_is_asked(serve_index, tmp_path, encoder) -> None:
    site = serve_index(tmp_path / "none", tmp_path / "runs")
    set_id = add(site, "set.csv", SET).json()["id"]
    compare(site, set_id)
    state = ended(site)
    assert (state["state"], state["error"]["name"]) == ("broken", "IndexMissing")
    assert not list(RunList(site.config.runs).entries())
    compare(site, set_id, ["no_rag"])
    assert ended(site)["state"] == "done"


def test_a_question_that_fails_is_counted_and_the_rest_goes_on(site) -> None:
    compare(site, add(site, "set.csv", f"question,reference\nBROKEN,x\n{UNHEARD_OF},987654\n".encode()).json()["id"])
    assert ended(site)["state"] == "done"
    records = load_run(the_run(site)).log.by_key.values()
    assert sorted(record.failure is not None for record in records) == [False, False, True, True]


def test_the_same_set_twice_is_kept_once_and_another_of_its_name_beside_it(site) -> None:
    first = add(site, "set.csv", SET).json()
    assert add(site, "set.csv", SET).json() == first
    assert add(site, "set.csv", EVIDENCE).json()["name"] == "set-2.csv"
    (site.config.runs / "sets" / "broken.csv").write_bytes(b"no,set\n1,2\n")
    page = get(site, "/sets?lang=ja").text
    assert page.count('class="compare"') == 2
    assert "検証セットに質問の列も正解の列もありません" in page
    broken = page.split("broken.csv")[0].count("<article")
    assert broken == 1


@pytest.mark.parametrize("address", ["/sets/none/file", "/runs/none/files.zip", "/sets/..%2f/file"])
def test_what_is_not_there_is_not_found(site, address) -> None:
    assert get(site, address).status_code == 404
    assert compare(site, "none").status_code == 404
    assert resume(site, "none").status_code == 404
    with site.client() as client:
        assert client.post("/jobs/none/stop").status_code == 404


def test_the_kept_set_is_read_as_it_was_sent(site) -> None:
    add(site, "検証 1.csv", SET)
    kept = load_dataset(site.config.runs / "sets" / "検証 1.csv")
    assert [item.questions for item in kept.items] == [{"ja": TENNIS}, {"en": CATTLE}]
