"""Runs on the page: listed, their verdicts, their reports; nothing outside the folder, nothing that runs."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from eval.runs.imported import import_counts, parse_counts
from kotae.web.runs_view import RunList
from tests.eval.page_runs import WITH, WITHOUT, say
from tests.eval.scripted import ScriptedChat, run_set, write_set
from tests.kotae.web.conftest import Served


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """A run, one below another folder, counts of the past, a damaged run, and what is no run."""
    folder = tmp_path / "runs"
    verify = write_set(tmp_path / "set.csv")
    run_set(folder / "first", verify, ScriptedChat(replies=WITHOUT, with_passages=WITH))
    shutil.copytree(folder / "first", folder / "日本語" / "二つ目")
    import_counts(folder / "past", "GPT4All", [parse_counts("open_qa:61:32:36")], "ja")
    (folder / "damaged").mkdir()
    (folder / "damaged" / "run.json").write_text("{}")
    (folder / "notes").mkdir()
    return folder


@pytest.fixture
def site(serve_index, small_index, runs) -> Served:
    return serve_index(small_index, runs)


def ids(site: Served) -> dict[str, str]:
    return {run.name: run.id for run in RunList(site.config.runs).entries()}


def test_runs_are_listed_with_what_was_run(site) -> None:
    with site.client() as client:
        page = client.get("/runs", headers={"Accept-Language": "en"}).text
    names = re.findall(r'<h2 lang="..">(.*?)</h2>', page)
    assert sorted(names) == ["damaged", "first", "past", "日本語/二つ目"]
    assert names[-1] == "damaged"
    assert "scripted@1" in page
    assert "GPT4All" in page
    assert "The description of this run is damaged: " in page


def test_an_error_is_a_sentence_in_the_language_of_the_page(site) -> None:
    with site.client() as client:
        listed = client.get("/runs?lang=ja").text
        missing = client.get("/runs/none/report?lang=ja").text
    assert "<p>この実行の記述ファイルが壊れています: " in listed
    assert "<p>この評価はありません。取り除かれた可能性があります（" in missing
    assert "RunError" not in listed
    assert "RequestError" not in missing


def test_a_headline_is_said_in_the_language_of_the_page(site) -> None:
    address = f"/runs/{ids(site)['first']}/headline"
    with site.client() as client:
        english = client.get(address, headers={"Accept-Language": "en"}).json()
        japanese = client.get(address, headers={"Accept-Language": "ja,en;q=0.5"}).json()
        past = client.get(f"/runs/{ids(site)['past']}/headline?lang=en").json()
        damaged = client.get(f"/runs/{ids(site)['damaged']}/headline")
    assert english["word"] == "undecided"
    assert english["text"].startswith("Undecided whether retrieval helps")
    assert japanese["text"].startswith("文書検索の効果は判定できません")
    assert "32 of 61" in past["text"]
    assert damaged.status_code == 500
    assert damaged.json()["error"]["name"] == "RunError"


def test_a_headline_changes_with_its_run(site, runs) -> None:
    address = f"/runs/{ids(site)['first']}/headline"
    with site.client() as client:
        before = client.get(address).json()
        lines = (runs / "first" / "answers.jsonl").read_text("utf-8").splitlines(keepends=True)
        (runs / "first" / "answers.jsonl").write_text("".join(lines[:3]), encoding="utf-8")
        after = client.get(address).json()
    assert (before["word"], after["word"]) == ("undecided", "unfinished")


def test_a_report_is_in_the_language_of_the_page(site) -> None:
    address = f"/runs/{ids(site)['first']}/report"
    with site.client() as client:
        pages = {language: client.get(f"{address}?lang={language}").text for language in ("ja", "en")}
    assert ('<html lang="ja">' in pages["ja"], '<html lang="en">' in pages["en"]) == (True, True)


def test_a_report_is_sandboxed_and_made_anew(site, runs) -> None:
    (runs / "first" / "report.html").write_text("<script>alert('planted')</script>")
    said = "<script>document.title='owned'</script>"
    say(runs / "first", said)
    with site.client() as client:
        reply = client.get(f"/runs/{ids(site)['first']}/report")
    policy = reply.headers["content-security-policy"]
    assert policy.startswith("sandbox allow-scripts;")
    assert "allow-same-origin" not in policy
    assert "default-src 'none'" in policy
    assert "planted" not in reply.text
    assert said not in reply.text
    assert "&lt;script&gt;" in reply.text


@pytest.mark.parametrize("run", ["..", "..%2f..", "first", "%2e%2e%2fsecret", "日本語%2F二つ目", "0" * 20])
def test_a_run_is_never_found_by_a_path(site, run) -> None:
    with site.client() as client:
        for what in ("report", "headline"):
            assert client.get(f"/runs/{run}/{what}").status_code == 404


def test_links_out_of_the_folder_are_not_followed(site, runs, tmp_path) -> None:
    (runs / "first").rename(tmp_path / "outside")
    (runs / "link").symlink_to(tmp_path / "outside")
    assert "link" not in ids(site)


def test_without_runs_the_page_says_which_command_makes_one(serve_index, small_index, tmp_path) -> None:
    site = serve_index(small_index, tmp_path / "no" / "runs")
    with site.client() as client:
        assert f"kotae eval run VERIFY.xlsx --out {tmp_path}/no/runs/first" in client.get("/runs").text
