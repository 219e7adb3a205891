"""Misuse exits with 2, a named error with 1 and one clear line."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.commands import kotae, refused
from tests.eval.scripted import HEADER, ROWS, write_set
from tests.eval.set_checks import ROOT

# Exit code 2: misuse


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("ask",),
        ("ask", "Q", "--top-k", "0"),
        ("ask", "Q", "--tpo-k", "3"),
        ("ask", "Q", "--prompt", "other"),
        ("ask", "Q", "--temperature", "-1"),
        ("batch", "q.txt"),
        ("eval", "run", "set.csv"),
        ("eval", "run", "set.csv", "--out", "o", "--language", "fr"),
        ("eval", "run", "set.csv", "--out", "o", "--limit", "0"),
        ("eval", "report", "--out", "o"),
        ("ingest",),
        ("index", "nonsense"),
    ],
    ids=" ".join,
)
def test_misuse(arguments) -> None:
    result = kotae(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Error:" in result.stderr


def test_misuse_by_the_environment() -> None:
    result = kotae("ask", "Q", env={"KOTAE_TOP_K": "many"})
    assert result.exit_code == 2
    assert "KOTAE_TOP_K" in result.stderr or "--top-k" in result.stderr


# Exit code 1: named errors


@pytest.mark.parametrize(
    "arguments", [("ask", "Q"), ("ask", "Q", "--json"), ("index", "info"), ("index", "drop", "--yes")], ids=" ".join
)
def test_no_index_yet(tmp_path, arguments) -> None:
    refused(kotae(*arguments, "--index", tmp_path / "none"), str(tmp_path / "none"))


@pytest.mark.parametrize("question", ["", " \n", "\u3000"], ids=ascii)
def test_an_empty_question_is_not_asked(question) -> None:
    refused(kotae("ask", question, "--no-rag"), "The question is empty")


def test_no_index_yet_says_how_to_make_one(tmp_path, verify) -> None:
    refused(kotae("ask", "Q", "--index", tmp_path / "none"), "kotae ingest")
    refused(kotae("eval", "run", verify, "--out", tmp_path / "o", "--index", tmp_path / "none"), "kotae ingest")
    assert not (tmp_path / "o").exists()


def test_a_missing_corpus(tmp_path) -> None:
    refused(kotae("ingest", tmp_path / "none", "--index", tmp_path / "index"), str(tmp_path / "none"))
    (tmp_path / "empty").mkdir()
    refused(kotae("ingest", tmp_path / "empty", "--index", tmp_path / "index"), str(tmp_path / "empty"))


@pytest.mark.parametrize("column", HEADER[1:5])
def test_a_verification_file_without_a_column(tmp_path, script, column) -> None:
    at = HEADER.index(column)
    header, rows = HEADER[:at] + HEADER[at + 1 :], [row[:at] + row[at + 1 :] for row in ROWS]
    path = write_set(tmp_path / "set.csv", rows, header)
    refused(kotae("eval", "run", path, "--out", tmp_path / "o", "--conditions", "no_rag"), repr(column), str(path))


def test_a_verification_file_with_a_number_twice(tmp_path, script) -> None:
    path = write_set(tmp_path / "set.csv", [*ROWS, ROWS[1]])
    refused(kotae("eval", "run", path, "--out", tmp_path / "o"), "NO 2", "row 3", "row 7", str(path))


@pytest.mark.parametrize("uri", ["nonsense", "nonsense:x", "gguf", "gguf:", "bundled:x", "", "gptq"])
def test_an_unknown_model(uri) -> None:
    refused(kotae("ask", "Q", "--no-rag", "--model", uri), repr(uri), "bundled")


def test_a_gguf_file_that_is_none(tmp_path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"not a model")
    refused(kotae("ask", "Q", "--no-rag", "--model", f"gguf:{path}"), "not a GGUF file", str(path))
    refused(kotae("ask", "Q", "--no-rag", "--model", f"gguf:{tmp_path / 'none.gguf'}"), "none.gguf")
    refused(kotae("ask", "Q", "--no-rag", "--model", f"gguf:{tmp_path}"), str(tmp_path))


def test_a_gguf_file_that_is_damaged(process, tmp_path) -> None:
    """llama.cpp itself refuses it, and what it logs stays away from the one line."""
    path = tmp_path / "model.gguf"
    path.write_bytes(b"GGUF" + b"\x00" * 500)
    done = process("ask", "Q", "--no-rag", "--model", f"gguf:{path}", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("kotae: ")
    assert str(path) in line


def test_a_question_longer_than_the_context(script) -> None:
    for question in ("長い" * 3000, "long\n" * 3000):
        refused(kotae("ask", question, "--no-rag", "--context", "2048"), "tokens", "--context")
        refused(kotae("ask", question, "--no-rag", "--context", "2048", "--json"), "tokens")


def test_other_named_errors(script, tmp_path, verify) -> None:
    refused(kotae("eval", "report", tmp_path, "--out", tmp_path / "o"), str(tmp_path))
    refused(kotae("eval", "run", verify, "--out", tmp_path / "o", "--conditions", "rga"), "rga", "no_rag")
    refused(kotae("eval", "run", verify, "--out", tmp_path / "o", "--limit", "1", "--sample", "1"), "--limit")
    refused(kotae("batch", tmp_path / "none.txt", "--out", tmp_path / "a.csv", "--no-rag"), "none.txt")
    script.replies["Q?"] = "!the model\nis down"
    refused(kotae("ask", "Q?", "--no-rag"), "the model")


@pytest.mark.usefixtures("encoder")
def test_a_demo_without_a_clone_says_so(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(sys.modules["kotae.commands.demo"], "ROOT", tmp_path)
    refused(kotae("demo", "--out", tmp_path / "demo"), str(tmp_path / "corpus"), "make demo")
    assert not (tmp_path / "demo").exists()


TAKEN_APART = """
import signal, time
from kotae import commands as cli

class Thing:
    def __del__(self):
        signal.raise_signal(signal.SIGINT)

@cli.main.command()
def wait():
    Thing()
    time.sleep(600)

cli.main(["wait"])
"""


@pytest.mark.usefixtures("process")
def test_an_interrupt_that_python_passes_over_is_not_lost() -> None:
    """What is raised while an object is taken apart ends nothing by itself."""
    command = [sys.executable, "-c", TAKEN_APART]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 130
    (line,) = done.stderr.splitlines()
    assert line.startswith("kotae: stopped by SIGINT")


def test_a_url_is_no_path_and_its_secrets_are_not_shown() -> None:
    result = kotae("ingest", "s3://key:hunter2@bucket/docs")
    refused(result, "neither a password nor a query")
    assert "hunter2" not in result.output
