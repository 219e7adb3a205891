"""What an index was built from and with; kept beside it, and compared when it is opened."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from rag.encoder import EncoderIdentity
from rag.errors import IndexDamaged, IndexMismatch, IndexMissing
from rag.publish import write_text
from rag.settings import Chunking

FORMAT = 2
FILE = "manifest.json"


@dataclass(frozen=True, slots=True)
class SourceState:
    """One file in the index: its fingerprint, how many chunks it has, and how many of its documents failed."""

    sha256: str
    chunks: int
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Manifest:
    """`encoder_name` is what was asked for (such as "bundled"), `encoder` what it turned out to be.

    `sources` are the files by path relative to the corpus, in "/" and NFC. `complete` is False while a sync is
    under way; an index whose sync was killed still says so, and the next sync repairs it.
    """

    encoder_name: str
    encoder: EncoderIdentity
    chunking: Chunking
    sources: Mapping[str, SourceState] = field(default_factory=dict)
    complete: bool = True
    distance: str = "cosine"
    format: int = FORMAT

    @property
    def corpus_digest(self) -> str:
        """A hash of the paths and contents of all documents, the same for the same corpus."""
        digest = hashlib.sha256()
        for source, state in sorted(self.sources.items()):
            digest.update(f"{source}\0{state.sha256}\n".encode())
        return digest.hexdigest()

    @property
    def chunks(self) -> int:
        """How many chunks the index holds."""
        return sum(state.chunks for state in self.sources.values())

    def save(self, folder: Path) -> None:
        """Write it into the folder of its index, atomically."""
        write_text(folder / FILE, json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n")


def load_manifest(folder: Path) -> Manifest:
    """The manifest of the index in `folder`. Raises IndexMissing, IndexDamaged and IndexMismatch (another format)."""
    try:
        stored = json.loads((folder / FILE).read_text(encoding="utf-8"))
        if not isinstance(stored, dict):
            raise ValueError(f"not an object but {type(stored).__name__}")
    except FileNotFoundError as error:
        raise IndexMissing("There is no index", where=str(folder), do="Build it with: kotae ingest CORPUS") from error
    except (OSError, ValueError) as error:
        raise IndexDamaged("The manifest of the index cannot be read", where=str(folder / FILE), do=REBUILD) from error
    if stored.get("format") != FORMAT:
        raise IndexMismatch(
            f"The index has format {stored.get('format')!r} and this kotae reads {FORMAT}",
            where=str(folder),
            do=REBUILD,
        )
    try:
        return Manifest(
            encoder_name=stored["encoder_name"],
            encoder=EncoderIdentity(**stored["encoder"]),
            chunking=Chunking(**stored["chunking"]),
            sources={source: SourceState(**state) for source, state in stored["sources"].items()},
            complete=stored["complete"],
            distance=stored["distance"],
        )
    except (KeyError, TypeError) as error:
        raise IndexDamaged("The manifest of the index is incomplete", where=str(folder / FILE), do=REBUILD) from error


REBUILD = "Rebuild it with: kotae index drop, then kotae ingest CORPUS"


def require(manifest: Manifest, folder: Path, encoder: EncoderIdentity) -> None:
    """Raise IndexMismatch unless the index was built with `encoder`."""
    if manifest.encoder != encoder:
        raise IndexMismatch(
            f"The index was built with the encoder {manifest.encoder}, not with {encoder}",
            where=str(folder),
            do=REBUILD,
        )
