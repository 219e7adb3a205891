"""The command line with a model on a server: what it prints, what it keeps, and what it never keeps."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands import TENNIS, kotae, refused
from tests.eval.scripted import write_corpus, write_set
from tests.model_servers import KEY, MODEL, Fault, ScriptedServer, scripted_server, status
from tests.sites import free_port


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ScriptedServer]:
    monkeypatch.setenv("KOTAE_API_KEY", KEY)
    monkeypatch.setattr("rag.models.server.mixin.RETRIES", 0)
    monkeypatch.chdir(tmp_path)
    with scripted_server() as one:
        monkeypatch.setenv("KOTAE_MODEL", f"openai:{MODEL}")
        monkeypatch.setenv("KOTAE_BASE_URL", one.url)
        yield one


def test_ask_streams_an_answer(server) -> None:
    result = kotae("ask", TENNIS, "--no-rag")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("答え")
    assert server.bodies()[0]["stream"] is True
    answer = json.loads(kotae("ask", TENNIS, "--no-rag", "--json", "--max-tokens", "4").stdout)
    assert answer["attempts"][0]["finish"] == "length"
    assert answer["attempts"][0]["completion_tokens"] == 4


@pytest.mark.parametrize("prompt", ["h2ogpt", "base"])
def test_raw_prompts_go_through_completions(server, prompt) -> None:
    result = kotae("ask", TENNIS, "--no-rag", "--prompt", prompt)
    assert result.exit_code == 0, result.output
    assert [path for path, _ in server.requests] == ["/v1/completions"]


@pytest.mark.usefixtures("encoder")
def test_an_evaluation_keeps_neither_key_nor_place(server, tmp_path) -> None:
    write_corpus(tmp_path / "corpus")
    assert kotae("ingest", "corpus").exit_code == 0
    verify = write_set(tmp_path / "set.csv")
    result = kotae("eval", "run", verify, "--out", "run", "--concurrency", "3")
    assert result.exit_code == 0, result.output
    assert server.most_at_once <= 3
    run = json.loads((tmp_path / "run/run.json").read_text(encoding="utf-8"))
    assert run["identity"]["model_identity"] == f"{MODEL} (me)"
    for path in (tmp_path / "run").rglob("*"):
        assert path.is_dir() or KEY.encode() not in path.read_bytes(), path
    before = len(server.requests)
    again = kotae("eval", "run", verify, "--out", "run", "--concurrency", "1", "--timeout", "9")
    assert (again.exit_code, len(server.requests)) == (0, before)


@pytest.mark.usefixtures("encoder")
def test_an_evaluation_stops_when_its_server_has_gone_and_goes_on_elsewhere(server, tmp_path) -> None:
    verify = write_set(tmp_path / "set.csv")
    arguments = ("eval", "run", verify, "--out", "run", "--conditions", "no_rag", "--concurrency", "2")
    answered = 0

    def some(handler) -> None:
        nonlocal answered
        answered += 1
        (type(handler).answer if answered <= 4 else status(503))(handler)

    server.always = some
    stopped = kotae(*arguments)
    assert stopped.exit_code == 1
    assert "3 questions in a row got no answer from the model" in stopped.stderr
    assert "run the same command again to continue" in stopped.stderr
    with scripted_server() as other:
        result = kotae(*arguments, "--base-url", other.url)
        assert result.exit_code == 0, result.output
    report = json.loads(kotae("eval", "report", "run", "--out", "report", "--json").stdout)
    assert all(cell["failed"] == cell["missing"] == 0 for cell in report["runs"][0]["cells"])


@pytest.mark.usefixtures("encoder")
def test_an_evaluation_on_two_servers_is_that_of_one(server, tmp_path, monkeypatch) -> None:
    verify = write_set(tmp_path / "set.csv")
    arguments = ("eval", "run", verify, "--conditions", "no_rag", "--concurrency", "2", "--out")
    assert kotae(*arguments, "alone").exit_code == 0
    with scripted_server() as second, scripted_server() as third:
        monkeypatch.setenv("KOTAE_BASE_URL", f"{server.url}\n{second.url}/v1\n")
        for dying in (server, second):
            dying.always = after(2, status(503))
        stopped = kotae(*arguments, "both")
        assert stopped.exit_code == 1
        assert f"{server.url}/v1, {second.url}/v1" in stopped.stderr
        kept = len((tmp_path / "both/answers.jsonl").read_text(encoding="utf-8").splitlines())
        assert kept >= 4
        result = kotae(*arguments, "both", "--base-url", second.url, "--base-url", third.url)
        assert result.exit_code == 0, result.output
        assert third.bodies()
    alone, both = (json.loads((tmp_path / name / "run.json").read_text(encoding="utf-8")) for name in ("alone", "both"))
    assert alone["identity"] == both["identity"]
    assert texts(tmp_path / "alone") == texts(tmp_path / "both")


def after(most: int, fault: Fault) -> Fault:
    """Answer so many requests, and then play a fault."""
    count = itertools.count(1)
    return lambda handler: (type(handler).answer if next(count) <= most else fault)(handler)


def texts(run: Path) -> dict[str, list[str]]:
    lines = [json.loads(line) for line in (run / "answers.jsonl").read_text(encoding="utf-8").splitlines()]
    return {line["key"]: [each["text"] for each in line["answer"]["attempts"]] for line in lines if line["answer"]}


def test_doctor_lists_every_server_and_refusals_name_one(server) -> None:
    with scripted_server(models=[{"id": "other", "owned_by": "me"}]) as second:
        servers = ("--base-url", server.url, "--base-url", second.url)
        listed = kotae("doctor", *servers).stdout
        assert f"{server.url}/v1: openai:{MODEL} (me)" in listed
        assert f"{second.url}/v1: openai:other (me)" in listed
        refused(kotae("ask", TENNIS, "--no-rag", *servers), f"no model '{MODEL}' ({second.url}/v1)")


def test_batch_goes_on_with_other_settings_of_the_connection(server, tmp_path) -> None:
    (tmp_path / "q.txt").write_text("日本の首都は？\nWho wrote it?\n", encoding="utf-8")
    server.faults = [status(500)]
    assert kotae("batch", "q.txt", "--out", "a.csv", "--no-rag", "--concurrency", "1").exit_code == 1
    asked = len(server.requests)
    assert kotae("batch", "q.txt", "--out", "a.csv", "--no-rag", "--concurrency", "2").exit_code == 0
    assert (
        len([body for body in server.bodies()[asked:] if "日本の首都は" in json.dumps(body, ensure_ascii=False)]) >= 1
    )
    assert not any("Who wrote it" in json.dumps(body) for body in server.bodies()[asked:])


def test_models_and_doctor_tell_of_it(server) -> None:
    assert "openai:<name>" in kotae("models").stdout
    said = kotae("doctor").stdout
    assert f"{server.url}/v1: openai:{MODEL} (me)" in said
    assert KEY not in said
    url = f"http://127.0.0.1:{free_port()}"
    gone = kotae("doctor", "--base-url", url)
    assert gone.exit_code == 0
    assert f"No model server answers: [Errno 111] Connection refused ({url}/v1)" in gone.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--model", "openai:nonsense"), ("no model 'nonsense'", MODEL)),
        (("--model", "openai:"), ("kotae doctor",)),
        (("--base-url", "nowhere"), ("--base-url", "http://host:8000/v1")),
    ],
)
def test_refusals(server, arguments, words) -> None:
    refused(kotae("ask", TENNIS, "--no-rag", *arguments), *words)


def test_without_a_server(monkeypatch, tmp_path) -> None:
    monkeypatch.delenv("KOTAE_BASE_URL", raising=False)
    refused(kotae("ask", TENNIS, "--no-rag", "--model", "openai:x"), "--base-url http://host:8000/v1")


def test_a_wrong_key(server, monkeypatch) -> None:
    monkeypatch.setenv("KOTAE_API_KEY", "wrong-key")
    line = refused(kotae("ask", TENNIS, "--no-rag"), "rejects the key", "KOTAE_API_KEY")
    assert "wrong-key" not in line
