"""Plan a sync: files to add, update or remove, by content hash, or by the chunks that Chroma has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from ingest.documents import CorpusFile, LoadedDocument, digest, failure, fingerprint_of, open_file
from ingest.files import FolderListing
from ingest.formats import ReadOptions
from ingest.pipeline.reading import read_documents
from ingest.remote import local_copy, version_of
from rag.errors import UnreadableDocument
from rag.index.manifest import Manifest, SourceState
from rag.index.store import ChunkStore
from rag.records import Failure


@dataclass(frozen=True, slots=True)
class SyncPlan:
    """Files to add or update (`work`), unchanged files, and files that cannot be read.

    `failed_parts` are those of unchanged files. `stored` are the files that are complete in the index, `present` those
    with any chunk in it, `removed` those of them that are no longer in the corpus. `sound` is True if the manifest
    agrees with the index.
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
        """Files whose chunks must be deleted from the index, sorted."""
        return tuple(sorted({*self.removed, *(failure.subject for failure in self.failed)} & self.present))

    @property
    def nothing(self) -> bool:
        """True if there is nothing to do."""
        return self.sound and not (self.work or self.gone)


def _failures(file: CorpusFile, stream: BinaryIO, options: ReadOptions) -> Iterator[Failure]:
    yield from (outcome for outcome in read_documents(file, stream, options) if isinstance(outcome, Failure))


def make_plan(listing: FolderListing, manifest: Manifest, store: ChunkStore, options: ReadOptions) -> SyncPlan:
    """Return the plan. Every file without a version is read: an edit may leave size and times unchanged.

    If none of the files to work on can be read, they are failures: the index need not be touched.
    """
    sound = manifest.complete and store.count() == manifest.chunks
    if sound:
        stored, present = manifest.sources, frozenset(manifest.sources)
    else:
        inventory = store.inventory()
        stored = {
            source: file.marker for source, file in inventory.items() if file.marker is not None and file.complete
        }
        present = frozenset(inventory)
    work, unchanged, failed, parts = [], [], list(listing.failed), []
    for file in listing.files:
        state = stored.get(file.source)
        if version := version_of(file, options):
            if state is None or state.version != version:
                work.append(file)  # and read once, with what is to be done
                continue
            if not state.failures:
                unchanged.append(file.source)
                continue
        try:
            with local_copy(file) as local, open_file(local) as stream:
                if state is None or state.sha256 != fingerprint_of(local, digest(local, stream), options):
                    work.append(file)
                    continue
                now = list(_failures(local, stream, options)) if state.failures else []
                if len(now) == state.failures:
                    unchanged.append(file.source)
                    parts += now  # named at every sync
                else:  # the disk failed during the last sync, or kotae reads more of the file now
                    work.append(file)
        except UnreadableDocument as error:
            failed.append(failure(file.source, error))
    if sound and (unreadable := _all_unreadable(work, options)) is not None:
        work, failed = [], failed + unreadable
    removed = tuple(
        sorted(
            present.difference((file.source for file in listing.files), (failure.subject for failure in listing.failed))
        )
    )
    return SyncPlan(tuple(work), tuple(unchanged), tuple(failed), tuple(parts), removed, stored, present, sound)


def _all_unreadable(files: Iterable[CorpusFile], options: ReadOptions) -> list[Failure] | None:
    """Return the failure of each file; None as soon as one of them has a document."""
    failures = []
    for file in files:
        try:
            with local_copy(file) as local, open_file(local) as stream:
                outcomes = read_documents(local, stream, options, first=True)
                first = next(
                    item for item in outcomes if isinstance(item, LoadedDocument) or item.subject == file.source
                )
        except UnreadableDocument as error:
            first = failure(file.source, error)
        if isinstance(first, LoadedDocument):
            return None
        failures.append(first)
    return failures
