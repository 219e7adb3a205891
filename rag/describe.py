"""What an index is, and what this machine is."""

from __future__ import annotations

import os
import platform
import sys
from collections import Counter
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rag.index import store_folder
from rag.manifest import load_manifest
from rag.models.registry import KINDS
from rag.settings import cache_dir
from rag.store import ChunkStore

_PACKAGES = ("torch", "transformers", "sentence-transformers", "chromadb", "xllamacpp", "gptqmodel", "langchain-core")


@dataclass(frozen=True, slots=True)
class IndexDescription:
    """`languages` counts chunks by language, `sources` by document."""

    folder: str
    encoder: str
    max_tokens: int
    corpus_digest: str
    complete: bool
    documents: int
    chunks: int
    languages: dict[str, int]
    sources: dict[str, int]

    def text(self) -> str:
        """A few lines for people."""
        languages = ", ".join(f"{count} {language}" for language, count in sorted(self.languages.items()))
        return "\n".join(
            [
                f"{self.folder}: {self.documents} documents, {self.chunks} chunks ({languages})",
                f"encoder {self.encoder}, chunks of up to {self.max_tokens} tokens, corpus {self.corpus_digest[:16]}",
                "complete" if self.complete else "NOT complete: an ingest was interrupted; run it again",
            ]
        )


def describe_index(folder: Path) -> IndexDescription:
    """Describe the index in `folder`. Raises IndexProblem."""
    manifest = load_manifest(folder)
    store = ChunkStore(store_folder(folder))
    languages: Counter[str] = Counter(chunk.language for chunk in store.chunks())
    return IndexDescription(
        folder=str(folder),
        encoder=str(manifest.encoder),
        max_tokens=manifest.chunking.max_tokens,
        corpus_digest=manifest.corpus_digest,
        complete=manifest.complete,
        documents=len(manifest.sources),
        chunks=store.count(),
        languages=dict(languages),
        sources={source: state.chunks for source, state in manifest.sources.items()},
    )


@dataclass(frozen=True, slots=True)
class Examination:
    """This machine, the packages that matter, and what kotae will use."""

    system: str
    python: str
    cores: int
    gpu: str
    gptq: str
    encoder_numbers: str
    cache: str
    packages: dict[str, str]
    models: dict[str, str]

    def text(self) -> str:
        """A line for each."""
        lines = [
            f"system    {self.system}, Python {self.python}, {self.cores} cores",
            f"GPU       {self.gpu}",
            f"GPTQ      {self.gptq}",
            f"encoder   computes in {self.encoder_numbers}",
            f"cache     {self.cache}",
            *(f"package   {name} {found}" for name, found in self.packages.items()),
            *(f"model     {uri}: {state}" for uri, state in self.models.items()),
        ]
        return "\n".join(lines)


def examine() -> Examination:
    """Look at this machine. Imports torch, for what it knows of the GPU and the processor."""
    from rag.encoder import compute_type
    from rag.models.gptq.kernels import choose_kernel, look_at_machine

    machine = look_at_machine()
    return Examination(
        system=f"{platform.system()} {platform.machine()}",
        python=sys.version.split()[0],
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        gpu=str(machine),
        gptq=str(choose_kernel(machine)),
        encoder_numbers=compute_type(),
        cache=str(cache_dir()),
        packages={name: _version(name) for name in _PACKAGES},
        models={kind.uri: "ready" if kind.available else f"needs {kind.install}" for kind in KINDS.values()},
    )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
