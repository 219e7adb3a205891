"""Assign the columns of a verification set to roles by header or --columns; refuse what is ambiguous."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from eval.dataset.column_names import ColumnName, Role, read_name, read_role
from rag.errors import DatasetError, SettingsError
from rag.messages import Message
from rag.records import LANGUAGES, Language
from rag.tables.header import describe_header, normalise_header, repeated

_REQUIRED = (Role.QUESTION, Role.REFERENCE)
_KEYS = (
    "question, reference, answers, aliases (each also with _ja or _en), number, type, labels, gold, context, answerable"
)
NOT_READ = "-"
"""What --columns names for what is not to be read."""
_LONGEST = 40  # letters of a name that is suggested
_LETTERS = ("abcdefghij", "アイウエオカキクケコ", "123456789")  # headers of columns with a choice each
_WORDS: Mapping[Language, str] = {"ja": Message("Japanese"), "en": Message("English")}
_ROLES: Mapping[Role, str] = {Role.QUESTION: Message("question"), Role.REFERENCE: Message("reference")}
_MARKS: Mapping[Language, str] = {"ja": "jp", "en": "en"}


@dataclass(frozen=True, slots=True)
class FieldColumn:
    """A column that is read: its header, and what that says."""

    header: str
    name: ColumnName

    @property
    def key(self) -> str:
        """The column's key in --columns."""
        return f"{self.name.role}_{self.name.language}" if self.name.language else str(self.name.role)


@dataclass(frozen=True, slots=True)
class SetColumns:
    """The columns of a set that are read; the others are `ignored`."""

    columns: tuple[FieldColumn, ...]
    ignored: tuple[str, ...]

    def all(self, role: Role) -> tuple[FieldColumn, ...]:
        """Return the columns with a role, in the order of the header."""
        return tuple(column for column in self.columns if column.name.role is role)

    def first(self, role: Role, language: Language | None = None) -> FieldColumn | None:
        """Return the column with a role and a stated language, None where there is none."""
        return next((column for column in self.all(role) if column.name.language == language), None)


def parse_columns(text: str) -> tuple[FieldColumn, ...]:
    """Read "question=質問,reference=正解": columns by what they hold, - for what is not read. Raises SettingsError."""
    given: list[FieldColumn] = []
    for part in next(csv.reader([text], skipinitialspace=True), []):
        key, equals, header = (piece.strip() for piece in part.partition("="))
        name = read_role(key)
        if not equals or not header or name is None:
            raise SettingsError(
                Message("--columns has {part!r}, which is not KEY=NAME with one of its keys", part=part),
                do=Message("Write --columns question=NAME,reference=NAME. The keys: {keys}.", keys=_KEYS),
            )
        given.append(FieldColumn(header, name))
    keys = [column.key for column in given]
    if twice := repeated(keys):
        raise SettingsError(Message("--columns names {twice} twice", twice=twice[0]), do="Name one column.")
    return tuple(given)


def names_columns(names: Iterable[str], given: Sequence[FieldColumn]) -> bool:
    """Tell whether these normalised cells are a header: they name a question and a reference, and what is given."""
    names = frozenset(names)
    if not {normalise_header(column.header) for column in given} - {NOT_READ} <= names:
        return False
    roles = {column.name.role for column in given} | {known.role for name in names if (known := read_name(name))}
    return bool({Role.QUESTION, Role.INPUT} & roles) and Role.REFERENCE in roles


def question_headers(header: Iterable[str]) -> list[str]:
    """Return the headers, in any width and case, under which questions may be: several where it is open which.

    One that names no language comes before those that do.

    >>> question_headers(["No", "質問内容", "turns"]), question_headers(["input", "output"]), question_headers(["名前"])
    (['質問内容'], ['input'], [])
    >>> question_headers(["question", "question_ja"]), question_headers(["question_en", "question_ja"])
    (['question'], ['question_en', 'question_ja'])
    """
    known = _by_role([FieldColumn(cell, name) for cell in header if cell and (name := read_name(cell))])
    found = [column for column in _without_weak(known) if column.name.role is Role.QUESTION]
    return [column.header for column in [each for each in found if each.name.language is None] or found]


def find_columns(header: Sequence[str], given: Sequence[FieldColumn], where: str) -> SetColumns:
    """Return the columns by role. Raises DatasetError with a suitable --columns if a role is ambiguous."""
    chosen = [_given(column, header, where) for column in given if column.header != NOT_READ]
    taken = {column.header for column in chosen}
    roles = {column.name.role for column in given}
    lettered = _lettered([*map(normalise_header, header)])
    known = [
        FieldColumn(cell, name)
        for cell in header
        if cell and cell not in taken and (name := _name(cell, lettered)) and name.role not in roles
    ]
    columns = _without_twins(_pairs(_without_weak(chosen + _by_role(known))), header, where)
    missing = [role for role in _REQUIRED if not any(column.name.role is role for column in columns)]
    if missing:
        neither = Message("The verification set has no column with the question and the reference")
        no_column = "The verification set has no column with the {role}"
        what = Message(no_column, role=_ROLES[missing[0]]) if len(missing) == 1 else neither
        raise _open(what, columns, header, where, missing)
    columns = _languages(columns, header, where)
    used = {column.header for column in columns}
    return SetColumns(tuple(columns), tuple(cell for cell in header if cell and cell not in used))


def _lettered(names: Sequence[str]) -> str:
    """Return the letters that columns with a choice each are named by, "" for none.

    Numbers and kana stand before the reference; behind it they may be people who judged it.
    """
    reference = next(
        (at for at, name in enumerate(names) if (known := read_name(name)) and known.role in _REQUIRED[1:]), len(names)
    )
    found = (letters for letters in _LETTERS if set(letters[:2]) <= {*names})
    return next((letters for letters in found if letters is _LETTERS[0] or names.index(letters[0]) < reference), "")


def _without_weak(columns: Sequence[FieldColumn]) -> list[FieldColumn]:
    """Return the columns, but for weak names of a question or a reference beside others."""
    strong = {column.name.role for column in columns if not column.name.weak}
    return [column for column in columns if not (column.name.weak and column.name.role in strong)]


def _name(header: str, lettered: str) -> ColumnName | None:
    letter = normalise_header(header)
    return ColumnName(Role.CHOICES, index=letter) if letter in tuple(lettered) else read_name(header)


def _given(column: FieldColumn, header: Sequence[str], where: str) -> FieldColumn:
    matches = [cell for cell in header if normalise_header(cell) == normalise_header(column.header)]
    if len(matches) == 1:
        return replace(column, header=matches[0])
    twice = "The verification set has the column {column!r} twice; this row has {header}"
    none = "The verification set has no column {column!r}; this row has {header}"
    raise DatasetError(
        Message(twice if matches else none, column=column.header, header=describe_header(header)),
        where=where,
        do="Rename one of them." if matches else "Give --columns the names in this header.",
    )


def _by_role(columns: Sequence[FieldColumn]) -> list[FieldColumn]:
    """Return the columns with what depends on the other ones settled: input without question, labels of choices."""
    roles = {column.name.role for column in columns if not column.name.by_label}
    settled = []
    for column in columns:
        name = column.name
        if name.role is Role.INPUT and Role.QUESTION not in roles:
            name = replace(name, role=Role.QUESTION)
        if not name.by_label or (Role.CHOICES in roles and Role.REFERENCE not in roles):
            settled.append(FieldColumn(column.header, name))
    return settled


def _pairs(columns: list[FieldColumn]) -> list[FieldColumn]:
    """Return the columns; of questions and references only those with a stated language, if they are pairs in both."""
    if any(not _stated(columns, role) >= set(LANGUAGES) for role in _REQUIRED):
        return columns
    return [column for column in columns if column.name.role not in _REQUIRED or column.name.language]


def _without_twins(columns: Sequence[FieldColumn], header: Sequence[str], where: str) -> list[FieldColumn]:
    """Return one column for each role, language and choice. Raises DatasetError for several that may be the one."""
    groups: dict[tuple[Role, Language | None, str], list[FieldColumn]] = {}
    for column in columns:
        groups.setdefault((column.name.role, column.name.language, column.name.index), []).append(column)
    for (role, _, _), twins in groups.items():
        names = [normalise_header(twin.header) for twin in twins]
        if twice := repeated(names):
            raise DatasetError(
                Message("The verification set has the column {twice!r} twice", twice=twice[0]),
                where=where,
                do="Rename one of them.",
            )
        if len(twins) > 1 and role in _REQUIRED:
            raise _open(
                _several(role, (twin.header for twin in twins)),
                columns, header, where, [],
            )  # fmt: skip
    return [min(twins, key=lambda twin: twin.name.rank) for twins in groups.values()]


def _languages(columns: list[FieldColumn], header: Sequence[str], where: str) -> list[FieldColumn]:
    """Return the columns; an unmarked one next to a column with a language is in the other language.

    Raises DatasetError for a question in a language without a reference, and the other way round.
    """
    columns = _beside(columns, Role.QUESTION)
    questions = _stated(columns, Role.QUESTION)
    if len(questions) == len(LANGUAGES):
        columns = _beside(columns, Role.REFERENCE)
    references = _stated(columns, Role.REFERENCE)
    for role, own in ((Role.QUESTION, questions), (Role.REFERENCE, references)):
        if len(own) > len(LANGUAGES):
            several = _several(role, (column.header for column in columns if column.name.role is role))
            raise _open(several, columns, header, where, [])
    if None in questions | references or questions == references:
        return columns
    lacking, language = next(
        (role, language)
        for language in LANGUAGES
        for role, own, other in ((Role.QUESTION, questions, references), (Role.REFERENCE, references, questions))
        if language not in own and language in other
    )
    word = {Role.QUESTION: "instruction", Role.REFERENCE: "response"}[lacking]
    raise _open(
        Message("The verification set has no column with the {role} in {language}, such as '{column}'",
                role=_ROLES[lacking], language=_WORDS[language], column=f"{word}({_MARKS[language]})"),
        columns, header, where, [f"{lacking}_{language}"],
    )  # fmt: skip


def _several(role: Role, headers: Iterable[str]) -> Message:
    return Message(
        "Several columns may hold the {role}: {columns}", role=_ROLES[role], columns=describe_header(headers)
    )


def _stated(columns: Sequence[FieldColumn], role: Role) -> frozenset[Language | None]:
    return frozenset(column.name.language for column in columns if column.name.role is role)


def _beside(columns: list[FieldColumn], role: Role) -> list[FieldColumn]:
    """Return the columns; an unmarked one next to a single marked one of this role is in the other language."""
    marked = _stated(columns, role) - {None}
    if len(marked) != 1:
        return columns
    other = next(language for language in LANGUAGES if language not in marked)
    return [
        replace(column, name=replace(column.name, language=other))
        if column.name.role is role and column.name.language is None
        else column
        for column in columns
    ]


def _open(
    what: str, columns: Sequence[FieldColumn], header: Sequence[str], where: str, missing: Sequence[str]
) -> DatasetError:
    """Return the error for an ambiguous column, with a line that resolves it."""
    return DatasetError(
        Message("{what}; this row has {header}", what=what, header=describe_header(header)),
        where=where,
        do=Message("Say which is which, such as: {missing}", missing=_suggestion(columns, header, missing)),
    )


def _suggestion(columns: Sequence[FieldColumn], header: Sequence[str], missing: Sequence[str]) -> str:
    """Return the option --columns with the columns that are known, and the next unknown ones for what is missing."""
    parts: dict[str, str] = {}
    for column in columns:
        if column.name.role in _REQUIRED:
            parts.setdefault(column.key, column.header)
    named = {column.header for column in columns}
    unknown = [cell for cell in header if cell and cell not in named and len(cell) <= _LONGEST]
    for key in missing:
        parts[key] = unknown.pop(0) if unknown else "COLUMN"
    ordered = sorted(parts.items(), key=lambda part: not part[0].startswith("question"))
    text = ",".join(f'"{key}={name}"' if "," in name else f"{key}={name}" for key, name in ordered)
    return f"--columns '{text}'" if set(text) & set(' \t\n()（）&;"|<>*?$') else f"--columns {text}"
