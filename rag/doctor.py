"""Describe an index, and this machine."""

from __future__ import annotations

import platform
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import ModelUnavailable, SettingsError
from rag.index.chroma import ChromaServer
from rag.index.location import locate_index
from rag.messages import Message, joined
from rag.models.engine import EngineOptions
from rag.models.llama_build import llama_build, server_build
from rag.models.registry import KINDS
from rag.models.server.address import ModelServer, server_key
from rag.models.server.remote_model import ServerModel
from rag.processors import count_processors
from rag.records import LANGUAGES, Language
from rag.settings import cache_dir
from rag.text.columns import in_columns

if TYPE_CHECKING:
    from rag.models.gptq.screen import Screening

_PACKAGES = (
    "torch",
    "transformers",
    "sentence-transformers",
    "chromadb",
    "lancedb",
    "xllamacpp",
    "gptqmodel",
    "langchain-core",
)
_FILES = 20


@dataclass(frozen=True, slots=True)
class IndexDescription:
    """An index: `where` is a folder or a server; `languages` counts chunks by language, `sources` by file."""

    where: str
    store: str
    encoder: str
    max_tokens: int
    corpus_digest: str
    complete: bool
    documents: int
    chunks: int
    languages: dict[str, int]
    sources: dict[str, int]

    def text(self) -> Message:
        """Format as a few lines, then the files with the most chunks."""
        languages = ", ".join(f"{count} {language}" for language, count in sorted(self.languages.items()))
        biggest = sorted(self.sources.items(), key=lambda item: (-item[1], item[0]))
        width = len(str(biggest[0][1])) if biggest else 0
        lines = [
            Message(
                "{where}: {documents} files, {chunks} chunks ({languages})",
                where=self.where,
                documents=self.documents,
                chunks=self.chunks,
                languages=languages,
            ),
            Message(
                "kept in {store}, encoder {encoder}, chunks of up to {tokens} tokens, corpus {digest}",
                store=self.store,
                encoder=self.encoder,
                tokens=self.max_tokens,
                digest=self.corpus_digest[:16],
            ),
            Message("complete")
            if self.complete
            else Message("NOT complete: an ingest is running or was interrupted; if interrupted, run it again"),
            *(f"{count:>{width + 2}} {source}" for source, count in biggest[:_FILES]),
        ]
        if len(biggest) > _FILES:
            others = sum(count for _, count in biggest[_FILES:])
            more = "  and {chunks} in {files} more files; --json lists them all"
            lines.append(Message(more, chunks=others, files=len(biggest) - _FILES))
        return joined(lines, "\n")


def describe_index(folder: Path, server: ChromaServer | None = None) -> IndexDescription:
    """Describe the index in `folder`, or on `server`. Raises IndexProblem."""
    location = locate_index(folder, server)
    manifest = location.load()
    with closing(location.store(manifest)) as store:
        languages = {language: store.count([language]) for language in LANGUAGES}
    return IndexDescription(
        where=location.where,
        store=manifest.store,
        encoder=str(manifest.encoder),
        max_tokens=manifest.chunking.max_tokens,
        corpus_digest=manifest.corpus_digest,
        complete=manifest.complete,
        documents=len(manifest.sources),
        chunks=sum(languages.values()),
        languages={language: count for language, count in languages.items() if count},
        sources={source: state.chunks for source, state in manifest.sources.items()},
    )


@dataclass(frozen=True, slots=True)
class Examination:
    """The machine, its packages, and what kotae will use on it."""

    system: str
    python: str
    cores: int
    gpu: Message
    gptq: Message
    encoder_numbers: str
    llama: Message
    cache: str
    packages: dict[str, str]
    models: dict[str, Message]
    server: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()
    checkpoint: Screening | None = None

    def text(self, language: Language = "en") -> str:
        """Format as one line each."""
        system = Message(
            "{system}, Python {python}, {cores} cores", system=self.system, python=self.python, cores=self.cores
        )
        encoder = Message("encodes passages in {numbers}, questions in float32", numbers=self.encoder_numbers)
        package, model = Message("package"), Message("model")
        server, imports = Message("server"), Message("imports")
        lines: list[tuple[str, str]] = [
            (Message("system"), system),
            ("GPU", self.gpu),
            ("GPTQ", self.gptq),
            (Message("encoder"), encoder),
            ("llama.cpp", self.llama),
            (Message("cache"), self.cache),
            *((package, joined([name, release], " ")) for name, release in self.packages.items()),
            *((model, joined([uri, state], ": ")) for uri, state in self.models.items()),
            *((server, line) for line in self.server),
            *((imports, line) for line in self.imports),
            *(("GPTQ", line) for line in (self.checkpoint.lines() if self.checkpoint else ())),
        ]
        return in_columns(lines, language)


def examine(
    servers: Sequence[ModelServer] = (),
    imports: tuple[str, ...] = (),
    checkpoint: Screening | None = None,
    llama_server: str | None = None,
) -> Examination:
    """Examine this machine and model servers; `imports` describes names that other packages share with ours.

    `checkpoint` is the screening of one, `llama_server` an executable to use instead of the built-in llama.cpp.

    Imports torch, which knows the GPU and the processor.
    """
    from rag.encoders.embeddings import compute_type
    from rag.models.gptq.kernels import choose_kernel, look_at_machine

    machine = look_at_machine()
    return Examination(
        system=f"{platform.system()} {platform.machine()}",
        python=sys.version.split()[0],
        cores=count_processors(),
        gpu=machine.text,
        gptq=choose_kernel(machine).text,
        encoder_numbers=compute_type(),
        llama=Message("{build}, {threads} threads", build=_look_at_llama(llama_server), threads=count_processors()),
        cache=str(cache_dir()),
        packages={name: _version(name) for name in _PACKAGES},
        models={kind.uri: kind.state for kind in KINDS.values()},
        server=tuple(line for server in servers for line in _look_at(server)),
        imports=imports,
        checkpoint=checkpoint,
    )


def screen(uri: str, options: EngineOptions) -> Screening:
    """Screen the checkpoint of a `gptq:` URI. Raises SettingsError for another kind, and ModelUnavailable."""
    scheme, _, name = uri.partition(":")
    if scheme != "gptq" or not name:
        raise SettingsError(
            Message("Only GPTQ checkpoints can be checked, not {uri!r}", uri=uri),
            do="Give --model gptq:<dir or hub id>.",
        )
    from rag.models.gptq.screen import screen_checkpoint

    return screen_checkpoint(name, options)


def _look_at(server: ModelServer) -> tuple[str, ...]:
    """List the models of a server, or say why it cannot be asked. Raises SettingsError for an invalid URL."""
    where = str(server)
    if not KINDS["openai"].available:
        return (Message("{where}: asking it needs {install}", where=where, install=KINDS["openai"].install),)
    try:
        cards = ServerModel("", server, server_key()).models
    except ModelUnavailable as error:
        return (error.message,)
    return tuple(f"{where}: openai:{card}" for card in cards) or (
        Message("{where}: responds, but lists no models", where=where),
    )


def _look_at_llama(executable: str | None) -> str:
    """Return the build that runs GGUF files, or why it cannot."""
    if executable is None:
        return llama_build() or Message("not installed")
    try:
        return server_build(executable)
    except ModelUnavailable as error:
        return error.message


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return Message("not installed")
