"""The layouts in which question sets are published as JSON or XML, each turned into flat records.

SQuAD (also JSQuAD and JaQuAD) nests questions in paragraphs of articles; MKQA has a question and its answers in many
languages; llm-jp-eval has one instruction over its samples; LangSmith nests inputs and outputs; chats are lists of
messages; HotpotQA, 2WikiMultihopQA and MuSiQue mark the supporting passages among others; NIILC is XML. A field with a
text for each language becomes a field for each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eval.dataset.column_names import Role, language_of, read_name
from rag.errors import DatasetError
from rag.messages import Message

_SHOWN = 12
_LONGEST_KEY = 200
_ASKS = frozenset({Role.INPUT, Role.QUESTION})
_HELD: Mapping[Role | None, frozenset[Role | None]] = {
    **dict.fromkeys(_ASKS, _ASKS), Role.REFERENCE: frozenset({Role.REFERENCE})
}  # fmt: skip
"""What a field that is an object must hold so that its fields are the record's, by its own role."""
_CHATS = ("messages", "input", "conversation")


@dataclass(frozen=True, slots=True)
class SetRecord:
    """A record of a set, and its position."""

    position: str
    fields: Mapping[str, Any]


def records_in(document: Any, where: str) -> Iterator[SetRecord]:
    """Yield the records of a JSON document. Raises DatasetError for one that holds no list of them."""
    for number, value in enumerate(_list_in(document, where), 1):
        if not isinstance(value, Mapping):
            raise DatasetError(
                Message("This record is {name}, not an object", name=type(value).__name__),
                where=Message("{where}, record {number}", where=where, number=number),
            )
        yield from flat_records(value, Message("record {number}", number=number))


def flat_records(value: Mapping[str, Any], position: str) -> Iterator[SetRecord]:
    """Yield the questions of a record: itself, or those in the paragraphs of an article."""
    if any("qas" in paragraph for paragraph in _objects(value.get("paragraphs"))):
        yield from _article(value, position)
    else:
        yield SetRecord(position, _flat(_choices(_supported(value))))


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
        position = Message("line {number}", number=question.sourceline)
        yield SetRecord(position, {name: value for name, value in fields.items() if value})


def _list_in(document: Any, where: str) -> Sequence[Any]:
    """Return the list of records in a document: itself, or the one list of objects in it."""
    if isinstance(document, list):
        return document
    if not isinstance(document, Mapping):
        raise DatasetError("This JSON file has no records", where=where, do="Write a list of objects.")
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
        Message(
            "This JSON file needs exactly one list of records; it has {document}",
            document=", ".join(map(repr, list(document)[:_SHOWN])),
        ),
        where=where,
        do="Write a list of objects, or one object per line.",
    )


def _article(article: Mapping[str, Any], position: str) -> Iterator[SetRecord]:
    for at, paragraph in enumerate(article["paragraphs"], 1):
        questions = paragraph.get("qas") if isinstance(paragraph, Mapping) else None
        for question_at, question in enumerate(questions if isinstance(questions, list) else (), 1):
            if isinstance(question, Mapping):
                about = {"title": article.get("title"), "context": paragraph.get("context")}
                where = Message(
                    "{position}, paragraph {at}, question {question_at}",
                    position=position,
                    at=at,
                    question_at=question_at,
                )
                yield SetRecord(where, about | _flat(question))


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [part for part in value if isinstance(part, Mapping)] if isinstance(value, list) else []


def _supported(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a record with its supporting passages as context, instead of these among others (HotpotQA, MuSiQue)."""
    titles, passages = _pairs(value.get("supporting_facts"), "sent_id"), _pairs(value.get("context"), "sentences")
    if titles and all(isinstance(sentences, list) for _, sentences in passages):
        named = {title for title, _ in titles}
        found: list[tuple[Any, Any]] = [
            (title, "".join(map(str, sentences))) for title, sentences in passages if title in named
        ]
    elif any("is_supporting" in paragraph for paragraph in _objects(value.get("paragraphs"))):
        own = [paragraph for paragraph in _objects(value["paragraphs"]) if paragraph.get("is_supporting")]
        found = [(paragraph.get("title"), paragraph.get("paragraph_text")) for paragraph in own]
    else:
        found = []
    return {**value, "context": [{"title": title, "text": text} for title, text in found]} if found else value


def _pairs(value: Any, second: str) -> list[tuple[Any, Any]]:
    """Return the pairs in a list of them, or in an object with a list of titles and one of what belongs to them."""
    if isinstance(value, Mapping) and isinstance(value.get("title"), list) and isinstance(value.get(second), list):
        return list(zip(value["title"], value[second], strict=False))
    parts = value if isinstance(value, list) else []
    pairs = [(part[0], part[1]) for part in parts if isinstance(part, list) and len(part) == 2]
    return pairs if len(pairs) == len(parts) else []


def _choices(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record with its labelled choices in one field, and a question that is an object (CommonsenseQA) open."""
    fields = dict(value)
    if isinstance(question := fields.get("question"), Mapping) and "stem" in question:
        fields |= {"question": question["stem"], "choices": question.get("choices")}
    if (listed := _objects(fields.get("choices"))) and all({"label", "text"} <= choice.keys() for choice in listed):
        fields["choices"] = {name: [choice[name] for choice in listed] for name in ("text", "label")}
    return fields


def _unnested(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record with the fields of its inputs and outputs (LangSmith), and of its messages, as its own."""
    fields: dict[str, Any] = {}
    for name, field in value.items():
        held = _HELD.get(_role(str(name)), frozenset())
        inner = field if isinstance(field, Mapping) else {}
        if str(name) in _CHATS and isinstance(field, list):
            fields |= _of_messages(field) or {name: field}
        elif any(_role(str(key)) in held for key in inner):
            fields |= {key: part for key, part in inner.items() if key not in value}
        else:
            fields[name] = field
    return fields


def _role(name: str) -> Role | None:
    known = read_name(name)
    return None if known is None else known.role


def _of_messages(messages: Sequence[Any]) -> dict[str, Any]:
    """Return the last question of a chat, and the reply to it if there is one; {} if this is not a chat."""
    turns = [part for part in messages if isinstance(part, Mapping) and isinstance(part.get("content"), str)]
    asked = [part["content"] for part in turns if part.get("role") == "user"]
    if not asked or len(turns) < len(messages):
        return {}
    replied = {"answer": turns[-1]["content"]} if turns[-1].get("role") == "assistant" else {}
    return {"question": asked[-1]} | replied


def _flat(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record with a field for each language instead of an object of them, and MKQA's `query` as its own."""
    fields: dict[str, Any] = {}
    for name, field in _unnested(value).items():
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
