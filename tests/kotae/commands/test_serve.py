"""`kotae serve` as a command: the address on stdout, one line for a taken port, a clean end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from tests.commands import CLI, kotae, refused
from tests.model_servers import MODEL, reset, scripted_server


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run `kotae serve` with a scripted model; yield its process, to be ended, and its address."""
    command = [sys.executable, str(CLI), "serve", "--model", f"openai:{MODEL}", *options, "--port", "0"]
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    ) as child:
        assert child.stdout is not None
        try:
            yield child, child.stdout.readline().strip()
        except BaseException:
            child.kill()
            raise


def answer_of(address: str, question: str) -> str:
    """Ask without an index, through the OpenAI API of `kotae serve`."""
    base, _, token = address.partition("/?token=")
    body = {"model": "kotae-no-rag", "messages": [{"role": "user", "content": question}]}
    headers = {"Authorization": f"Bearer {token}"}
    reply = httpx.post(f"{base}/v1/chat/completions", json=body, headers=headers, timeout=600, trust_env=False)
    return str(reply.raise_for_status().json()["choices"][0]["message"]["content"])


@pytest.mark.usefixtures("process")
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_the_address_alone_is_on_stdout_and_signals_end_it(tmp_path, end) -> None:
    command = [sys.executable, str(CLI), "serve", "--port", "0", "--index", "none"]
    child = subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    assert child.stdout is not None
    address = child.stdout.readline().strip()
    base, _, token = address.partition("/?token=")
    assert base.startswith("http://127.0.0.1:")
    assert len(token) >= 40
    with httpx.Client(trust_env=False, timeout=600, follow_redirects=True) as browser:
        assert "kotae ingest FOLDER" in browser.get(address).text
        assert browser.get(f"{base}/nowhere").status_code == 404
        child.send_signal(end)
        stdout, stderr = child.communicate(timeout=600)
    assert (child.returncode, stdout) == (0, "")
    assert token not in stderr
    assert f"{base}/v1" in stderr
    assert list(tmp_path.iterdir()) == []


def test_a_taken_port_is_one_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused(kotae("serve", "--port", str(port)), f"Port {port}", "--port")


def test_there_is_no_way_to_listen_elsewhere() -> None:
    assert kotae("serve", "--host", "192.0.2.1").exit_code == 2


def test_two_starts_have_two_tokens(tmp_path) -> None:
    from kotae.web.app import ServerConfig
    from kotae.web.server import LocalServer
    from rag.factory import IndexSettings, ModelSettings
    from rag.records import Decoding

    model = ModelSettings("bundled", Decoding(), 4096)
    config = ServerConfig(model, IndexSettings(tmp_path, None, 3), tmp_path)
    assert LocalServer(config, 0).token != LocalServer(config, 0).token


@pytest.mark.usefixtures("process")
def test_answers_go_on_when_one_of_two_servers_dies(tmp_path) -> None:
    questions = [f"Is {number} an even number?" for number in range(4)]
    with scripted_server(key=None) as lasting, ExitStack() as dying:
        mortal = dying.enter_context(scripted_server(key=None))
        servers = ("--base-url", mortal.url, "--base-url", lasting.url)
        with serving(tmp_path, *servers) as (child, address):
            before = [answer_of(address, question) for question in questions]
            shares = [len(server.bodies("/v1/chat")) for server in (mortal, lasting)]
            mortal.always = reset  # on the connection that is open; others are refused
            dying.close()
            after = [answer_of(address, question) for question in questions]
            child.send_signal(signal.SIGINT)
    assert after == before
    assert shares[0] == shares[1] > 0
    assert len(lasting.bodies("/v1/chat")) == shares[1] + sum(shares)


@pytest.mark.usefixtures("process")
def test_ending_it_while_an_answer_is_awaited_says_what_it_waits_for(tmp_path) -> None:
    go = threading.Event()

    def when_told(handler) -> None:
        go.wait(600)
        handler.answer()

    with (
        scripted_server(key=None, always=when_told) as model,
        ThreadPoolExecutor(1) as pool,
        serving(tmp_path, "--base-url", model.url) as (child, address),
    ):
        answer = pool.submit(answer_of, address, "水の化学式は？")
        while not model.requests:
            time.sleep(0.05)
        child.send_signal(signal.SIGINT)
        *_, waiting = (child.stderr.readline() for _ in range(3))
        go.set()
        rest = child.stderr.read()
        answer.exception()
    assert waiting == "kotae: finishing the current request; press Ctrl-C again to stop now\n"
    assert (child.returncode, rest) == (0, "")
