"""A Chroma server that is killed and started again in the middle of an ingest."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

from tests.faults.forks import DELAY
from tests.faults.scene import QUESTIONS, Finding, Place
from tests.sites import free_port, wait_until_up


class MortalServer:
    """A Chroma server that can be killed and started again with its data, on the same port."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self.start()

    def start(self) -> None:
        chroma = str(Path(sys.executable).parent / "chroma")
        command = [
            chroma,
            "run",
            "--host",
            "127.0.0.1",
            "--port",
            str(self._port),
            "--path",
            str(self._folder / "data"),
        ]
        log = self._folder / "log"
        with log.open("ab") as file:
            self._process = subprocess.Popen(command, stdout=file, stderr=file, cwd=self._folder)
        wait_until_up(f"{self.url}/api/v2/heartbeat", self._process, log)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


def killed_during_ingest(place: Place, rounds: int) -> Finding:
    """The ingest ends well or names the server; the next one completes, and answers are those of a folder."""
    finding = Finding("Chroma server killed in the middle of an ingest and started again")
    chance = random.Random(13)
    server = MortalServer(place.new("server"))
    try:
        calm = _ingest_seconds(place, server)
        for round_ in range(max(1, rounds // 3)):  # the next ingest waits for the lock of the one that was cut off
            where = ("--chroma-url", server.url, "--chroma-collection", f"round-{round_}")
            running = place.forks.start("ingest", place.corpus, *where, env={DELAY: "0.2"})
            time.sleep(chance.uniform(0.1, calm))
            server.kill()
            if round_ % 2:  # it is away for longer every other time
                time.sleep(1.0)
            server.start()
            finding.note(running.wait())
            again = place.forks.run("ingest", place.corpus, *where)
            finding.expect(again.code == 0, f"the next ingest failed: {again.err[-1500:]}")
            asked = place.forks.run("ask", QUESTIONS[0], *where, "--json", "--model", "scripted")
            finding.expect(
                asked.code == 0 and _sources(place.said(asked)) == _sources(place.answers[0]), asked.err[-1500:]
            )
    finally:
        server.kill()
    return finding


def _ingest_seconds(place: Place, server: MortalServer) -> float:
    began = time.monotonic()
    where = ("--chroma-url", server.url, "--chroma-collection", "calm")
    assert place.forks.run("ingest", place.corpus, *where, env={DELAY: "0.2"}).code == 0
    return time.monotonic() - began


def _sources(answer: dict[str, object]) -> list[str]:
    return [hit["chunk"]["id"] for hit in answer["hits"]]  # type: ignore[attr-defined]
