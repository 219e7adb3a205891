"""The layouts in which question sets are published as JSON or XML, each turned into flat records.

SQuAD (also JSQuAD and JaQuAD) nests questions in paragraphs of articles; MKQA has a question and its answers in many
languages; llm-jp-eval has one instruction over its samples; NIILC is XML. A field with a text for each language becomes
a field for each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eval.dataset.column_names import language_of
from rag.errors import DatasetError

_SHOWN = 12
_LONGEST_KEY = 200


@dataclass(frozen=True, slots=True)
class SetRecord:
    """A record of a set, and where it stands."""

    position: str
    fields: Mapping[str, Any]


def records_in(document: Any, where: str) -> Iterator[SetRecord]:
    """Yield the records of a JSON document. Raises DatasetError for one that holds no list of them."""
    for number, value in enumerate(_list_in(document, where), 1):
        if not isinstance(value, Mapping):
            raise DatasetError(
                f"This record is {type(value).__name__}, not an object", where=f"{where}, record {number}"
            )
        yield from flat_records(value, f"record {number}")


def flat_records(value: Mapping[str, Any], position: str) -> Iterator[SetRecord]:
    """Yield the questions of a record: itself, or those in the paragraphs of an article."""
    if isinstance(value.get("paragraphs"), list):
        yield from _article(value, position)
    else:
        yield SetRecord(position, _flat(value))


def niilc_records(root: Any) -> Iterator[SetRecord]:
    """Yield the questions of NIILC's XML; the sentence with the answer and its article are context and title."""
    for question in root.iter("question"):
        texts = {
            child.tag.replace(".", ""): (child.text or "").strip()
            for child in question.iter()
            if isinstance(child.tag, str)
        }
        fields = {
            "id": question.get("id", ""),
            "question": texts.get("text", ""),
            "answers": [(answer.text or "").strip() for answer in question.iter("answer")],
            "type": texts.get("B3", "").strip("-"),
            "title": texts.get("E3", "").strip("-"),
            "context": texts.get("E5", "").strip("-"),
        }
        yield SetRecord(f"line {question.sourceline}", {name: value for name, value in fields.items() if value})


def _list_in(document: Any, where: str) -> Sequence[Any]:
    """Return the list of records in a document: itself, or the one list of objects in it."""
    if isinstance(document, list):
        return document
    if not isinstance(document, Mapping):
        raise DatasetError("This JSON file holds no records", where=where, do="Write a list of objects.")
    lists = {name: value for name, value in document.items() if isinstance(value, list) and value}
    tables = [value for value in lists.values() if any(isinstance(record, Mapping) for record in value)]
    if isinstance(document.get("samples"), list):
        shared = {"instruction": document["instruction"]} if document.get("instruction") else {}
        return [shared | sample if isinstance(sample, dict) else sample for sample in document["samples"]]
    if isinstance(document.get("data"), list):
        return list(document["data"])
    if isinstance(document.get("paragraphs"), list):
        return [document]
    if len(tables) == 1:
        return tables[0]
    if not tables and lists and len(lists) == len(document) and len({len(value) for value in lists.values()}) == 1:
        return [dict(zip(lists, values, strict=True)) for values in zip(*lists.values(), strict=True)]
    raise DatasetError(
        f"This JSON file holds no list of records, or several; it has {', '.join(map(repr, list(document)[:_SHOWN]))}",
        where=where,
        do="Write a list of objects, or one object a line.",
    )


def _article(article: Mapping[str, Any], position: str) -> Iterator[SetRecord]:
    for at, paragraph in enumerate(article["paragraphs"], 1):
        questions = paragraph.get("qas") if isinstance(paragraph, Mapping) else None
        for question_at, question in enumerate(questions if isinstance(questions, list) else (), 1):
            if isinstance(question, Mapping):
                about = {"title": article.get("title"), "context": paragraph.get("context")}
                where = f"{position}, paragraph {at}, question {question_at}"
                yield SetRecord(where, about | _flat(question))


def _flat(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record with a field for each language instead of an object of them, and MKQA's `query` as its own."""
    fields: dict[str, Any] = {}
    for name, field in value.items():
        key = str(name)[:_LONGEST_KEY]
        languages = {key: language_of(str(key)) for key in field} if isinstance(field, Mapping) else {}
        if any(languages.values()):
            fields |= {f"{key}_{language}": field[word] for word, language in languages.items() if language}
        else:
            fields[key] = field
    if isinstance(value.get("queries"), Mapping):
        fields.pop("query", None)
        kinds = [part.get("type") for name in ("answers_ja", "answers_en") for part in fields.get(name) or ()
                 if isinstance(part, Mapping)]  # fmt: skip
        fields["type"] = "classification" if "binary" in kinds else next(iter(kinds), None)
    return fields
