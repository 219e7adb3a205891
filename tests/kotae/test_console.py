"""Nothing that others wrote acts on the terminal: titles, names of files, answers, questions, errors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.commands import kotae
from tests.eval.scripted import ROWS, ScriptedChat, run_set, write_set
from tests.eval.set_checks import ROOT

HOSTILE = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202etxt\u2066\x7f\b"
QUESTION = ROWS[0][3]
ACTS = set(HOSTILE) - set("]0;owned[2Jxt31m")


def shown(*arguments: str | Path, exit_code: int = 0) -> str:
    """Run a command and return what it printed, in which nothing may act on a terminal."""
    result = kotae(*arguments)
    assert result.exit_code == exit_code, result.output
    assert not ACTS & set(result.stdout + result.stderr)
    return result.stdout + result.stderr


def test_answers_of_ask_and_of_batch(script, tmp_path) -> None:
    script.replies[QUESTION] = f"Tokyo\n{HOSTILE}\tJapan"
    assert "Tokyo\n\\u001b]0;owned\\u0007" in shown("ask", QUESTION, "--no-rag")
    (tmp_path / "q.txt").write_text(QUESTION, encoding="utf-8")
    assert "a\\u001b[2J.csv" in shown("batch", tmp_path / "q.txt", "--out", tmp_path / "a\x1b[2J.csv", "--no-rag")


def test_json_keeps_the_answer(script) -> None:
    script.replies[QUESTION] = f"Tokyo {HOSTILE}"
    assert json.loads(shown("ask", QUESTION, "--no-rag", "--json"))["attempts"][0]["text"] == f"Tokyo {HOSTILE}"


def test_errors(script, tmp_path) -> None:
    script.replies[QUESTION] = f"!down {HOSTILE}"
    assert "down \\u001b" in shown("ask", QUESTION, "--no-rag", exit_code=1)
    assert "\\u001b]0;owned" in shown("ingest", tmp_path / HOSTILE, "--index", tmp_path / "index", exit_code=1)


@pytest.mark.usefixtures("encoder")
def test_titles_and_names_of_files(script, tmp_path) -> None:
    name = f"a{HOSTILE}.md"
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / name).write_text(f"# Japan {HOSTILE}\n\nTokyo is the capital of Japan.", encoding="utf-8")
    (tmp_path / "corpus" / f"b{HOSTILE}.docx").write_bytes(b"PK")
    assert "failed: " in shown("ingest", tmp_path / "corpus", "--index", tmp_path / "index", exit_code=1)
    sources = shown("ask", QUESTION, "--index", tmp_path / "index").splitlines()[1:]
    assert len(sources) == 1
    assert sources[0].startswith("[1] a\\u001b]0;owned\\u0007\\u001b[2J\\u009b31m")
    shown("index", "info", "--index", tmp_path / "index")


def test_reports_of_runs(tmp_path) -> None:
    rows = [(*row[:3], f"{row[3]} {HOSTILE}", row[4] + HOSTILE, *row[5:]) for row in ROWS]
    verify = write_set(tmp_path / "set.csv", rows)
    for name, replies in (("first", {row[1]: HOSTILE for row in ROWS}), ("second", {})):
        run_set(tmp_path / f"{name}{HOSTILE}", verify, ScriptedChat(with_passages=replies))
    runs = [tmp_path / f"{name}{HOSTILE}" for name in ("first", "second")]
    assert "Broken by retrieval" in shown("eval", "report", *runs, "--out", tmp_path / "out")
    assert "fixed 1 (ja): " in shown("eval", "compare", *runs, "--markdown", tmp_path / "gate.md")
    assert not ACTS & set((tmp_path / "gate.md").read_text(encoding="utf-8"))


def test_commands_print_nowhere_else() -> None:
    for path in (ROOT / "kotae").rglob("*.py"):
        if path.name != "console.py":
            assert "click.echo" not in path.read_text(encoding="utf-8"), path
    assert (ROOT / "eval/report/terminal.py").read_text(encoding="utf-8").count(" Text(") == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("ingest", "a", HOSTILE),
        (HOSTILE,),
        ("eval", HOSTILE),
        ("ask", "q", f"--{HOSTILE}"),
        ("ask", "q", "--top-k", HOSTILE),
    ],
)
def test_misuse(arguments: tuple[str, ...]) -> None:
    assert "\\u202etxt" in shown(*arguments, exit_code=2)
