"""Nothing leaves the machine: connections and look-ups beyond it are refused by the test and written down."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands import CLI, TENNIS
from tests.eval.scripted import ROWS, write_corpus, write_set
from tests.model_servers import MODEL, scripted_server

# Python runs `sitecustomize` before anything else, in every child process too.
SITECUSTOMIZE = """
import os, socket

LOG = os.environ["KOTAE_TEST_SOCKETS"]
INSIDE = ("127.0.0.1", "::1", "localhost", "0.0.0.0", "::", "", None)

def note(what):
    with open(LOG, "a", encoding="utf-8") as file:
        file.write(what + "\\n")

def refuse(call, address):
    note(f"{call} {address!r}")
    raise OSError(f"refused by the test: {call} {address!r}")

def guarded(name):
    original = getattr(socket.socket, name)
    def method(self, *arguments):
        address = arguments[-1]
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in INSIDE:
            refuse(name, address)
        return original(self, *arguments)
    return method

def lookup(name):
    original = getattr(socket, name)
    def function(host, *arguments, **settings):
        if host not in INSIDE and not (isinstance(host, bytes) and host.decode() in INSIDE):
            refuse(name, host)
        return original(host, *arguments, **settings)
    return function

for name in ("connect", "connect_ex", "sendto"):
    setattr(socket.socket, name, guarded(name))
for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
    setattr(socket, name, lookup(name))
note("ready")
"""


@pytest.fixture
def guarded(process, tmp_path):
    """Runs a command in a process that cannot reach out; gives what it did and what it tried."""
    site, log = tmp_path / "site", tmp_path / "sockets.log"
    site.mkdir()
    (site / "sitecustomize.py").write_text(SITECUSTOMIZE, encoding="utf-8")
    switches = ("ANONYMIZED_TELEMETRY", "DO_NOT_TRACK", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
    inherited = {name: value for name, value in os.environ.items() if name not in switches}
    environment = {**inherited, "PYTHONPATH": str(site), "KOTAE_TEST_SOCKETS": str(log), "PYTHONIOENCODING": "utf-8"}

    def run(*command: str | Path) -> tuple[subprocess.CompletedProcess[str], list[str]]:
        log.unlink(missing_ok=True)
        done = subprocess.run(
            [sys.executable, *map(str, command)],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        ready, *tried = log.read_text(encoding="utf-8").splitlines()
        assert ready == "ready"
        return done, [line for line in tried if line != "ready"]

    return run


@pytest.mark.parametrize(
    "code",
    [
        "import socket; socket.create_connection(('192.0.2.1', 80), 1)",
        "import urllib.request; urllib.request.urlopen('https://huggingface.co')",
        "import httpx; httpx.get('https://api.example.com')",
    ],
)
def test_the_guard_sees_what_reaches_out(guarded, code) -> None:
    done, tried = guarded("-c", code)
    assert done.returncode != 0
    assert tried
    assert "refused by the test" in done.stderr


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    """A folder with a corpus."""
    folder = tmp_path_factory.mktemp("place")
    write_corpus(folder / "corpus")
    return folder


ONE_AFTER_THE_OTHER = """
import sys
from kotae.commands import main
for line in sys.argv[1:]:
    try:
        main(line.split("|"), prog_name="kotae")
    except SystemExit as end:
        if end.code:
            raise
"""


@pytest.mark.model
@pytest.mark.slow
def test_everything_works_offline_and_nothing_reaches_out(guarded, place) -> None:
    """One process for the three commands, as each would load encoder and model anew."""
    write_set(place / "set.csv", ROWS)
    commands = (
        f"--offline|ingest|{place / 'corpus'}|--index|{place / 'index'}",
        f"--offline|ask|{TENNIS}|--index|{place / 'index'}|--top-k|1",
        f"--offline|eval|run|{place / 'set.csv'}|--out|{place / 'run'}|--index|{place / 'index'}"
        "|--sample|1|--language|ja|--top-k|1|--max-tokens|16",
    )
    done, tried = guarded("-c", ONE_AFTER_THE_OTHER, *commands)
    assert done.returncode == 0, done.stderr
    assert tried == []
    assert "許斐剛" in done.stdout
    assert "[1] ja/許斐剛.md" in done.stdout
    assert "1 of 5 questions" in done.stdout
    assert (place / "run" / "report.xlsx").is_file()


@pytest.mark.model
@pytest.mark.slow
def test_nothing_reaches_out_without_the_switch_either(guarded, place) -> None:
    """No telemetry: with bundled models there is nothing to ask anyone for."""
    index = f"--index|{place / 'index'}"
    commands = (f"ingest|{place / 'corpus'}|{index}", f"ask|{TENNIS}|{index}|--top-k|1|--max-tokens|16")
    done, tried = guarded("-c", ONE_AFTER_THE_OTHER, *commands)
    assert done.returncode == 0, done.stderr
    assert tried == []


def test_offline_still_asks_the_server_that_is_named_and_nobody_else(guarded) -> None:
    """Tokens are counted without the files that OpenAI's own counter would fetch."""
    with scripted_server(key=None) as server:
        named = ("--model", f"openai:{MODEL}", "--base-url", server.url)
        for api in ("chat", "completions"):
            done, tried = guarded(CLI, "--offline", "ask", TENNIS, "--no-rag", *named, "--api", api)
            assert done.returncode == 0, done.stderr
            assert done.stdout.startswith("答え")
            assert tried == []


def test_a_hub_encoder_is_refused_in_one_line_and_not_looked_up(guarded, tmp_path) -> None:
    corpus = write_corpus(tmp_path / "corpus")
    arguments = ("--offline", "ingest", corpus, "--index", "index", "--encoder", "nobody/no-such-encoder")
    done, tried = guarded(CLI, *arguments)
    assert (done.returncode, done.stdout, tried) == (1, "", [])
    (line,) = done.stderr.splitlines()
    assert line.startswith("kotae: ")
    assert "nobody/no-such-encoder" in line


@pytest.mark.model
def test_gpt4all_neither_downloads_nor_asks_anyone(guarded, tmp_path) -> None:
    from rag.models import bundled as bundled_model

    pytest.importorskip("gpt4all", reason="there is no wheel of gpt4all for this machine")
    short = ("--no-rag", "--max-tokens", "2", "--context", "512")
    done, tried = guarded(CLI, "ask", TENNIS, *short, "--model", f"gpt4all:{bundled_model.assemble()}")
    assert done.returncode == 0, done.stderr
    assert tried == []
    done, tried = guarded(CLI, "ask", TENNIS, *short, "--model", "gpt4all:Meta-Llama-3-8B-Instruct.Q4_0.gguf")
    assert (done.returncode, tried) == (1, [])


# What the kernel counts in a network of its own, which has no device that is up: also what Rust and C++ try.
COUNTED = """
import json, sys
from pathlib import Path

def counters():
    rows = [line.split() for line in Path("/proc/net/snmp").read_text().splitlines()]
    v4 = {f"{names[0]}{name}": int(one) for names, found in zip(rows[::2], rows[1::2])
          for name, one in zip(names[1:], found[1:])}
    v6 = {name: int(one) for name, one in (line.split() for line in Path("/proc/net/snmp6").read_text().splitlines())}
    wanted = ("Ip:OutNoRoutes", "Ip:OutRequests", "Tcp:ActiveOpens", "Ip6OutNoRoutes", "Ip6OutRequests")
    return {name: (v4 | v6)[name] for name in wanted}

before = counters()
exec(sys.argv[1])
after = counters()
print(json.dumps({name: after[name] - before[name] for name in after}))
"""
STAND_INS = """
from tests.faults.forks import _prepare
_prepare()
from kotae import commands as cli
for line in sys.argv[2:]:
    try:
        cli.main(line.split("|"), prog_name="kotae")
    except SystemExit as end:
        assert not end.code, line
"""


def alone(code: str, *arguments: str) -> dict[str, int]:
    """What a process tries that is alone in a network."""
    command = ["unshare", "--net", sys.executable, "-c", COUNTED, code, *arguments]
    done = subprocess.run(command, cwd=CLI.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout.splitlines()[-1]))


def can_be_alone() -> bool:
    try:
        return subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


needs_network = pytest.mark.skipif(not can_be_alone(), reason="a network of its own (unshare --net) needs root")


@pytest.mark.usefixtures("process")
@needs_network
def test_the_kernel_counts_what_reaches_out() -> None:
    code = "import socket\ntry:\n    socket.create_connection(('192.0.2.1', 80), 1)\nexcept OSError:\n    pass"
    assert sum(alone(code).values()) > 0


@pytest.mark.usefixtures("process")
@needs_network
def test_the_kernel_sees_nothing_reach_out(place) -> None:
    """Real Chroma, retrieval and reports; only the two models are stand-ins, which have tests of their own above."""
    write_set(place / "set.csv", ROWS)
    index = f"--index|{place / 'index-alone'}"
    tried = alone(
        STAND_INS,
        f"ingest|{place / 'corpus'}|{index}",
        f"ask|{TENNIS}|{index}|--model|scripted",
        f"eval|run|{place / 'set.csv'}|--out|{place / 'run-alone'}|{index}|--model|scripted",
    )
    assert sum(tried.values()) == 0, tried
    assert (place / "run-alone" / "report.xlsx").is_file()
