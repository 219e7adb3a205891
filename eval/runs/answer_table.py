"""Tables with a question, its reference and an answer in each row, wherever the answers come from."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from eval.dataset.column_names import Role, read_name
from eval.dataset.columns import FieldColumn, SetColumns, find_columns, parse_columns
from eval.dataset.items import Item
from eval.dataset.rows import read_rows
from eval.dataset.set_table import SetRow, SetTable, read_set
from eval.dataset.values import UnusableValue, text_of, truth_of
from eval.grading.ladder import Verdict, grade
from rag.errors import DatasetError
from rag.messages import Message
from rag.records import Language
from rag.tables.header import describe_header, normalise_header
from rag.text.language import detect

_ANSWER = "answer"
_OF_MODELS = frozenset(
    "prediction predictions predicted predictedanswer modelanswer modeloutput modelresponse llmanswer llmoutput "
    "llmresponse generated generatedanswer generatedtext generation actualoutput hypothesis candidate "
    "生成回答 生成結果 生成文 モデル回答 モデルの回答 モデル出力 モデルの出力 予測 予測回答 出力結果".split()
)
"""Names of columns with the answers of a model and nothing else."""
_OF_EITHER = frozenset("answer answers response output completion 回答 解答 答え 出力".split())
"""Names that stand for the answer of a model beside a reference, and for the reference where there is none."""


_LABEL, _SET = "label", "set"


@dataclass(frozen=True, slots=True)
class RowWithAnswer:
    """A row of a table of answers: what was asked, None for a row that asks nothing, and the answer.

    `label` is a person's verdict, None where there is none; `number` and `collection` are those of the question and
    its set, empty where no column says.
    """

    row: SetRow
    item: Item | None
    answer: str
    label: bool | None = None
    number: str = ""
    collection: str = ""

    @property
    def language(self) -> Language:
        """The language that the question was asked in. Only where there is one."""
        return next(iter(self.asked.questions))

    @property
    def asked(self) -> Item:
        """What was asked. Only where something was."""
        if self.item is None:
            raise LookupError(self.row.position)
        return self.item

    @property
    def verdict(self) -> Verdict | None:
        """The verdict of the rules; None for a row that asks nothing."""
        if self.item is None:
            return None
        item, question = self.item, self.item.questions[self.language]
        return grade(
            question, self.answer, item.references, item.grading, self.language, item.labels, answerable=item.answerable
        )


@dataclass(frozen=True, slots=True)
class TableOfAnswers:
    """Every row of a table of answers, and the names of its columns."""

    header: tuple[str, ...]
    rows: tuple[RowWithAnswer, ...]


def read_answers(path: Path, data: bytes, columns: str = "") -> TableOfAnswers:
    """Read a table of answers; columns are found as in a verification set, plus the column of answers.

    `columns` says which is which where the names do not: "question=NAME,reference=NAME,answer=NAME". A reference may
    stand in several rows, and so may a number. A column `label` beside a reference is a person's verdict: 1 or 0.
    Raises DatasetError with file, row and column; SettingsError.
    """
    stated, others = _split(columns)
    named = parse_columns(others) if others else ()
    table = read_set(path, data, named)
    answer = _answer_column(table, stated, named)
    label = _label_column(table, answer, named)
    rest = tuple(cell for cell in table.header if cell not in (answer, label))
    found = find_columns(rest, named, table.header_where)
    if len(found.all(Role.QUESTION)) > 1:
        raise _open(table, "There are several columns with questions")
    table.require_saved([answer, *filter(None, [label]), *(column.header for column in found.columns)])
    kept = tuple(column for column in found.columns if column.name.role is not Role.NUMBER)  # rows may share theirs
    asked = read_rows(table, SetColumns(kept, found.ignored)).items
    if len({language for item in asked for language in item.questions}) > 1:
        asked = tuple(map(_by_letters, asked))
    items = {item.number: item for item in asked}
    number = found.first(Role.NUMBER)
    collection = next((cell for cell in found.ignored if normalise_header(cell) == _SET), None)

    def cell(row: SetRow, header: str | None) -> str:
        return "" if header is None else text_of(row.values.get(header))

    def answer_row(row: SetRow) -> RowWithAnswer:
        asked, judged = items.get(str(row.number)), None if label is None else _label(table, row, label)
        of_question = cell(row, None if number is None else number.header)
        return RowWithAnswer(row, asked, cell(row, answer), judged, of_question, cell(row, collection))

    return TableOfAnswers(table.header, tuple(map(answer_row, table.rows)))


def _by_letters(item: Item) -> Item:
    """Return a question with references in the languages of their letters: a table of both has both in one cell."""
    texts: dict[Language, list[str]] = {}
    for reference in item.references:
        texts.setdefault(detect(reference.text), []).append(reference.text)
    aliases = {language: tuple(found[1:]) for language, found in texts.items()}
    return replace(item, responses={language: found[0] for language, found in texts.items()}, aliases=aliases)


def _split(columns: str) -> tuple[str, str]:
    """Return the column that `answer=` names, and the other columns."""
    parts = next(csv.reader([columns], skipinitialspace=True), [])
    own = [part for part in parts if part.partition("=")[0].strip().casefold() == _ANSWER]
    rest = ['"' + part.replace('"', '""') + '"' for part in parts if part not in own]
    return own[-1].partition("=")[2].strip() if own else "", ",".join(rest)


def _answer_column(table: SetTable, stated: str, named: Sequence[FieldColumn]) -> str:
    """Return the header of the column with the answers. Raises DatasetError if it is ambiguous."""
    taken = {normalise_header(column.header) for column in named}
    free = [cell for cell in table.header if cell and normalise_header(cell) not in taken]
    if stated:
        matches = [cell for cell in table.header if normalise_header(cell) == normalise_header(stated)]
        if len(matches) != 1:
            raise _open(table, f"There is no column {stated!r}" if not matches else f"{stated!r} is there twice")
        return matches[0]
    matches = [cell for cell in free if _key(cell) in _OF_MODELS]
    if not matches:
        of_either = [cell for cell in free if _key(cell) in _OF_EITHER]
        matches = [cell for cell in of_either if _named_reference(named) or _has_reference(free, cell)]
    if len(matches) != 1:
        several = Message("Several columns may hold the answers: {columns}", columns=describe_header(matches))
        raise _open(table, several if matches else Message("There is no column with the answers to grade"))
    return matches[0]


def _label_column(table: SetTable, answer: str, named: Sequence[FieldColumn]) -> str | None:
    """Return the header of the column with a person's verdicts, if there is one that is not the references."""
    taken = {normalise_header(column.header) for column in named}
    free = [cell for cell in table.header if cell and cell != answer and normalise_header(cell) not in taken]
    found = next((cell for cell in free if normalise_header(cell) == _LABEL), None)
    return found if found and (_named_reference(named) or _has_reference(free, found)) else None


def _label(table: SetTable, row: SetRow, column: str) -> bool | None:
    try:
        return truth_of(row.values.get(column))
    except UnusableValue as error:
        raise DatasetError(
            Message("The cell {fault}", fault=Message.of(error.what)),
            where=Message(
                "{where}, {position}, column {column!r}", where=table.where, position=row.position, column=column
            ),
            do="Write 1 or 0.",
        ) from error


def _named_reference(named: Sequence[FieldColumn]) -> bool:
    return any(column.name.role is Role.REFERENCE for column in named)


def _has_reference(header: Sequence[str], answer: str) -> bool:
    names = (read_name(cell) for cell in header if cell != answer)
    return any(name is not None and name.role is Role.REFERENCE for name in names)


def _key(header: str) -> str:
    return re.sub(r"[_\-\s.]", "", normalise_header(header))


def _open(table: SetTable, what: str) -> DatasetError:
    return DatasetError(
        Message("{what}; the columns are {header}", what=what, header=describe_header(table.header)),
        where=table.where,
        do='Say which is which: columns="question=NAME,reference=NAME,answer=NAME".',
    )
