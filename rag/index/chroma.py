"""Connect to Chroma, embedded with a folder or on a server, and translate its errors to ours."""

from __future__ import annotations

import functools
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
    IndexMismatch,
    IndexMissing,
    KotaeError,
    ServerMismatch,
    ServerRefused,
    ServerUnreachable,
    SettingsError,
    first_line,
)
from rag.index.chroma_table import ChromaTable
from rag.index.table import table_name
from rag.messages import Message, joined
from rag.records import Language
from rag.settings import COLLECTION
from rag.storage.disk_errors import classify_os_error

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection
    from chromadb.config import Settings

REBUILD = "Rebuild it with: kotae index drop, then kotae ingest CORPUS"
_ALSO_READING = Message(
    "Chroma writes to its folder even when it only reads: copy an index on a read-only disk to a writable folder and "
    "give that folder with --index."
)
_ANSWER_SECONDS = 10.0
_UPSERT_BYTES = 16_000_000
"""A server accepts requests of up to 40 MB; vectors are sent as base64."""


@dataclass(frozen=True, slots=True)
class ChromaServer:
    """A Chroma server: `http(s)://host[:port][/path]`, its token, and the collection that is the index."""

    url: str
    token: str | None = field(default=None, repr=False)
    collection: str = COLLECTION

    def __str__(self) -> str:
        return Message("{url}, collection {collection}", url=self.url, collection=self.collection)

    @property
    def headers(self) -> dict[str, str]:
        """The token in both headers that Chroma servers and proxies read."""
        return {"Authorization": f"Bearer {self.token}", "X-Chroma-Token": self.token} if self.token else {}


@dataclass(frozen=True, slots=True)
class ChromaConnection:
    """An open client. `where` names it in messages; `request_bytes` limits one upsert, None means no limit."""

    client: ClientAPI
    where: str
    request_bytes: int | None = None

    def close(self) -> None:
        """Close files and connections."""
        self.client.close()  # type: ignore[attr-defined]

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Translate errors of Chroma to IndexDamaged, IndexMissing, CannotWrite or a Server... error."""
        with _translate_errors(self.where, on_server=self.request_bytes is not None):
            yield

    def table(self, index: str, language: Language) -> ChromaTable:
        """Open or create the collection of a language. Raises IndexMismatch if kotae did not make it."""
        owner = {"kotae_part_of": index}
        with self.errors():
            collection = self.client.get_or_create_collection(
                table_name(index, language),
                configuration=collection_configuration(),
                metadata=owner,
                embedding_function=None,
            )
        if collection.metadata != owner:
            raise IndexMismatch(
                Message("The collection {collection} was not made by kotae for this index", collection=collection.name),
                where=self.where,
                do="Choose another --chroma-collection.",
            )
        return ChromaTable(self, collection)

    def find(self, name: str) -> Collection | None:
        """Return the collection with this name, or None."""
        from chromadb.errors import NotFoundError

        try:
            with self.errors():
                return self.client.get_collection(name, embedding_function=None)
        except KotaeError as error:
            if isinstance(error.__cause__, NotFoundError):
                return None
            raise

    def delete(self, name: str) -> None:
        """Delete a collection; a missing one is not an error."""
        try:
            with self.errors():
                self.client.delete_collection(name)
        except KotaeError:
            if self.find(name) is not None:
                raise


def open_embedded(folder: Path, version_token: str = "") -> ChromaConnection:
    """Open Chroma in this process with its files in `folder`, creating it if needed.

    Pass a new `version_token` after another process has written: clients with the same one share the vectors in memory,
    so that the new ones would not be seen. Raises IndexDamaged, CannotWrite, SettingsError.
    """
    import chromadb

    if any("\ud800" <= letter <= "\udfff" for letter in str(folder)):
        raise SettingsError(
            "Chroma needs a folder whose name is valid Unicode", where=str(folder), do="Choose another --index."
        )
    with _translate_errors(str(folder), on_server=False):
        folder.mkdir(parents=True, exist_ok=True)
        client = chromadb.PersistentClient(_path_variant(folder, version_token), settings=_settings().model_copy())
    return ChromaConnection(client, str(folder))


@functools.cache
def _settings() -> Settings:
    """Return the settings of a client, to be copied: reading them takes 4 ms of a processor each time."""
    from chromadb.config import Settings

    return Settings(anonymized_telemetry=False)


def _path_variant(folder: Path, version_token: str) -> str:
    """Return the path of a folder, written differently for each token: clients of equal paths share memory."""
    return str(folder) + "".join("/." if bit == "1" else "//" for bit in f"{zlib.crc32(version_token.encode()):032b}")


def open_server(server: ChromaServer) -> ChromaConnection:
    """Connect to a server. Raises SettingsError, ServerUnreachable, ServerRefused and ServerMismatch."""
    _probe(server)
    import chromadb

    with _translate_errors(str(server), on_server=True):
        client = chromadb.HttpClient(
            server.url.rstrip("/"), headers=server.headers or None, settings=_settings().model_copy()
        )
    return ChromaConnection(client, str(server), _UPSERT_BYTES)


def _probe(server: ChromaServer) -> None:
    """Check that a Chroma server answers: Chroma's own client would wait forever."""
    import httpx

    try:
        url = httpx.URL(server.url)
    except httpx.InvalidURL as error:
        raise SettingsError(Message("{url!r} is not a URL", url=server.url), where="--chroma-url") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise SettingsError(
            Message("{url!r} is not a server URL", url=server.url),
            where="--chroma-url",
            do="Write it as http://host:8000",
        )
    base = f"{server.url.rstrip('/')}/api/v2"
    http = httpx.Client(timeout=_ANSWER_SECONDS, headers=server.headers)
    with _translate_errors(str(server), on_server=True), http as client:
        identity = client.get(f"{base}/auth/identity")
        if identity.status_code in (401, 403):
            raise _refused(str(server), given=server.token is not None)
        version = client.get(f"{base}/version")
    if not version.is_success or not version.text.strip('"').startswith("1."):
        reply = version.text.strip('"') if version.is_success else f"HTTP {version.status_code}"
        raise ServerMismatch(
            Message(
                "This is not a Chroma server that kotae can use: its reply to a version request is {reply!r}",
                reply=reply[:80],
            ),
            where=str(server),
            do="kotae needs Chroma 1.x; run `chroma --version` on the server.",
        )


@contextmanager
def _translate_errors(where: str, *, on_server: bool) -> Iterator[None]:
    import httpx
    from chromadb.errors import AuthorizationError, ChromaAuthError, ChromaError, NotFoundError

    try:
        yield
    except httpx.HTTPError as error:
        raise ServerUnreachable(
            Message("No Chroma server answers: {error}", error=first_line(error)),
            where=where,
            do="Start it with: chroma run --path FOLDER",
        ) from error
    except (AuthorizationError, ChromaAuthError) as error:
        raise _refused(where, given=True) from error
    except NotFoundError as error:
        raise IndexMissing(
            "The index does not exist, or has been deleted", where=where, do="Run: kotae ingest CORPUS"
        ) from error
    except (ChromaError, sqlite3.DatabaseError, OSError) as error:
        if not on_server and (refused := classify_os_error(error, Path(where))):
            raise CannotWrite(refused.what, where=where, do=joined([refused.do or "", _ALSO_READING], " ")) from error
        raise IndexDamaged(
            Message("Chroma cannot use the index: {error}", error=error), where=where, do=REBUILD
        ) from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # Rust's; a BaseException that cannot be imported
            raise IndexDamaged(
                Message("Chroma crashed while reading the index: {error}", error=error), where=where, do=REBUILD
            ) from error
        # Chroma's client raises a bare Exception or ValueError for a reply that is not the expected JSON.
        if not on_server or type(error) not in (Exception, ValueError):
            raise
        raise ServerMismatch(
            Message("Unexpected reply from the Chroma server: {error}", error=error), where=where
        ) from error


def _refused(where: str, *, given: bool) -> ServerRefused:
    what = "The Chroma server rejected the token" if given else "The Chroma server requires a token"
    return ServerRefused(what, where=where, do="Set it as KOTAE_CHROMA_TOKEN in the environment.")


def collection_configuration() -> Any:
    """Return the configuration of a chunk collection: cosine, and a search wide enough for good recall."""
    return {"hnsw": {"space": "cosine", "ef_search": 400}}
