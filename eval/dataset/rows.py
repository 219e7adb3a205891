"""The rows of a verification set as questions: each becomes one, is left out for a reason, or is refused by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from eval.dataset.choices import Choices, label_set, read_choices
from eval.dataset.column_names import Role, language_of
from eval.dataset.columns import FieldColumn, SetColumns
from eval.dataset.items import KINDS, GoldPassage, Item
from eval.dataset.set_table import SetRow, SetTable
from eval.dataset.unanswerable import NO_ANSWER, says_unanswerable
from eval.dataset.values import (
    UnusableValue,
    answers_of,
    checked_text,
    contexts_of,
    gold_of,
    question_of,
    refuse_error,
    text_of,
    truth_of,
)
from rag.errors import DatasetError
from rag.messages import Message, joined
from rag.records import LANGUAGES, Language
from rag.tables.header import normalise_header
from rag.text.language import detect

V = TypeVar("V")
Texts = dict[Language, list[str]]

_OPEN, _CLASSIFICATION = KINDS
_KIND_NAMES: Mapping[str, str] = {"分類": _CLASSIFICATION, _CLASSIFICATION: _CLASSIFICATION, _OPEN: _OPEN}
_KINDS, _LONGEST_KIND = 30, 60
OTHER = "other"
"""The type of questions whose own type is not among the commonest."""
_SHOWN = 20  # faults in one message
_EMPTY = Message("is empty")
_NEEDED = (Role.QUESTION, Role.REFERENCE)


class _RowLeftOut(Exception):
    """A row that is not a question to ask, and why."""


class _RowFault(Exception):
    """A row that cannot be used: the column, and what is wrong there."""

    def __init__(self, column: FieldColumn, what: str) -> None:
        super().__init__(what)
        self.what = what
        self.column = column


@dataclass(frozen=True, slots=True)
class ReadRows:
    """The questions, and the rows left out: their positions by reason."""

    items: tuple[Item, ...]
    left_out: Mapping[str, tuple[str, ...]]


def read_rows(table: SetTable, columns: SetColumns) -> ReadRows:
    """Return the questions in a table. Raises DatasetError naming every row and column that cannot be used."""
    items: list[Item] = []
    positions: dict[str, str] = {}
    left_out: dict[str, list[str]] = {}
    faults: list[tuple[SetRow, _RowFault]] = []
    for row in table.rows:
        try:
            item = _RowReader(row, columns, sheet=table.sheet is not None).item()
        except _RowLeftOut as reason:
            left_out.setdefault(reason.args[0], []).append(row.position)
        except _RowFault as fault:
            faults.append((row, fault))
        else:
            first = positions.setdefault(item.number, row.position)
            if first != row.position:
                number = columns.first(Role.NUMBER)
                raise DatasetError(
                    Message("The NO {number} is used twice, first in {first}", number=item.number, first=first),
                    where=Message(
                        "{where}, {position}, column {header!r}",
                        where=table.where,
                        position=row.position,
                        header=number.header if number else "NO",
                    ),
                    do="Give every question its own NO.",
                )
            items.append(item)
    if faults:
        raise _refusal(table.where, faults)
    return ReadRows(tuple(_few_kinds(items)), {reason: tuple(rows) for reason, rows in left_out.items()})


def _refusal(where: str, faults: Sequence[tuple[SetRow, _RowFault]]) -> DatasetError:
    optional = next((fault.column for _, fault in faults if fault.column.name.role not in _NEEDED), None)
    unread = Message("To leave a column unread: --columns {key}=-", key=optional.key) if optional else None
    if len(faults) == 1:
        row, fault = faults[0]
        place = Message(
            "{where}, {position}, column {header!r}", where=where, position=row.position, header=fault.column.header
        )
        return DatasetError(Message("This cell {fault}", fault=Message.of(fault.what)), where=place, do=unread)
    named = [
        Message(
            "{row}, column {column!r} {fault}",
            row=row.position,
            column=fault.column.header,
            fault=Message.of(fault.what),
        )
        for row, fault in faults[:_SHOWN]
    ]
    more = [Message("and {number} more", number=len(faults) - _SHOWN)] if len(faults) > _SHOWN else []
    return DatasetError(
        Message("{faults} rows cannot be used: {named}", faults=len(faults), named=joined(named + more)),
        where=where,
        do=unread or "Correct or delete these rows.",
    )


def _few_kinds(items: Sequence[Item]) -> list[Item]:
    """Return the questions with types that tables can show: those that are not among the commonest are `OTHER`."""
    counts = Counter(item.kind for item in items)
    if len(counts) <= _KINDS:
        return list(items)
    kept = {*KINDS, *(kind for kind, _ in counts.most_common(_KINDS - 1))}
    return [item if item.kind in kept else replace(item, kind=OTHER) for item in items]


class _RowReader:
    """Reads one row by its columns. Methods raise _RowFault and _RowLeftOut."""

    def __init__(self, row: SetRow, columns: SetColumns, *, sheet: bool) -> None:
        self._row, self._columns, self._sheet = row, columns, sheet

    def item(self) -> Item:
        if self._optional(Role.KEEP, truth_of, None) is False:
            raise _RowLeftOut("no in the column keep")
        choices = self._choices()
        stated = self._answerable()
        references = self._answers(Role.REFERENCE, choices)
        questions = self._questions(references)
        accepted = self._accepted(references, questions, answerable=stated is not False)
        aliases = self._answers(Role.ALIASES, None)
        for language, texts in self._by_language(aliases, tuple(questions)).items():
            accepted.setdefault(language if language in accepted else next(iter(accepted)), []).extend(texts)
        kind, labels = self._kind(tuple(questions), choices)
        return Item(
            number=self._number(),
            kind=kind,
            questions=questions if choices is None else choices.ask_in(questions),
            responses={language: texts[0] for language, texts in accepted.items()},
            aliases={language: tuple(dict.fromkeys(texts[1:])) for language, texts in accepted.items()},
            gold=tuple(self._gold()),
            labels=labels,
            answerable=not all(says_unanswerable(texts[0]) for texts in accepted.values())
            if stated is None
            else stated,
            position=self._row.position,
        )

    def _read(self, column: FieldColumn, reader: Callable[[Any], V]) -> V:
        value = self._row.values.get(column.header)
        try:
            refuse_error(value)
            return reader(value)
        except (UnusableValue, RecursionError) as error:
            what = Message("is nested too deeply") if isinstance(error, RecursionError) else error.what
            raise _RowFault(column, what) from error

    def _optional(self, role: Role, reader: Callable[[Any], V], default: V) -> V:
        column = self._columns.first(role)
        return default if column is None else self._read(column, reader)

    def _number(self) -> str:
        column = self._columns.first(Role.NUMBER)
        if column is None:
            return str(self._row.number)
        number = self._read(column, text_of)
        if not number and self._sheet:
            raise _RowFault(column, _EMPTY)
        return number or str(self._row.number)

    def _questions(self, references: Mapping[FieldColumn, list[str]]) -> dict[Language, str]:
        texts = {column: self._question(column) for column in self._columns.all(Role.QUESTION)}
        if not any(texts.values()):
            if any(references.values()):
                raise _RowFault(next(iter(texts)), _EMPTY)
            raise _RowLeftOut(Message("neither question nor reference"))
        for column, text in texts.items():
            reference = self._columns.first(Role.REFERENCE, column.name.language)
            if not text and reference is not None and references[reference]:
                raise _RowFault(column, _EMPTY)
        return {column.name.language or self._language(text): text for column, text in texts.items() if text}

    def _question(self, column: FieldColumn) -> str:
        text = self._read(column, question_of)
        more = self._optional(Role.INPUT, text_of, "")
        return f"{text}\n{more}" if text and more else text

    def _language(self, question: str) -> Language:
        stated = self._optional(Role.LANGUAGE, text_of, "")
        if not stated:
            return detect(question)
        language = language_of(stated.split("-")[0].split("_")[0])
        if language is None:
            raise _RowLeftOut(Message("a language other than ja and en: {language}", language=stated[:20]))
        return language

    def _answers(self, role: Role, choices: Choices | None) -> dict[FieldColumn, list[str]]:
        answers = {}
        for column in self._columns.all(role):
            several = column.name.several or role is Role.ALIASES
            found = self._read(column, lambda value, several=several: answers_of(value, several=several))  # type: ignore[misc]
            answers[column] = found
            if choices is not None:
                answers[column] = [self._chosen(column, text, choices) for text in found]
        return answers

    @staticmethod
    def _chosen(column: FieldColumn, answer: str, choices: Choices) -> str:
        """Return the choice that an answer names, else the answer; people who write Japanese headers count from 1."""
        chosen = choices.named(answer, first=1 if detect(column.header) == "ja" else 0)
        if chosen is None and (column.name.by_label or choices.is_label(answer)):
            raise _RowFault(column, Message("has {answer!r}, which is no choice", answer=answer))
        return chosen or answer

    def _accepted(
        self, references: Mapping[FieldColumn, list[str]], questions: dict[Language, str], *, answerable: bool
    ) -> Texts:
        """Return the references by language; a question without any is dropped, or refused where it is a cell's.

        Of a question that is marked as not answerable, an empty one says so.
        """
        accepted = self._by_language(references, tuple(questions))
        unmarked = self._columns.first(Role.REFERENCE) is not None
        for language in tuple(questions):
            if accepted.get(language) or (accepted and (unmarked or self._columns.first(Role.QUESTION))):
                continue
            if not answerable:
                accepted[language] = [NO_ANSWER[language]]
                continue
            column = self._columns.first(Role.REFERENCE, language) or self._columns.all(Role.REFERENCE)[0]
            if not isinstance(self._row.values.get(column.header), list | dict):
                raise _RowFault(column, _EMPTY)
            del questions[language]
        if not questions:
            raise _RowLeftOut(Message("no accepted answer"))
        return {language: accepted[language] for language in LANGUAGES if accepted.get(language)}

    def _by_language(self, answers: Mapping[FieldColumn, list[str]], asked: tuple[Language, ...]) -> Texts:
        found: Texts = {}
        for column, texts in answers.items():
            for text in texts:
                found.setdefault(column.name.language or _answer_language(text, asked), []).append(text)
        return found

    def _answerable(self) -> bool | None:
        impossible = self._optional(Role.IMPOSSIBLE, truth_of, None)
        answerable = self._optional(Role.ANSWERABLE, truth_of, None)
        return answerable if impossible is None else not impossible

    def _choices(self) -> Choices | None:
        columns = self._columns.all(Role.CHOICES)
        values = {c.name.index: self._read(c, lambda value: value) for c in columns}
        return self._read(columns[0], lambda _: read_choices(values)) if columns else None

    def _kind(self, languages: Sequence[Language], choices: Choices | None) -> tuple[str, Any]:
        column = self._columns.first(Role.TYPE)
        kind = "" if column is None else self._read(column, _kind_text)
        if column is not None and not kind and self._sheet:
            raise _RowFault(column, _EMPTY)
        kind = _KIND_NAMES.get(normalise_header(kind), kind)
        labels = None
        if kind != _OPEN:
            if (stated := self._columns.first(Role.LABELS)) is not None:
                labels = self._read(stated, lambda value: label_set(value, languages))
            if labels is None and choices is not None:
                labels = self._read(self._columns.all(Role.CHOICES)[0], lambda _: choices.labels())
        return kind or (_CLASSIFICATION if labels else _OPEN), labels

    def _gold(self) -> list[GoldPassage]:
        title = self._optional(Role.TITLE, text_of, "")
        named: list[GoldPassage] = self._optional(Role.GOLD, gold_of, [])
        return self._optional(Role.CONTEXT, lambda value: [*named, *contexts_of(value, title)], named)


def _kind_text(value: Any) -> str:
    parts = value if isinstance(value, list) else [value]
    return "+".join(filter(None, map(checked_text, parts)))[:_LONGEST_KIND]


def _answer_language(text: str, asked: Sequence[Language]) -> Language:
    """Return the language of an answer without a stated one: Japanese, if only that is asked, or by its letters."""
    return "ja" if tuple(asked) == ("ja",) else detect(text)
