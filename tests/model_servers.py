"""Model servers on loopback for tests: one that is scripted, and llama.cpp's own, which can be killed."""

from __future__ import annotations

import http.server
import json
import os
import re
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rag.processors import count_processors
from tests.samples import REPOSITORY
from tests.sites import free_port, wait_until_up

KEY = "sesame-0123456789"
MODEL = "scripted"
Fault = Callable[["_Handler"], None]


def status(code: int, body: Any = None, **headers: str) -> Fault:
    """Return a fault that answers with this status and body."""

    def fault(handler: _Handler) -> None:
        content = json.dumps(body if body is not None else {"error": {"message": f"status {code}"}}).encode()
        handler.send(code, content, headers={name.replace("_", "-"): value for name, value in headers.items()})

    return fault


def raw(content: bytes, content_type: str = "application/json") -> Fault:
    """Return a fault that answers 200 with these bytes."""
    return lambda handler: handler.send(200, content, content_type)


def silent(handler: _Handler) -> None:
    """Say nothing until the client gives up."""
    handler.rfile.read(1)
    handler.close_connection = True


def reset(handler: _Handler) -> None:
    """Reset the connection."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True
    handler.connection.close()


@dataclass
class ScriptedServer:
    """A server of the OpenAI API. A token is a character; the answer to a prompt is its last line in capitals.

    `faults` are played one after the other before anything is answered; `always` at every request for a completion,
    `listing` at every one for the list of models. With `together` requests are answered that many at a time, a moment
    later, in which more of them would show in `most_at_once`.
    """

    models: list[dict[str, Any]] = field(default_factory=lambda: [{"id": MODEL, "object": "model", "owned_by": "me"}])
    faults: list[Fault] = field(default_factory=list)
    always: Fault | None = None
    listing: Fault | None = None
    key: str | None = KEY
    together: threading.Barrier | None = None
    tokenizes: bool = False
    requests: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    url: str = ""
    port: int = 0
    lock: Any = field(default_factory=threading.Lock)

    def bodies(self, route: str = "/v1/") -> list[dict[str, Any]]:
        return [body for path, body in self.requests if path.startswith(route)]

    def reply_to(self, prompt: str) -> str:
        return " ".join(["答え", *prompt.strip().splitlines()[-1].upper().split(" ")])


@contextmanager
def scripted_server(**settings: Any) -> Iterator[ScriptedServer]:
    """Run a scripted server."""
    script = ScriptedServer(**settings)
    handler = type("Handler", (_Handler,), {"script": script})
    with http.server.ThreadingHTTPServer(("127.0.0.1", script.port), handler) as server:
        server.daemon_threads = True
        script.url = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield script
        finally:
            server.shutdown()


class _Handler(http.server.BaseHTTPRequestHandler):
    script: ScriptedServer
    counted = False
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        if not self._let_in():
            return
        if self.path == "/v1/models" and self.script.listing is not None:
            self.script.listing(self)
        elif self.path == "/v1/models":
            self.send(200, json.dumps({"object": "list", "data": self.script.models}).encode())
        else:
            status(404)(self)

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        self.body = json.loads(self.rfile.read(length) or b"{}")
        if not self._let_in():
            return
        with self.script.lock:
            self.script.requests.append((self.path, self.body))
            self.script.at_once += 1
            self.script.most_at_once = max(self.script.most_at_once, self.script.at_once)
            completes = self.path.endswith("/completions")
            fault = self.script.faults.pop(0) if self.script.faults and completes else None
            fault = fault or (self.script.always if completes else None)
            self.counted = True
        try:
            if self.script.together is not None:
                self.script.together.wait(600)
                time.sleep(0.05)
            (fault or _Handler.answer)(self)
        finally:
            self._count_no_more()

    def _count_no_more(self) -> None:
        with self.script.lock:
            self.script.at_once -= self.counted
            self.counted = False

    def answer(self) -> None:
        """Answer the request as the protocol requires."""
        if self.path == "/tokenize" and self.script.tokenizes:
            text = self.body.get("prompt") or "".join(message["content"] for message in self.body["messages"])
            self.send(200, json.dumps({"count": len(text), "tokens": [0] * len(text)}).encode())
            return
        if self.path not in ("/v1/chat/completions", "/v1/completions"):
            status(404)(self)
            return
        chat = self.path == "/v1/chat/completions"
        prompt = "\n".join(message["content"] for message in self.body["messages"]) if chat else self.body["prompt"]
        text, finish = self._completion(prompt)
        usage = {"prompt_tokens": len(prompt), "completion_tokens": len(text), "total_tokens": len(prompt) + len(text)}
        head = {"id": "1", "created": 1, "model": self.body["model"]}
        if not self.body.get("stream"):
            content = {"message": {"role": "assistant", "content": text}} if chat else {"text": text}
            choice = {"index": 0, "finish_reason": finish, **content}
            name = "chat.completion" if chat else "text_completion"
            self.send(200, json.dumps({**head, "object": name, "choices": [choice], "usage": usage}).encode())
            return
        head["object"] = "chat.completion.chunk" if chat else "text_completion"
        parts = [text[at : at + 3] for at in range(0, len(text), 3)]
        events = [{**head, "choices": [self._delta(chat, part, None)]} for part in parts]
        events += [{**head, "choices": [self._delta(chat, "", finish)]}, {**head, "choices": [], "usage": usage}]
        self.events(*(json.dumps(event) for event in events), "[DONE]")

    def events(self, *data: str) -> None:
        """Send server-sent events."""
        content = "".join(f"data: {event}\n\n" for event in data).encode()
        self.send(200, content, "text/event-stream")

    def send(
        self,
        code: int,
        content: bytes,
        content_type: str = "application/json",
        headers: dict[str, str] | None = None,
    ) -> None:
        self._count_no_more()  # the client's next request may come before this thread has gone on
        self.send_response(code)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(content)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def _let_in(self) -> bool:
        if self.script.key is None or self.headers.get("Authorization") == f"Bearer {self.script.key}":
            return True
        status(401, {"error": {"message": "Invalid API Key"}})(self)
        return False

    def _completion(self, prompt: str) -> tuple[str, str]:
        text = self.script.reply_to(prompt)
        for stop in self.body.get("stop") or ():
            text = text.partition(stop)[0]
        most = self.body.get("max_tokens") or self.body["max_completion_tokens"]
        return text[:most], "length" if len(text) > most else "stop"

    @staticmethod
    def _delta(chat: bool, text: str, finish: str | None) -> dict[str, Any]:
        content: dict[str, Any] = {"delta": {"content": text}} if chat else {"text": text}
        return {"index": 0, "finish_reason": finish, **content}


class LlamaServer:
    """llama.cpp's own server in a separate process, on a loopback port that it keeps when restarted."""

    def __init__(self, model: Path, folder: Path) -> None:
        self.model, self.folder, self.port = model, folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until the model is loaded."""
        command = [sys.executable, "-m", "tests.model_servers", str(self.model), str(self.port)]
        with (self.folder / "llama.log").open("ab") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, cwd=REPOSITORY, env={**os.environ, "KOTAE_API_KEY": KEY}
            )
        wait_until_up(f"{self.url}/health", self._process, self.folder / "llama.log")

    def kill(self) -> None:
        """Kill it, whatever it is doing."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()


@contextmanager
def llama_server(model: Path, folder: Path) -> Iterator[LlamaServer]:
    """Run llama.cpp's server with one slot."""
    server = LlamaServer(model, folder)
    try:
        server.start()
        yield server
    finally:
        server.kill()


def _serve(model: str, port: int) -> None:
    import xllamacpp

    threads = count_processors()
    params = xllamacpp.CommonParams()
    params.model.path, params.model_alias = model, [re.sub(r"\.gguf$", "", Path(model).name)]
    params.n_ctx, params.n_parallel, params.verbosity = 4096, 1, 0
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    params.api_keys, params.hostnames, params.port, params.ui = (
        [os.environ["KOTAE_API_KEY"]],
        ["127.0.0.1"],
        port,
        False,
    )
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    _serve(sys.argv[1], int(sys.argv[2]))
