"""Locations of an index in tests: a folder, or a collection on a real Chroma server on loopback, with one interface."""

from __future__ import annotations

import http.client
import http.server
import itertools
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from ingest.report import SyncReport
from ingest.sync import sync
from rag.index.chroma import ChromaServer
from rag.index.location import locate_index
from rag.index.reader import Index, open_index
from rag.index.stores import Store
from tests.ingest.snapshots import Snapshot, assert_same_index, snapshot

_numbers = itertools.count()


@dataclass(frozen=True)
class Site:
    """An index in a folder, in one of the stores, or on a server."""

    folder: Path
    server: ChromaServer | None = None
    store: Store = "chroma"

    def sync(self, corpus: Path, **options: Any) -> SyncReport:
        return sync(corpus, self.folder, server=self.server, store_name=self.store, **options)

    def open(self, encoder_name: str | None = None) -> Index:
        return open_index(self.folder, encoder_name, self.server)

    def drop(self) -> None:
        locate_index(self.folder, self.server).drop()

    def snapshot(self) -> Snapshot:
        return snapshot(self.folder, self.server)

    def assert_as_built_anew(self, corpus: Path, anew: Path, **options: Any) -> None:
        sync(corpus, anew, **options)
        assert_same_index(self.folder, anew, self.server)

    def options(self) -> list[str]:
        """Return the options of the command line."""
        if self.server is None:
            return ["--index", str(self.folder)]
        return ["--chroma-url", self.server.url, "--chroma-collection", self.server.collection]


@contextmanager
def new_site(kind: str, folder: Path, url: str) -> Iterator[Site]:
    """Yield a location without an index, of kind "folder", "lancedb" or "server"; that on a server is dropped."""
    if kind != "server":
        yield Site(folder, store="lancedb" if kind == "lancedb" else "chroma")
        return
    site = Site(folder, ChromaServer(url, collection=f"test-{next(_numbers)}"))
    try:
        yield site
    finally:
        with httpx.Client() as client:
            collections = client.get(
                f"{url}/api/v2/tenants/default_tenant/databases/default_database/collections"
            ).json()
        if site.server.collection in [collection["name"] for collection in collections]:
            site.drop()


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@contextmanager
def chroma_server(folder: Path) -> Iterator[str]:
    """Run `chroma run` on loopback, and yield its URL."""
    port = free_port()
    command = [str(Path(sys.executable).parent / "chroma"), "run", "--host", "127.0.0.1", "--port", str(port)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([*command, "--path", str(folder / "data")], stdout=log, stderr=log, cwd=folder)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_up(f"{url}/api/v2/heartbeat", process, folder / "log")
        yield url
    finally:
        process.kill()
        process.wait()


def wait_until_up(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until a server answers with success; fail with its log if its process ends first."""
    while True:
        try:
            if httpx.get(url, timeout=10).is_success:
                return
        except httpx.HTTPError:
            assert process.poll() is None, log.read_text(errors="replace")
        time.sleep(0.1)


@contextmanager
def guarded(url: str, token: str, header: str = "Authorization") -> Iterator[str]:
    """Yield the URL of a proxy that passes on only requests with the token, as people put before `chroma run`."""
    port = int(url.rsplit(":", 1)[1])
    wanted = f"Bearer {token}" if header == "Authorization" else token

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None:
            pass

        def forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.headers.get(header) != wanted:
                self.answer(401, b"go away", "text/plain")
                return
            backend = http.client.HTTPConnection("127.0.0.1", port)
            backend.request(self.command, self.path, body, {"Content-Type": "application/json"})
            reply = backend.getresponse()
            self.answer(reply.status, reply.read(), reply.getheader("Content-Type") or "application/json")
            backend.close()

        def answer(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_DELETE = forward  # noqa: N815

    with serving(Handler) as proxied:
        yield proxied


@contextmanager
def serving(handler: type[http.server.BaseHTTPRequestHandler]) -> Iterator[str]:
    """Run a small HTTP server on loopback, and yield its URL."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
