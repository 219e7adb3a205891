"""The questions of a retrieval collection, with the documents that answer them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.retrieval.evaluate import Query
from rag.collection import json_lines, load_documents, text_field
from rag.errors import DatasetError
from rag.messages import Message
from rag.records import LANGUAGES, Language
from rag.text.language import detect

QUESTIONS = "questions.jsonl"
_GOLD_FIELDS = ("doc_id", "doc_id_xl")


@dataclass(frozen=True, slots=True)
class CollectionQuestions:
    """The questions that a document answers; `skipped` counts those that none answers."""

    queries: tuple[Query, ...]
    skipped: int


def load_questions(
    folder: Path,
    language: Language | None = None,
    document_language: Language | None = None,
    limit: int | None = None,
) -> CollectionQuestions:
    """Load the questions of a collection, in one or both languages, answered by documents in one or both languages.

    Fields: id, question; lang may be missing. `doc_id` and `doc_id_xl` name the documents that answer the question, the
    second one in the other language, `doc_ids` any number of them. Two languages of one question share a `pair_id`. One
    that is not `answerable` is left out. `limit` counts answered questions. Raises DatasetError with file and line,
    also for a second question with the same id and language.
    """
    documents = {document.id: document for document in load_documents(folder)}
    path = folder / QUESTIONS
    queries: list[Query] = []
    seen: set[tuple[str, Language]] = set()
    skipped = 0
    for line, fields in json_lines(path):
        text = text_field(fields, "question", path, line)
        question_language: Language = fields["lang"] if fields.get("lang") in LANGUAGES else detect(text)
        if language not in (None, question_language):
            continue
        number = text_field(fields, "id", path, line)
        if (number, question_language) in seen:
            raise DatasetError(
                Message("The id {number!r} is repeated", number=number),
                where=Message("{path}, line {line}", path=path, line=line),
            )
        seen.add((number, question_language))
        gold_ids = _gold_ids(fields, path, line) if fields.get("answerable", True) else []
        for document_id in gold_ids:
            if document_id not in documents:
                raise DatasetError(
                    Message("There is no document {document_id!r}", document_id=document_id),
                    where=Message("{path}, line {line}", path=path, line=line),
                )
        answers = [documents[document_id] for document_id in gold_ids]
        gold = [document for document in answers if document_language in (None, document.language)]
        if not gold:
            skipped += 1
        elif limit is None or len(queries) < limit:
            evidence: dict[str, tuple[str, ...]] = {
                answer.language: tuple(other.source for other in gold if other.language == answer.language)
                for answer in gold
            }
            queries.append(Query(number, question_language, text, evidence, str(fields.get("pair_id") or "")))
    if not queries:
        raise DatasetError("None of the documents searched answers any of the questions", where=str(path))
    return CollectionQuestions(tuple(queries), skipped)


def _gold_ids(fields: Mapping[str, Any], path: Path, line: int) -> list[str]:
    several = fields.get("doc_ids") or []
    if not isinstance(several, list):
        raise DatasetError(
            "The field 'doc_ids' is not a list", where=Message("{path}, line {line}", path=path, line=line)
        )
    return list(dict.fromkeys(str(name) for name in (*map(fields.get, _GOLD_FIELDS), *several) if name))
