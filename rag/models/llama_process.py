"""llama.cpp as a process of its own: a `llama-server` executable that the user has built for this machine.

It listens on a private Unix socket and requires a random key, which it has from its environment. It ends with the
engine, and with this process however that ends.
"""

from __future__ import annotations

import collections
import contextlib
import secrets
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from rag.errors import ModelFailed, ModelUnavailable
from rag.messages import Message
from rag.models.engine import EngineOptions
from rag.models.llama_build import ending, find_executable, server_build, server_environment
from rag.models.llama_runner import LlamaRunner, OnChunk, client_of, post_completion, post_json, private_socket
from rag.processors import count_processors, waits_asleep

_START_SECONDS: Final = 1800.0
_LINES: Final = 4
_ENDS_WITH_PARENT: Final = """
exec 3<&0
"$0" "$@" </dev/null 3<&- & server=$!
{ read _ <&3; kill -9 $server; } >/dev/null 2>&1 & watcher=$!
exec 3<&-
wait $server; status=$?
kill $watcher 2>/dev/null
exit $status
"""
"""A shell that kills its command when nobody holds the other end of its stdin any more."""


class LlamaProcess(LlamaRunner):
    """A GGUF file in a llama-server. `on_end` is called when it has ended by itself."""

    def __init__(self, path: Path, options: EngineOptions, on_end: Callable[[], None]) -> None:
        """Start the executable and wait until the model is loaded. Raises ModelUnavailable."""
        self._executable, self._on_end = find_executable(options.llama_server or ""), on_end
        self.build = server_build(str(self._executable))
        key, socket_path = secrets.token_urlsafe(32), private_socket()
        if socket_path is None:
            raise ModelUnavailable(
                "--llama-server needs Unix sockets, which this platform does not have",
                do="Start it as a server, and give --model openai:NAME with --base-url.",
            )
        self._lines: collections.deque[str] = collections.deque(maxlen=_LINES)
        self._process = subprocess.Popen(  # noqa: S603 - the user's own executable
            ["/bin/sh", "-c", _ENDS_WITH_PARENT, self._executable, *_arguments(path, options, socket_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for kotae to handle
            env={**server_environment(), "LLAMA_API_KEY": key, "XDG_CONFIG_HOME": str(socket_path.parent)},
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._client = client_of(socket_path, "", key)
        try:
            self._wait_until_ready(path)
        except BaseException:
            self.close()
            raise

    def post(self, route: str, body: dict[str, Any]) -> dict[str, Any]:
        with self._alive():
            return post_json(self._client, route, body)

    def complete(self, request: dict[str, Any], on_chunk: OnChunk | None = None) -> dict[str, Any] | None:
        with self._alive():
            return post_completion(self._client, request, on_chunk)

    def close(self) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait()
        self._reader.join(10)

    def _read(self) -> None:
        for line in self._process.stdout or ():
            if text := line.decode(errors="replace").strip():
                self._lines.append(text)

    def _wait_until_ready(self, path: Path) -> None:
        import httpx

        until = time.monotonic() + _START_SECONDS
        while self._process.poll() is None:
            with contextlib.suppress(httpx.TransportError):
                if self._client.get("/health").is_success:
                    return
            if time.monotonic() > until:
                raise self._unavailable(
                    Message("takes more than {seconds:.0f} s to load {file}", seconds=_START_SECONDS, file=path.name)
                )
            time.sleep(0.02)
        raise self._unavailable(Message("cannot load {file}: {ending}", file=path.name, ending=self._ending()))

    def _unavailable(self, what: str) -> ModelUnavailable:
        do = "It may be too old, or the model damaged or too large for memory; or omit --llama-server."
        return ModelUnavailable(Message("llama-server {what}", what=what), where=str(self._executable), do=do)

    @contextlib.contextmanager
    def _alive(self) -> Iterator[None]:
        """Raise ModelFailed if the process ends meanwhile."""
        import httpx

        try:
            yield
        except httpx.TransportError as error:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(10)
            self._on_end()
            self.close()
            raise ModelFailed(
                Message("llama-server ended while it was in use: {value}", value=self._ending()),
                where=str(self._executable),
                do="The next question starts it again.",
            ) from error

    def _ending(self) -> str:
        self._reader.join(10)
        return ending(self._process.returncode, self._lines)


def _arguments(path: Path, options: EngineOptions, socket_path: Path) -> list[str]:
    threads = str(count_processors())
    return [
        *("-m", str(path), "--offline", "--host", str(socket_path)),
        *("-c", str(options.context * options.slots), "-np", str(options.slots)),
        *("-t", threads, "-tb", threads, *(("--poll", "0") if waits_asleep() else ())),
        "--no-warmup",  # a prompt follows at once, or never
        *("--no-webui", "--no-slots"),
        *("--cache-ram", "0"),  # prompts are not kept after they are answered
    ]
