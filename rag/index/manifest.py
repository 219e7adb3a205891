"""What an index was built from and with; kept with it, and compared when it is opened."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from rag.encoders.embeddings import EncoderIdentity
from rag.errors import IndexDamaged, IndexMismatch
from rag.index.chroma import REBUILD
from rag.settings import Chunking

FORMAT = 3


@dataclass(frozen=True, slots=True)
class SourceState:
    """One whole file: the SHA-256 of its content, how many chunks it has, and how many of its documents failed."""

    sha256: str
    chunks: int
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Manifest:
    """`encoder_name` is what was asked for (such as "bundled"), `encoder` what it turned out to be.

    `sources` are the files by path relative to the corpus, in "/" and NFC. `complete` is False while a sync is
    under way; an index whose sync was killed still says so, and the next sync repairs it. `corpus` is the folder that
    the files were last found in, absolute, or "" in an index that was made before this was kept: the same index may be
    made from a copy of that folder elsewhere.
    """

    encoder_name: str
    encoder: EncoderIdentity
    chunking: Chunking
    sources: Mapping[str, SourceState] = field(default_factory=dict)
    complete: bool = True
    distance: str = "cosine"
    format: int = FORMAT
    corpus: str = field(default="", compare=False)

    @property
    def corpus_digest(self) -> str:
        """A hash of the paths and contents of all files, the same for the same corpus.

        Of a file that could be read in part, how many chunks that gave counts too: another time it may be more.
        """
        digest = hashlib.sha256()
        for source in sorted(self.sources):
            state = self.sources[source]
            part = f"\0{state.chunks}" if state.failures else ""
            digest.update(f"{source}\0{state.sha256}{part}\n".encode())
        return digest.hexdigest()

    @property
    def chunks(self) -> int:
        """How many chunks the index holds."""
        return sum(state.chunks for state in self.sources.values())

    @property
    def head(self) -> dict[str, Any]:
        """Everything but the sources, for JSON."""
        return {
            "encoder_name": self.encoder_name,
            "encoder": asdict(self.encoder),
            "chunking": asdict(self.chunking),
            "complete": self.complete,
            "distance": self.distance,
            "format": self.format,
            "corpus": self.corpus,
        }


def read_manifest(head: Any, sources: Mapping[str, SourceState], where: str) -> Manifest:
    """The manifest that `Manifest.head` gave. Raises IndexDamaged, and IndexMismatch where the format is another."""
    if not isinstance(head, dict):
        raise IndexDamaged("The manifest of the index cannot be read", where=where, do=REBUILD)
    if head.get("format") != FORMAT:
        raise IndexMismatch(
            f"The index has format {head.get('format')!r} and this kotae reads {FORMAT}", where=where, do=REBUILD
        )
    try:
        return Manifest(
            encoder_name=head["encoder_name"],
            encoder=EncoderIdentity(**head["encoder"]),
            chunking=Chunking(**head["chunking"]),
            sources=sources,
            complete=head["complete"],
            distance=head["distance"],
            corpus=head.get("corpus", ""),
        )
    except (KeyError, TypeError) as error:
        raise IndexDamaged("The manifest of the index is incomplete", where=where, do=REBUILD) from error


def require(manifest: Manifest, where: str, encoder: EncoderIdentity) -> None:
    """Raise IndexMismatch unless the index was built with `encoder`."""
    if manifest.encoder != encoder:
        raise IndexMismatch(
            f"The index was built with the encoder {manifest.encoder}, not with {encoder}",
            where=where,
            do=REBUILD,
        )
