"""`kotae serve` as a command: the address on stdout, one line for a taken port, a clean end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys

import httpx
import pytest

from tests.commands import CLI, kotae, refused


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
    with httpx.Client(trust_env=False, timeout=30, follow_redirects=True) as browser:
        assert "kotae ingest FOLDER" in browser.get(address).text
        assert browser.get(f"{base}/nowhere").status_code == 404
        child.send_signal(end)
        stdout, stderr = child.communicate(timeout=30)
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
    from rag.opening import IndexSettings, ModelSettings
    from rag.prompt import PromptStyle
    from rag.records import Decoding
    from serve.app import Offer
    from serve.server import LocalServer

    model = ModelSettings("bundled", Decoding(), 4096, PromptStyle.DEFAULT)
    offer = Offer(model, IndexSettings(tmp_path, None, 3), tmp_path)
    assert LocalServer(offer, 0).token != LocalServer(offer, 0).token
