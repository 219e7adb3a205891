"""Chroma collections that other code made, such as LangChain's: read as they are, with the encoder that made them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from rag.encoders.embeddings import open_encoder
from rag.errors import IndexMismatch, IndexMissing, SettingsError
from rag.index.chroma import open_embedded
from rag.messages import Message
from rag.settings import OTHER_CHROMA

if TYPE_CHECKING:
    from langchain_core.retrievers import BaseRetriever

_DATABASE: Final = "chroma.sqlite3"


def open_other_chroma(name: str, encoder_name: str | None, k: int) -> BaseRetriever:
    """Return a retriever of the `k` nearest texts of `chroma:FOLDER#COLLECTION`.

    Raises SettingsError without an encoder, IndexMissing if there is no such collection or nothing in it, and
    IndexMismatch if the encoder's vectors have another length.
    """
    text, _, collection = name.removeprefix(OTHER_CHROMA).rpartition("#")
    folder = Path(text)
    if not text or not collection:
        raise SettingsError(
            Message("{name!r} names no collection", name=name),
            do=Message("Write it as {other_chroma}FOLDER#COLLECTION", other_chroma=OTHER_CHROMA),
        )
    if encoder_name is None:
        raise SettingsError(
            "An index that kotae did not make does not say which encoder made it",
            where=name,
            do="Name it with --encoder: a folder or a hub id.",
        )
    if not (folder / _DATABASE).is_file():
        raise IndexMissing(
            Message("There is no Chroma database in this folder: no {database}", database=_DATABASE), where=str(folder)
        )
    connection = open_embedded(folder)
    found = connection.find(collection)
    if found is None:
        with connection.errors():
            names = ", ".join(sorted(other.name for other in connection.client.list_collections()))
        raise IndexMissing(
            Message("There is no collection {collection!r}", collection=collection),
            where=str(folder),
            do=Message("It has: {names}.", names=names or Message("none")),
        )
    with connection.errors():
        vectors = cast("Any", found.get(limit=1, include=["embeddings"])["embeddings"])
    if not len(vectors):
        raise IndexMissing("The collection is empty", where=name)
    encoder = open_encoder(encoder_name)
    made, own = len(vectors[0]), encoder.encode_queries(["?"]).shape[1]
    if made != own:
        raise IndexMismatch(
            Message(
                "The vectors of this collection have {made} dimensions, those of {encoder_name} have {own}",
                made=made,
                encoder_name=encoder_name,
                own=own,
            ),
            where=name,
            do="Name the encoder that made it with --encoder.",
        )
    from langchain_chroma import Chroma

    store = Chroma(collection, encoder, client=connection.client, create_collection_if_not_exists=False)
    return store.as_retriever(search_kwargs={"k": k}, tags=[name, str(encoder.identity)])
