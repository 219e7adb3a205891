"""Reaching Chroma: in this process with its files in a folder, or a server; its errors under our names."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import (
    CannotWrite,
    IndexDamaged,
    IndexMissing,
    KotaeError,
    ServerMismatch,
    ServerRefused,
    ServerUnreachable,
    SettingsError,
)
from rag.settings import COLLECTION
from rag.storage.disk_errors import classify_os_error

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection

REBUILD = "Rebuild it with: kotae index drop, then kotae ingest CORPUS"
_ALSO_READING = (
    "Chroma writes to its folder also where it only reads: an index on a read-only disk has to be copied to a place of "
    "your own first, and named there with --index."
)
_ANSWER_SECONDS = 10.0
_UPSERT_BYTES = 16_000_000
"""A server takes up to 40 MB a request; vectors travel as base64."""


@dataclass(frozen=True, slots=True)
class ChromaServer:
    """A Chroma server by `http(s)://host[:port][/path]`, the token it wants, and the collection that is the index."""

    url: str
    token: str | None = field(default=None, repr=False)
    collection: str = COLLECTION

    def __str__(self) -> str:
        return f"{self.url}, collection {self.collection}"

    @property
    def headers(self) -> dict[str, str]:
        """The token in both headers that Chroma servers and the proxies before them look at."""
        return {"Authorization": f"Bearer {self.token}", "X-Chroma-Token": self.token} if self.token else {}


@dataclass(frozen=True, slots=True)
class Chroma:
    """An open client, and for messages where that is. `request_bytes` bounds one upsert, None where nothing does."""

    client: ClientAPI
    where: str
    request_bytes: int | None = None

    def close(self) -> None:
        """Let go of files and connections."""
        self.client.close()  # type: ignore[attr-defined]

    @contextmanager
    def errors(self) -> Iterator[None]:
        """What Chroma raises inside, raised as IndexDamaged, IndexMissing, CannotWrite or a Server... error."""
        with _named(self.where, on_server=self.request_bytes is not None):
            yield

    def find(self, name: str) -> Collection | None:
        """The collection of this name, None where there is none."""
        from chromadb.errors import NotFoundError

        try:
            with self.errors():
                return self.client.get_collection(name, embedding_function=None)
        except KotaeError as error:
            if isinstance(error.__cause__, NotFoundError):
                return None
            raise

    def delete(self, name: str) -> None:
        """Delete a collection, if there is one: Chroma's client does not mind one that is gone, or says so by name."""
        try:
            with self.errors():
                self.client.delete_collection(name)
        except KotaeError:
            if self.find(name) is not None:
                raise


def open_embedded(folder: Path, state: str = "") -> Chroma:
    """Chroma in this process, its files in `folder`, which is made. Raises IndexDamaged, CannotWrite, SettingsError.

    What another process has written is seen by clients opened after it, with another `state`: one that is still open
    keeps its vectors in memory, and Chroma would give these to every client of this process.
    """
    import chromadb
    from chromadb.config import Settings

    if any("\ud800" <= letter <= "\udfff" for letter in str(folder)):
        raise SettingsError(
            "Chroma needs a folder whose name is Unicode", where=str(folder), do="Name another --index."
        )
    with _named(str(folder), on_server=False):
        folder.mkdir(parents=True, exist_ok=True)
        client = chromadb.PersistentClient(_spelled(folder, state), settings=Settings(anonymized_telemetry=False))
    return Chroma(client, str(folder))


def _spelled(folder: Path, state: str) -> str:
    """The path of a folder, spelled in another way for each state; clients of paths with the same text share memory."""
    return str(folder) + "".join("/." if bit == "1" else "//" for bit in f"{zlib.crc32(state.encode()):032b}")


def open_server(server: ChromaServer) -> Chroma:
    """A client of a server. Raises SettingsError, ServerUnreachable, ServerRefused and ServerMismatch."""
    _probe(server)
    import chromadb
    from chromadb.config import Settings

    with _named(str(server), on_server=True):
        client = chromadb.HttpClient(
            server.url.rstrip("/"), headers=server.headers or None, settings=Settings(anonymized_telemetry=False)
        )
    return Chroma(client, str(server), _UPSERT_BYTES)


def _probe(server: ChromaServer) -> None:
    """Ask who answers, before Chroma's own client does, which waits for ever."""
    import httpx

    try:
        url = httpx.URL(server.url)
    except httpx.InvalidURL as error:
        raise SettingsError(f"{server.url!r} is no URL", where="--chroma-url") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise SettingsError(
            f"{server.url!r} is no URL of a server", where="--chroma-url", do="Write it as http://host:8000"
        )
    base = f"{server.url.rstrip('/')}/api/v2"
    with _named(str(server), on_server=True), httpx.Client(timeout=_ANSWER_SECONDS, headers=server.headers) as client:
        identity = client.get(f"{base}/auth/identity")
        if identity.status_code in (401, 403):
            raise _refused(str(server), given=server.token is not None)
        version = client.get(f"{base}/version")
    if not version.is_success or not version.text.strip('"').startswith("1."):
        said = version.text.strip('"') if version.is_success else f"HTTP {version.status_code}"
        raise ServerMismatch(
            f"This is no Chroma server that kotae can use: asked for its version, it says {said[:80]!r}",
            where=str(server),
            do="kotae speaks with Chroma 1.x; see `chroma --version` there.",
        )


@contextmanager
def _named(where: str, *, on_server: bool) -> Iterator[None]:
    import httpx
    from chromadb.errors import AuthorizationError, ChromaAuthError, ChromaError, NotFoundError

    try:
        yield
    except httpx.HTTPError as error:
        raise ServerUnreachable(
            f"No Chroma server answers: {error or type(error).__name__}",
            where=where,
            do="Start it with: chroma run --path FOLDER",
        ) from error
    except (AuthorizationError, ChromaAuthError) as error:
        raise _refused(where, given=True) from error
    except NotFoundError as error:
        raise IndexMissing("The index is not there (any more)", where=where, do="Run: kotae ingest CORPUS") from error
    except (ChromaError, sqlite3.DatabaseError, OSError) as error:
        if not on_server and (refused := classify_os_error(error, Path(where))):
            raise CannotWrite(refused.what, where=where, do=f"{refused.do} {_ALSO_READING}") from error
        raise IndexDamaged(f"Chroma cannot use the index: {error}", where=where, do=REBUILD) from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # of Rust; a BaseException, and importable from nowhere
            raise IndexDamaged(f"Chroma fell over the index: {error}", where=where, do=REBUILD) from error
        # Chroma's client raises a bare Exception or ValueError for an answer that is not its own JSON.
        if not on_server or type(error) not in (Exception, ValueError):
            raise
        raise ServerMismatch(f"The Chroma server gave an answer it should not: {error}", where=where) from error


def _refused(where: str, *, given: bool) -> ServerRefused:
    what = "The Chroma server does not take the token" if given else "The Chroma server wants a token"
    return ServerRefused(what, where=where, do="Give it as KOTAE_CHROMA_TOKEN in the environment.")


def configuration() -> Any:
    """How a collection of chunks is made: cosine, and a search wide enough for the recall that retrieval counts on."""
    return {"hnsw": {"space": "cosine", "ef_search": 400}}
