"""Choose the parts of a document from named fields: a row of a table, or a JSON object."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from rag.tables.header import normalise_header

NamedFields = Sequence[tuple[str, str]]

_ROLES: Mapping[str, str] = {
    "id": "id",
    "title": "title",
    "題名": "title",
    "タイトル": "title",
    "text": "text",
    "本文": "text",
    "lang": "lang",
}


_QUESTIONS = frozenset({"質問", "問い", "問", "設問", "質問内容", "question", "questions", "q"})
_ANSWERS = frozenset({"回答", "答え", "答", "解答", "回答内容", "answer", "answers", "a"})


@dataclass(frozen=True, slots=True)
class DocumentFields:
    """The parts of a document; None where no field is for it, or that field is blank."""

    id: str | None
    title: str | None
    text: str | None
    language: str | None


def role(header: str) -> str:
    """Return the role of a header (id, title, text or lang), else the normalised header itself.

    >>> role(" Title "), role("ﾀｲﾄﾙ"), role("Body")
    ('title', 'title', 'body')
    """
    name = normalise_header(header)
    return _ROLES.get(name, name)


def missing(headers: Collection[str], columns: Sequence[str]) -> str:
    """Return the chosen columns that are not among the headers, as one string."""
    present = set(map(role, headers))
    return ", ".join(column for column in columns if role(column) not in present)


def choose(fields: NamedFields, columns: Sequence[str] = ()) -> DocumentFields:
    """Return the parts of a document.

    With `columns`, these make it up, in their order: one for a title is the title, a single other one the text, several
    `header: value` lines. Without, the field for a text is the text, or None where there is none. Fields for id and
    lang count in either case.
    """
    by_role = {role(header): value.strip() for header, value in reversed(fields)}
    title, text = by_role.get("title"), by_role.get("text")
    if columns:
        wanted = [role(column) for column in columns]
        title = title if "title" in wanted else None
        body = [name for name in wanted if name not in {"id", "title", "lang"}] or wanted
        names = {role(header): header.strip() for header, _ in reversed(fields)}
        text = by_role[body[0]] if len(body) == 1 else lines([(names[name], by_role[name]) for name in body])
    return DocumentFields(by_role.get("id") or None, title or None, text, by_role.get("lang") or None)


def question_of(fields: NamedFields) -> str | None:
    """Return the question of a row that has a question and its answer; None for any other row.

    >>> question_of([("質問", "送料は？"), ("回答", "無料です。")]), question_of([("質問", "送料は？"), ("備考", "x")])
    ('送料は？', None)
    """
    filled = {normalise_header(header): value.strip() for header, value in reversed(fields) if value.strip()}
    questions = [filled[name] for name in filled if name in _QUESTIONS]
    return questions[-1] if questions and not _ANSWERS.isdisjoint(filled) else None


def lines(fields: NamedFields) -> str:
    r"""Return a `header: value` line for every field that is not blank.

    >>> lines([("質問", "送料は？"), ("備考", ""), ("回答", "無料です。")])
    '質問: 送料は？\n回答: 無料です。'
    """
    return "\n".join(f"{header}: {value.strip()}" for header, value in fields if value.strip())
