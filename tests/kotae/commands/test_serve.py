"""`kotae serve` as a command: the address on stdout, one line for a taken port, a clean end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.commands import CLI, kotae, refused
from tests.model_servers import MODEL, scripted_server


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
def test_ending_it_while_an_answer_is_awaited_says_what_it_waits_for(tmp_path) -> None:
    go = threading.Event()

    def when_told(handler) -> None:
        go.wait(600)
        handler.answer()

    with scripted_server(key=None, always=when_told) as model, ThreadPoolExecutor(1) as pool:
        arguments = ("--model", f"openai:{MODEL}", "--base-url", model.url, "--port", "0")
        command = [sys.executable, str(CLI), "serve", *arguments]
        with subprocess.Popen(
            command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
        ) as child:
            assert child.stdout is not None
            assert child.stderr is not None
            base, _, token = child.stdout.readline().strip().partition("/?token=")
            body = {"model": "kotae-no-rag", "messages": [{"role": "user", "content": "水の化学式は？"}]}
            headers = {"Authorization": f"Bearer {token}"}
            asked = pool.submit(
                httpx.post, f"{base}/v1/chat/completions", json=body, headers=headers, timeout=600, trust_env=False
            )
            while not model.requests:
                time.sleep(0.05)
            child.send_signal(signal.SIGINT)
            *_, waiting = (child.stderr.readline() for _ in range(3))
            go.set()
            rest = child.stderr.read()
            asked.exception()
    assert waiting == "kotae: finishing the current request; press Ctrl-C again to stop now\n"
    assert (child.returncode, rest) == (0, "")
