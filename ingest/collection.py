"""An index of retrieval collections: their documents laid out as files, then synced like any corpus."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from ingest.pipeline.writer import Progress
from ingest.report import SyncReport
from ingest.sync import sync
from rag.collection import CollectionDocument, load_documents
from rag.errors import DatasetError, IndexMismatch, IndexMissing
from rag.index.chroma import ChromaServer
from rag.index.location import locate_index
from rag.records import Language


def sync_collections(
    folders: Sequence[Path],
    index: Path,
    *,
    language: Language | None = None,
    encoder_name: str | None = None,
    server: ChromaServer | None = None,
    progress: Progress | None = None,
) -> SyncReport:
    """Make the index in `index`, or on `server`, hold the documents of these collections, or those in one language.

    A document that is there already stays as it is. Raises DatasetError, IndexMismatch where `index` holds other
    documents, and what `sync` raises.
    """
    if server is None:
        _refuse_other_documents(index, folders)
    documents = [document for folder in folders for document in load_documents(folder, language)]
    if len({document.source for document in documents}) < len(documents):
        raise DatasetError("Two collections have the same name", where=", ".join(map(str, folders)))
    if not documents:
        raise DatasetError("There is no document to search", where=", ".join(map(str, folders)))
    with tempfile.TemporaryDirectory(prefix="kotae-") as corpus:
        for document in documents:
            _lay_out(Path(corpus), document)
        origin = ", ".join(str(folder.resolve()) for folder in folders)
        return sync(Path(corpus), index, encoder_name=encoder_name, server=server, progress=progress, origin=origin)


def _refuse_other_documents(index: Path, folders: Sequence[Path]) -> None:
    """Measuring makes an index hold these collections alone, which must never cost a user another one."""
    names = {folder.resolve().name for folder in folders}
    try:
        held = locate_index(index).load().sources
    except IndexMissing:
        return
    other = next((source for source in held if source.split("/", 1)[0] not in names), None)
    if other is not None:
        raise IndexMismatch(
            f"This index holds other documents, such as {other}, which would go",
            where=str(index),
            do="Give another --index.",
        )


def _lay_out(corpus: Path, document: CollectionDocument) -> None:
    path = corpus / document.source
    path.parent.mkdir(exist_ok=True)
    title = f"title: {document.title}\n" if document.title else ""
    path.write_text(f"---\n{title}lang: {document.language}\n---\n\n{document.text}\n", encoding="utf-8")
