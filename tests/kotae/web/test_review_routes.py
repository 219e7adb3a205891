"""Drafts from the index, and the review of a set, by their routes: what is decided stands in the Excel file at once."""

from __future__ import annotations

import io
from pathlib import Path

import httpx
import openpyxl
import pytest

from eval.dataset.load import load_dataset
from tests.eval.drafting.test_draft import DRAFTS
from tests.eval.drafting.test_draft import REPLIES as ANSWERS
from tests.kotae.web.conftest import CATTLE, TENNIS, Served
from tests.kotae.web.test_list_routes import workbook
from tests.kotae.web.test_set_routes import add, compare, ended, get, job

BOOK = workbook(
    ("質問", [TENNIS, CATTLE, "7+8は？"]), ("正解", ["許斐剛", "Rinderpest", "15"]), ("備考", ["a", "b", "c"])
)
SEEN = [TENNIS, "許斐剛"]


def rows(site: Served, set_id: str) -> dict:
    return get(site, f"/sets/{set_id}/rows/state").json()


def mark(site: Served, set_id: str, row: int, texts: list[str], keep: bool | None, language="en") -> httpx.Response:
    before = next(known["texts"] for known in rows(site, set_id)["rows"] if known["row"] == row)
    with site.client() as client:
        body = {"row": row, "before": before, "texts": texts, "keep": keep}
        return client.post(f"/sets/{set_id}/rows", params={"lang": language}, json=body)


def draft(site: Served, count: int, language: str) -> httpx.Response:
    with site.client() as client:
        return client.post("/sets/draft?lang=ja", json={"count": count, "language": language})


def cells(site: Served, set_id: str) -> list[list]:
    sheet = openpyxl.load_workbook(io.BytesIO(get(site, f"/sets/{set_id}/file").content)).active
    return [[cell.value for cell in row] for row in sheet]


def test_what_is_kept_mended_and_dropped_stands_in_the_file(site) -> None:
    set_id = add(site, "検証.xlsx", BOOK).json()["id"]
    state = rows(site, set_id)
    assert state["fields"] == ["質問", "正解"]
    assert [row["row"] for row in state["rows"]] == [2, 3, 4]
    assert {row["keep"] for row in state["rows"]} == {None}
    assert mark(site, set_id, 2, [TENNIS, "許斐 剛"], True, "ja").json()["rows"][0]["keep"] is True
    state = mark(site, set_id, 3, [CATTLE, "Rinderpest"], False, "ja").json()
    assert [row["keep"] for row in state["rows"]] == [True, False, None]
    assert cells(site, set_id) == [
        ["質問", "正解", "備考", "残す"],
        [TENNIS, "許斐 剛", "a", "はい"],
        [CATTLE, "Rinderpest", "b", "いいえ"],
        ["7+8は？", "15", "c", None],
    ]
    compare(site, set_id, ["no_rag"])
    assert (ended(site)["state"], job(site)["total"]) == ("done", 2)


def test_a_text_that_looks_like_a_formula_stays_text(site) -> None:
    set_id = add(site, "set.xlsx", BOOK).json()["id"]
    mark(site, set_id, 4, ["=HYPERLINK(1)は？", "+2"], None)
    sheet = openpyxl.load_workbook(io.BytesIO(get(site, f"/sets/{set_id}/file").content)).active
    assert [(cell.value, cell.data_type) for cell in sheet[4][:2]] == [("=HYPERLINK(1)は？", "s"), ("+2", "s")]
    assert rows(site, set_id)["rows"][2]["texts"] == ["=HYPERLINK(1)は？", "+2"]


@pytest.mark.parametrize(
    ("body", "part"),
    [
        ({"row": 99, "before": SEEN, "texts": ["a", "b"], "keep": True}, "99 行目に質問がありません"),
        ({"row": 2, "before": SEEN, "texts": ["a"], "keep": True}, "2 行目に質問がありません"),
        ({"row": 2, "before": SEEN, "texts": ["", "b"], "keep": True}, "質問"),
        ({"row": 3, "before": SEEN, "texts": ["a", "b"], "keep": True}, "3 行目は、表示したあとに変わっています"),
        ({"row": 2, "before": SEEN, "texts": ["a", "b"], "keep": "maybe"}, "keep"),
        ({"row": 2, "texts": ["a", "b"], "keep": True}, "before"),
        ({"row": 2, "before": SEEN}, "texts"),
    ],
)
def test_a_decision_about_nothing_changes_nothing(site, body, part) -> None:
    set_id = add(site, "set.xlsx", BOOK).json()["id"]
    with site.client() as client:
        reply = client.post(f"/sets/{set_id}/rows?lang=ja", json=body)
    assert reply.status_code == 400
    assert part in reply.json()["error"]["text"]
    assert get(site, f"/sets/{set_id}/file").content == BOOK


@pytest.mark.parametrize("name", ["set.csv", "set.tsv"])
def test_a_set_in_csv_is_reviewed_too(site, name) -> None:
    cells = ["question", "reference"], [TENNIS, "許斐剛"]
    text = "".join(("\t" if name.endswith("tsv") else ",").join(row) + "\n" for row in cells)
    set_id = add(site, name, text.encode("cp932")).json()["id"]
    assert f"/sets/{set_id}/review" in get(site, "/sets").text
    body = {"row": 2, "before": cells[1], "texts": [TENNIS, "許斐 剛"], "keep": True}
    with site.client() as client:
        reply = client.post(f"/sets/{set_id}/rows?lang=ja", json=body).json()
    assert reply["rows"] == [{"row": 2, "texts": [TENNIS, "許斐 剛"], "excerpt": "", "keep": True}]
    assert get(site, f"/sets/{set_id}/file").content.decode("utf-8-sig").splitlines()[0].endswith("残す")


def test_only_tables_are_reviewed(site) -> None:
    set_id = add(site, "set.json", f'[{{"question": "{TENNIS}", "reference": "許斐剛"}}]'.encode()).json()["id"]
    assert "/review" not in get(site, "/sets").text
    reply = get(site, f"/sets/{set_id}/rows/state?lang=ja")
    assert reply.status_code == 400
    assert "Excel" in reply.json()["error"]["text"]
    assert get(site, "/sets/none/review").status_code == 404


def test_a_set_is_drafted_from_the_index_and_reviewed(site) -> None:
    site.engine.replies = {**DRAFTS, **ANSWERS}
    begun = draft(site, 2, "en")
    assert (begun.status_code, begun.json()["kind"], begun.json()["name"]) == (201, "drafting", "draft-en-2.xlsx")
    state = ended(site)
    assert (state["state"], state["error"]) == ("done", None)
    path: Path = site.config.runs / "sets" / "draft-en-2.xlsx"
    items = load_dataset(path).items
    assert len(items) == 2
    assert all(item.evidence and item.evidence[0].startswith("en/") for item in items)
    assert not path.with_name("draft-en-2.xlsx.drafts").exists()
    row, other = rows(site, state["result"])["rows"]
    assert row["texts"][1] in row["excerpt"]
    assert other["keep"] is None
    assert mark(site, state["result"], row["row"], row["texts"], True).json()["rows"][0]["keep"] is True
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["下書き", "除外の内訳", "除いた質問"]  # the reader of the page is Japanese
    assert draft(site, 2, "en").json()["name"] == "draft-en-2-2.xlsx"
    ended(site)


def test_a_draft_replaces_no_set_that_came_meanwhile(site) -> None:
    site.engine.replies = {**DRAFTS, **ANSWERS}
    folder = site.config.runs / "sets"
    kept = folder / "draft-en-2.xlsx.drafts"
    kept.mkdir(parents=True)  # as of a draft that was interrupted
    assert add(site, "draft-en-2.xlsx", BOOK).json()["name"] == "draft-en-2-2.xlsx"
    assert draft(site, 2, "en").json()["name"] == "draft-en-2.xlsx"
    ended(site)
    assert (folder / "draft-en-2-2.xlsx").read_bytes() == BOOK
    assert len(load_dataset(folder / "draft-en-2.xlsx").items) == 2
    assert not kept.exists()


@pytest.mark.parametrize("body", [{"count": 0, "language": "ja"}, {"count": 1, "language": "fr"}, {"count": "1"}])
def test_an_impossible_draft_is_refused(site, body) -> None:
    with site.client() as client:
        assert client.post("/sets/draft", json=body).status_code == 400
    assert job(site) is None


def test_without_an_index_nothing_is_drafted(serve_index, tmp_path) -> None:
    site = serve_index(tmp_path / "none", tmp_path / "runs")
    assert draft(site, 1, "ja").json()["error"]["name"] == "IndexMissing"
