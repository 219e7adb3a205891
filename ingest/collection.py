"""Index retrieval collections: their documents are written as files, then synced like any corpus."""

from __future__ import annotations

import json
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
from rag.messages import Message
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
    """Sync the index in `index`, or on `server`, with the documents of these collections, or those in one language.

    Raises DatasetError, IndexMismatch if `index` has other documents, and the errors of `sync`.
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
            _write(Path(corpus), document)
        origin = ", ".join(str(folder.resolve()) for folder in folders)
        return sync(Path(corpus), index, encoder_name=encoder_name, server=server, progress=progress, origin=origin)


def _refuse_other_documents(index: Path, folders: Sequence[Path]) -> None:
    """Raise IndexMismatch for an index of other documents, which the sync would remove."""
    names = {folder.resolve().name for folder in folders}
    try:
        sources = locate_index(index).load().sources
    except IndexMissing:
        return
    other = next((source for source in sources if source.split("/", 1)[0] not in names), None)
    if other is not None:
        raise IndexMismatch(
            Message("This index holds other documents, such as {other}, which would be removed", other=other),
            where=str(index),
            do="Choose another --index.",
        )


def _write(corpus: Path, document: CollectionDocument) -> None:
    path = corpus / document.source
    path.parent.mkdir(exist_ok=True)
    title = f"title: {json.dumps(document.title, ensure_ascii=False)}\n" if document.title else ""
    path.write_text(f"---\n{title}lang: {document.language}\n---\n\n{document.text}\n", encoding="utf-8")
