"""The manifest of an index: the documents and settings it was built from, checked when it is opened."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from rag.encoders.embeddings import EncoderIdentity
from rag.errors import IndexDamaged, IndexMismatch
from rag.index.chroma import REBUILD
from rag.messages import Message
from rag.serialize import from_json, to_jsonable
from rag.settings import Chunking

FORMAT = 3


class SourceState(NamedTuple):
    """A completely indexed file: its fingerprint, its number of chunks, and how many of its documents failed.

    JSON has it as an array of three.
    """

    sha256: str
    chunks: int
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Manifest:
    """The settings and files of an index. `encoder_name` is what the user gave ("bundled"), `encoder` its identity.

    `complete` is False during a sync and after an interrupted one, which the next sync repairs. `sources` are the files
    by path relative to the corpus, with "/" and in NFC. `corpus` is the absolute path of the folder that the last sync
    read, "" in older indexes; it is not compared, since a copy of the folder gives the same index.
    """

    encoder_name: str
    encoder: EncoderIdentity
    chunking: Chunking
    complete: bool
    sources: Mapping[str, SourceState] = field(default_factory=dict)
    distance: str = "cosine"
    format: int = FORMAT
    corpus: str = field(default="", compare=False)

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
