"""The manifest of an index: the documents and settings it was built from, checked when it is opened."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from rag.encoders.embeddings import EncoderIdentity
from rag.errors import IndexDamaged, IndexMismatch, IndexMissing
from rag.index.chroma import REBUILD
from rag.index.stores import Store
from rag.messages import Message, reason_of
from rag.serialize import from_json, to_jsonable
from rag.settings import Chunking
from rag.storage.atomic import atomic_write
from rag.storage.regular_files import MEBI, read_regular

FORMAT = 3
BUILD = "Build it with: kotae ingest CORPUS"
MAX_BYTES = 1024 * MEBI


class SourceState(NamedTuple):
    """A completely indexed file: its fingerprint, its number of chunks, and how many of its documents failed.

    `version` is what its object store calls this content, with how it is read; "" for a file on disk. JSON has an array
    of the first three, or of all four.
    """

    sha256: str
    chunks: int
    failures: int = 0
    version: str = ""

    def to_json(self) -> str:
        """Return it as JSON."""
        return json.dumps(self if self.version else self[:3])


@dataclass(frozen=True, slots=True)
class Manifest:
    """The settings and files of an index. `encoder_name` is what the user gave ("bundled"), `encoder` its identity.

    `complete` is False during a sync and after an interrupted one, which the next sync repairs. `sources` are the files
    by path relative to the corpus, with "/" and in NFC. `corpus` is the absolute path of the folder that the last sync
    read, "" in older indexes; it is not compared, since a copy of the folder gives the same index, nor is `store`, the
    kind of the store.
    """

    encoder_name: str
    encoder: EncoderIdentity
    chunking: Chunking
    complete: bool
    sources: Mapping[str, SourceState] = field(default_factory=dict)
    distance: str = "cosine"
    format: int = FORMAT
    corpus: str = field(default="", compare=False)
    store: Store = field(default="chroma", compare=False)

    @property
    def corpus_digest(self) -> str:
        """A hash of the paths and contents of all files.

        For a file that was read in part the number of its chunks counts too: the next attempt may read more.
        """
        digest = hashlib.sha256()
        for source in sorted(self.sources):
            state = self.sources[source]
            part = f"\0{state.chunks}" if state.failures else ""
            digest.update(f"{source}\0{state.sha256}{part}\n".encode())
        return digest.hexdigest()

    @property
    def chunks(self) -> int:
        """The number of chunks in the index."""
        return sum(state.chunks for state in self.sources.values())

    @property
    def header(self) -> dict[str, Any]:
        """Everything but the sources, for JSON."""
        fields: dict[str, Any] = to_jsonable(replace(self, sources={}))
        del fields["sources"]
        return fields


@dataclass(frozen=True, slots=True)
class _StoredFields:
    """The format, which manifests of all formats have, and the settings as they are stored."""

    format: Any = None
    encoder: Any = None
    chunking: Any = None
    distance: Any = None


def parse_manifest(text: str | bytes, where: str) -> Manifest:
    """Return the manifest in JSON text. Raises IndexDamaged, and IndexMismatch if it has another format."""

    def damaged(fault: str) -> IndexDamaged:
        return IndexDamaged(
            Message("The manifest of the index cannot be read: {fault}", fault=fault), where=where, do=REBUILD
        )

    stored = from_json(_StoredFields, text, error=damaged)
    if stored.format != FORMAT:
        raise IndexMismatch(
            Message(
                "The index has format {format!r} and this version of kotae reads {format_2}",
                format=stored.format,
                format_2=FORMAT,
            ),
            where=where,
            do=REBUILD,
        )
    manifest = from_json(Manifest, text, error=damaged)
    for name in ("encoder", "chunking", "distance"):  # no setting is guessed, and none is passed over
        if getattr(stored, name) != to_jsonable(getattr(manifest, name)):
            raise damaged(f"field {name}: a setting is missing or unknown in {getattr(stored, name)!r}")
    return manifest


def require_encoder(manifest: Manifest, where: str, encoder: EncoderIdentity) -> None:
    """Raise IndexMismatch if the index was built with another encoder."""
    if manifest.encoder != encoder:
        raise IndexMismatch(
            Message(
                "The index was built with the encoder {encoder}, not with {encoder_2}",
                encoder=manifest.encoder,
                encoder_2=encoder,
            ),
            where=where,
            do=REBUILD,
        )


def require_store(manifest: Manifest, where: str, store: Store | None) -> None:
    """Raise IndexMismatch if the index is kept in another store than the one asked for."""
    if store is not None and store != manifest.store:
        raise IndexMismatch(
            Message("The index is kept in {store}, not in {store_2}", store=manifest.store, store_2=store),
            where=where,
            do=REBUILD,
        )


def read_manifest(path: Path, where: str) -> Manifest:
    """Return the manifest in a file. Raises IndexMissing, IndexDamaged and IndexMismatch; `where` names the index."""
    try:
        return parse_manifest(read_regular(path, MAX_BYTES), str(path))
    except FileNotFoundError as error:
        raise IndexMissing("There is no index", where=where, do=BUILD) from error
    except OSError as error:
        what = Message("The manifest of the index cannot be read: {error}", error=reason_of(error))
        raise IndexDamaged(what, where=str(path), do=REBUILD) from error


def write_manifest(path: Path, manifest: Manifest) -> None:
    """Write a manifest with one line per source, line by line, since there may be very many."""

    def lines() -> Iterator[str]:
        yield json.dumps(manifest.header, ensure_ascii=False).removesuffix("}") + ', "sources": {'
        for number, (source, state) in enumerate(manifest.sources.items()):
            yield f"{',' if number else ''}\n{json.dumps(source, ensure_ascii=False)}: {state.to_json()}"
        yield "\n}}\n"

    atomic_write(path, (line.encode("utf-8") for line in lines()))
