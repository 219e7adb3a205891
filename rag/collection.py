"""Retrieval collections: a folder with documents.jsonl (and questions.jsonl), one JSON object a line."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from rag.errors import DatasetError
from rag.messages import Message
from rag.records import LANGUAGES, Language
from rag.text.json_errors import json_fault
from rag.text.language import detect

DOCUMENTS = "documents.jsonl"


@dataclass(frozen=True, slots=True)
class CollectionDocument:
    """A document of a collection. `source` is its path in an index, `<folder>/<id>.txt` if the id is a valid name."""

    id: str
    title: str
    text: str
    language: Language
    source: str


def load_documents(folder: Path, language: Language | None = None) -> tuple[CollectionDocument, ...]:
    """Return the documents of a collection, or those in one language. Fields: id, text; title and lang are optional.

    Raises DatasetError, with file and line, for a line that is not such an object and for a repeated id.
    """
    path = folder / DOCUMENTS
    seen: set[str] = set()
    documents = []
    for line, fields in json_lines(path):
        document = CollectionDocument(
            id=text_field(fields, "id", path, line),
            title=" ".join(str(fields.get("title") or "").split()),
            text=text_field(fields, "text", path, line),
            language=_language(fields, path, line),
            source=_source(folder, str(fields["id"])),
        )
        if document.id in seen:
            raise DatasetError(
                Message("The id {document!r} is repeated", document=document.id),
                where=Message("{path}, line {line}", path=path, line=line),
            )
        seen.add(document.id)
        documents.append(document)
    return tuple(document for document in documents if language in (None, document.language))


def json_lines(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield the objects of a .jsonl file (UTF-8) with their line numbers, from 1; empty lines are skipped.

    Raises DatasetError.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(Message("This file cannot be read: {error}", error=error), where=str(path)) from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise DatasetError(
                Message("This line is not JSON: {error}", error=json_fault(error)),
                where=Message("{path}, line {number}", path=path, number=number),
            ) from error
        if not isinstance(value, dict):
            raise DatasetError(
                "This line is not a JSON object", where=Message("{path}, line {number}", path=path, number=number)
            )
        yield number, value


def text_field(fields: Mapping[str, Any], name: str, path: Path, line: int) -> str:
    """Return a field that must hold text. Raises DatasetError."""
    value = fields.get(name)
    if not isinstance(value, str) or not value.strip():
        raise DatasetError(
            Message("The field {name!r} is missing or empty", name=name),
            where=Message("{path}, line {line}", path=path, line=line),
        )
    return value


def _language(fields: Mapping[str, Any], path: Path, line: int) -> Language:
    language = fields.get("lang") or detect(str(fields["text"]))
    if language not in LANGUAGES:
        raise DatasetError(
            Message("Unknown language {language!r}", language=language),
            where=Message("{path}, line {line}", path=path, line=line),
            do="Use ja or en.",
        )
    return cast("Language", language)


def _source(folder: Path, document_id: str) -> str:
    name = re.sub(r"[^\w.-]+", "_", document_id)
    if name != document_id or len(name.encode()) > 100:
        name = f"{name[:30]}-{hashlib.sha256(document_id.encode()).hexdigest()[:12]}"
    return f"{folder.resolve().name}/{name}.txt"
