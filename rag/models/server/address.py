"""The address of a model server, its API, and its key."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from ipaddress import ip_address
from typing import Final, Literal
from urllib.parse import urlsplit

from rag.errors import SettingsError
from rag.messages import Message

Api = Literal["chat", "completions"]
SCHEME: Final = "openai:"
CONCURRENCY: Final = 4
SECONDS: Final = 300.0
CONNECT_SECONDS: Final = 10.0
RETRIES: Final = 8
"""Maximum retries of a request: after 0.5, 1, 2, 4 and then 8 seconds each, or as Retry-After says."""


@dataclass(frozen=True, slots=True)
class ModelServer:
    """A server by its URL. `/v1` is appended to a URL without a path.

    With the api "completions" chats are sent as text in Llama 2's template, for servers without a template. At most
    `concurrency` requests run at a time; each may take `seconds`, to the last byte of its answer and with its retries.
    `others` are the URLs of further servers of the same model, each with that concurrency, that share the requests.
    """

    url: str
    api: Api = "chat"
    concurrency: int = CONCURRENCY
    seconds: float = SECONDS
    others: tuple[str, ...] = ()

    def __str__(self) -> str:
        return ", ".join(server.base for server in self.each) if self.others else self.base

    @property
    def each(self) -> tuple[ModelServer, ...]:
        """Every server alone, named once."""
        servers = (replace(self, url=url, others=()) for url in (self.url, *self.others))
        return tuple({server.base: server for server in servers}.values())

    @property
    def at_once(self) -> int:
        """Maximum number of requests at a time, to all servers together."""
        return self.concurrency * len(self.each)

    @property
    def base(self) -> str:
        """The URL to which `/chat/completions` is appended. Raises SettingsError for invalid URLs and passwords."""
        try:
            parts = urlsplit(self.url.strip())
            valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            valid = False
        if not valid:
            raise SettingsError(
                Message("{url!r} is not a server URL", url=self.url),
                where="--base-url",
                do="Write it as http://host:8000/v1",
            )
        if parts.username is not None:
            raise SettingsError(
                Message("The URL of {hostname} contains a user or a password", hostname=parts.hostname),
                where="--base-url",
                do="Give the key as KOTAE_API_KEY in the environment.",
            )
        path = parts.path.rstrip("/") or "/v1"
        return f"{parts.scheme}://{parts.netloc}{path}"

    @property
    def on_this_machine(self) -> bool:
        """Whether it can be reached without a network."""
        host = urlsplit(self.base).hostname or ""
        return host == "localhost" or (_is_address(host) and ip_address(host).is_loopback)

    @property
    def root(self) -> str:
        """The URL to which routes outside the OpenAI API, such as `/tokenize`, are appended."""
        return self.base.removesuffix("/v1")


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def server_key() -> str | None:
    """Return the key from KOTAE_API_KEY or OPENAI_API_KEY in the environment; it is stored nowhere else.

    White space around it, such as the line end of a file, is removed. Raises SettingsError for characters that cannot
    be sent in a key.
    """
    for name in ("KOTAE_API_KEY", "OPENAI_API_KEY"):
        if key := os.environ.get(name, "").strip():
            if not (key.isascii() and key.isprintable()):
                raise SettingsError(
                    "The key contains characters that a key cannot have", where=name, do="Set it again."
                )
            return key
    return None
