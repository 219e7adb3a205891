"""What has to be done so that an index says what a folder says: by content hash, or by what Chroma itself holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from ingest.documents import CorpusFile, LoadedDocument, digest, documents, failure, fingerprint_of, opened
from ingest.files import Found
from ingest.formats import ReadOptions
from rag.errors import UnreadableDocument
from rag.index.manifest import Manifest, SourceState
from rag.index.store import ChunkStore
from rag.records import Failure


@dataclass(frozen=True, slots=True)
class Plan:
    """Files to work on; those that are as they were; those that were in the index and cannot be read any more.

    `failed_parts` are those of unchanged files.

    `stored` is what is whole in the index, `present` the files it has any chunk of, `removed` those of them that the
    corpus does not have. `sound` says that the manifest can be believed.
    """

    work: tuple[CorpusFile, ...]
    unchanged: tuple[str, ...]
    failed: tuple[Failure, ...]
    failed_parts: tuple[Failure, ...]
    removed: tuple[str, ...]
    stored: Mapping[str, SourceState]
    present: frozenset[str]
    sound: bool

    @property
    def gone(self) -> tuple[str, ...]:
        """Files that the index has chunks of and should not, sorted."""
        return tuple(sorted({*self.removed, *(failure.subject for failure in self.failed)} & self.present))

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to do."""
        return self.sound and not (self.work or self.gone)


def _failures(file: CorpusFile, stream: BinaryIO, options: ReadOptions) -> Iterator[Failure]:
    yield from (one for one in documents(file, stream, options) if isinstance(one, Failure))


def make_plan(found: Found, manifest: Manifest, store: ChunkStore, options: ReadOptions) -> Plan:
    """What has to be done. Every file is read: an edit may leave size and times as they were.

    Where nothing can be read of any file to work on, as of one that failed the last time too, they are none to work on.
    """
    sound = manifest.complete and store.count() == manifest.chunks
    if sound:
        stored, present = manifest.sources, frozenset(manifest.sources)
    else:
        inventory = store.inventory()
        stored = {source: one.marker for source, one in inventory.items() if one.marker is not None and one.complete}
        present = frozenset(inventory)
    work, unchanged, failed, parts = [], [], list(found.failed), []
    for file in found.files:
        state = stored.get(file.source)
        try:
            with opened(file) as stream:
                if state is None or state.sha256 != fingerprint_of(file, digest(file, stream), options):
                    work.append(file)
                    continue
                now = list(_failures(file, stream, options)) if state.failures else []
                if len(now) == state.failures:
                    unchanged.append(file.source)
                    parts += now  # named at every sync
                else:  # the disk failed while it was read, or kotae reads more of it than it did
                    work.append(file)
        except UnreadableDocument as error:
            failed.append(failure(file.source, error))
    if sound and (hopeless := _hopeless(work, options)) is not None:
        work, failed = [], failed + hopeless
    removed = tuple(
        sorted(present.difference((file.source for file in found.files), (one.subject for one in found.failed)))
    )
    return Plan(tuple(work), tuple(unchanged), tuple(failed), tuple(parts), removed, stored, present, sound)


def _hopeless(files: Iterable[CorpusFile], options: ReadOptions) -> list[Failure] | None:
    """What is wrong with each of these files; None as soon as one of them has a document."""
    wrong = []
    for file in files:
        try:
            with opened(file) as stream:
                found = documents(file, stream, options)
                one = next(one for one in found if isinstance(one, LoadedDocument) or one.subject == file.source)
        except UnreadableDocument as error:
            one = failure(file.source, error)
        if isinstance(one, LoadedDocument):
            return None
        wrong.append(one)
    return wrong
