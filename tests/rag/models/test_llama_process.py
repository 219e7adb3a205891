"""GGUF models through a llama-server executable: one of the tests' own, and one on PATH where there is one."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.errors import ModelFailed, ModelUnavailable
from rag.models.engine import EngineOptions
from rag.models.llama_process import LlamaProcess
from rag.models.local import LocalChatModel
from tests.llama_stand_in import write_executable, write_stand_in
from tests.rag import conformance
from tests.samples import REPOSITORY

ASKED = ("日本の首都はどこですか？", "What is the capital of Japan? Answer in a sentence.")
VERSION = 'if [ "$1" = --version ]; then echo "version: 7 (abc)"; echo "built with cc"; exit; fi'
needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds processes in /proc")


def started(script: str) -> LlamaProcess:
    return LlamaProcess(Path("model.gguf"), EngineOptions(llama_server=script), lambda: None)


@pytest.fixture(scope="module", params=["stand-in", "llama-server"])
def own(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Iterator[str]:
    if request.param == "stand-in":
        yield write_stand_in(tmp_path_factory.mktemp("own") / "llama-server")
    elif (path := shutil.which("llama-server")) is None:
        pytest.skip("llama-server is not on PATH")
    else:
        yield path


@pytest.fixture(scope="module")
def uri(shallow_model: Path) -> str:
    return f"gguf:{shallow_model}"


def served(uri: str, own: str, tokens: int = 16) -> LocalChatModel:
    return LocalChatModel(model=uri, max_tokens=tokens, llama_server=own)


@pytest.mark.model
def test_conforms(uri: str, own: str) -> None:
    conformance.conforms(served(uri, own))


@pytest.mark.model
def test_the_same_library_gives_the_same_answers_in_its_own_process(tmp_path: Path, uri: str) -> None:
    model, embedded = served(uri, write_stand_in(tmp_path / "llama-server")), LocalChatModel(model=uri, max_tokens=16)
    assert [model.invoke(text).text for text in ASKED] == [embedded.invoke(text).text for text in ASKED]
    assert model.engine.build.startswith("llama-server version: ")
    assert model.engine.build.partition(" (")[2] != embedded.engine.build
    assert model.engine is not embedded.engine
    model.close()


@pytest.mark.model
@needs_proc
def test_a_server_that_is_killed_is_named_and_started_again(uri: str, own: str) -> None:
    model = served(uri, own)
    first, engine = model.invoke(ASKED[1]).text, model.engine
    os.kill(server_of(os.getpid()), signal.SIGKILL)
    with pytest.raises(ModelFailed, match=f"ended while it was in use: SIGKILL.*{own}"):
        model.invoke(ASKED[1])
    assert engine.closed
    assert model.invoke(ASKED[1]).text == first
    model.close()
    assert server_of(os.getpid()) == 0


@pytest.mark.model
@needs_proc
def test_a_server_that_is_killed_while_it_writes_ends_the_stream(uri: str, own: str) -> None:
    model = served(uri, own, 2000)
    stream = model.stream("Count from one to five hundred in words.")
    assert next(stream) is not None
    os.kill(server_of(os.getpid()), signal.SIGKILL)
    with pytest.raises(ModelFailed, match="SIGKILL"):
        list(stream)


LOADED = """
import sys, time
from rag.models.local import LocalChatModel
model = LocalChatModel(model=sys.argv[2], max_tokens=2, context_window=256, llama_server=sys.argv[1])
assert model.invoke("hi").text
print("loaded", flush=True)
time.sleep(600)
"""


@pytest.mark.model
@needs_proc
def test_it_ends_with_kotae_even_if_that_is_killed(uri: str, own: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", LOADED, own, uri], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "loaded\n"
        server = server_of(parent.pid)
        assert server
        parent.kill()
    until = time.monotonic() + 60
    while alive(server) and time.monotonic() < until:
        time.sleep(0.05)
    assert not alive(server)


def server_of(parent: int) -> int:
    """Return the process of the server that a process has started, or 0."""
    shells = children(parent)
    return next((process for shell in shells for process in children(shell) if b"llama.sock" in command(process)), 0)


def children(parent: int) -> list[int]:
    tables = [Path(f"/proc/{parent}/task/{name}/children") for name in os.listdir(f"/proc/{parent}/task")]
    return [int(number) for table in tables for number in table.read_text().split()]


def command(process: int) -> bytes:
    return Path(f"/proc/{process}/cmdline").read_bytes()


def alive(process: int) -> bool:
    path = Path(f"/proc/{process}/stat")
    return path.exists() and path.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.mark.model
def test_a_damaged_model_is_refused_with_the_last_words(own: str, shallow_model: Path, tmp_path: Path) -> None:
    path = tmp_path / "half.gguf"
    with shallow_model.open("rb") as whole:
        path.write_bytes(whole.read(20 << 20))
    with pytest.raises(ModelUnavailable, match=r"cannot load half\.gguf: exit status 1 / .*failed to load model"):
        LocalChatModel(model=f"gguf:{path}", llama_server=own, context_window=256).engine  # noqa: B018


@pytest.mark.parametrize(
    ("ends", "message"),
    [
        ("echo 'error: invalid argument: --cache-ram' >&2; exit 1", "exit status 1 / error: invalid argument"),
        ("printf 'a\\nb\\n\\n\\033[2Jc\\nd\\ne\\n'; exit 3", r"exit status 3 / b / \\u001b\[2Jc / d / e"),
        ("kill -9 $$", "SIGKILL"),
        ("exit 0", "exit status 0"),
    ],
)
def test_a_server_that_does_not_start_is_quoted(tmp_path: Path, ends: str, message: str) -> None:
    only_model = 'for word; do [ "$word" = -lv ] && exit 1; done'
    script = write_executable(tmp_path / "llama-server", f"{VERSION}\n{only_model}\n{ends}")
    with pytest.raises(ModelUnavailable, match=rf"cannot load model\.gguf: {message}.*{tmp_path}.*too old"):
        started(script)


def test_its_key_is_not_on_the_command_line_and_options_of_the_environment_do_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLAMA_ARG_CTX_SIZE", "1")
    monkeypatch.setenv("LLAMA_API_KEY", "of another server")
    ends = 'echo "$@" >"$0.words"; env >"$0.environment"; exit 1'
    script = write_executable(tmp_path / "llama-server", f"{VERSION}\n{ends}")
    with pytest.raises(ModelUnavailable):
        LlamaProcess(Path("m.gguf"), EngineOptions(300, 2, llama_server=script), lambda: None)
    words = Path(f"{script}.words").read_text()
    environment = dict(line.partition("=")[::2] for line in Path(f"{script}.environment").read_text().splitlines())
    assert words.startswith("-m m.gguf --offline --host ")
    assert " -c 600 -np 2 " in words
    assert len(environment["LLAMA_API_KEY"]) > 30
    assert environment["LLAMA_API_KEY"] not in words
    assert "LLAMA_ARG_CTX_SIZE" not in environment
