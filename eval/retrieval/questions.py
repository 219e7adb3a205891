"""The questions of a retrieval collection, with the documents that answer them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from eval.retrieval.evaluate import Query
from rag.collection import json_lines, load_documents, text_field
from rag.errors import DatasetError
from rag.records import LANGUAGES, Language
from rag.text.language import detect

QUESTIONS = "questions.jsonl"
_GOLD_FIELDS = ("doc_id", "doc_id_xl")


@dataclass(frozen=True, slots=True)
class CollectionQuestions:
    """Those questions that a document answers; `skipped` counts those that none does."""

    queries: tuple[Query, ...]
    skipped: int


def load_questions(
    folder: Path,
    language: Language | None = None,
    document_language: Language | None = None,
    limit: int | None = None,
) -> CollectionQuestions:
    """The questions of a collection, or those in one language, answered by documents of any or of one language.

    Fields: id, question; lang may be missing. `doc_id` and `doc_id_xl` name the documents that answer it, the second
    in the other language. `limit` counts questions that have one. Raises DatasetError, naming file and line.
    """
    everything = {document.id: document for document in load_documents(folder)}
    path = folder / QUESTIONS
    queries: list[Query] = []
    skipped = 0
    for line, fields in json_lines(path):
        text = text_field(fields, "question", path, line)
        asked_in: Language = fields["lang"] if fields.get("lang") in LANGUAGES else detect(text)
        if language not in (None, asked_in):
            continue
        named = [str(fields[name]) for name in _GOLD_FIELDS if fields.get(name)]
        for document_id in named:
            if document_id not in everything:
                raise DatasetError(f"There is no document {document_id!r}", where=f"{path}, line {line}")
        gold = [everything[one] for one in named if document_language in (None, everything[one].language)]
        if not gold:
            skipped += 1
        elif limit is None or len(queries) < limit:
            evidence: dict[str, tuple[str, ...]] = {
                one.language: tuple(g.source for g in gold if g.language == one.language) for one in gold
            }
            queries.append(Query(text_field(fields, "id", path, line), asked_in, text, evidence))
    if not queries:
        raise DatasetError("No question here is answered by a document that is searched", where=str(path))
    return CollectionQuestions(tuple(queries), skipped)
