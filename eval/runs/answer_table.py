"""Grade a table that has a question, its reference and an answer in each row, wherever the answers come from."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.dataset.column_names import Role, read_name
from eval.dataset.columns import FieldColumn, SetColumns, find_columns, parse_columns
from eval.dataset.items import Item
from eval.dataset.rows import read_rows
from eval.dataset.set_table import SetRow, SetTable, read_set
from eval.dataset.values import text_of
from eval.grading.ladder import Verdict, grade
from rag.errors import DatasetError
from rag.tables.header import describe_header, normalise_header

_ANSWER = "answer"
_OF_MODELS = frozenset(
    "prediction predictions predicted predictedanswer modelanswer modeloutput modelresponse llmanswer llmoutput "
    "llmresponse generated generatedanswer generatedtext generation actualoutput hypothesis candidate "
    "生成回答 生成結果 生成文 モデル回答 モデルの回答 モデル出力 モデルの出力 予測 予測回答 出力結果".split()
)
"""Names of columns with the answers of a model and nothing else."""
_OF_EITHER = frozenset("answer answers response output completion 回答 解答 答え 出力".split())
"""Names that stand for the answer of a model beside a reference, and for the reference where there is none."""


@dataclass(frozen=True, slots=True)
class GradedRow:
    """A row of the table and the verdict on its answer; None for a row that asks nothing."""

    row: SetRow
    verdict: Verdict | None


@dataclass(frozen=True, slots=True)
class GradedTable:
    """Every row of a table of answers, graded, and the names of its columns."""

    header: tuple[str, ...]
    rows: tuple[GradedRow, ...]


def grade_table(path: Path, data: bytes, columns: str = "") -> GradedTable:
    """Grade the content of a file; columns are found as those of a verification set are, and the answer's beside them.

    `columns` says which is which where the names do not: "question=NAME,reference=NAME,answer=NAME". A reference may
    stand in several rows, and so may a number. Raises DatasetError with file, row and column; SettingsError.
    """
    stated, others = _split(columns)
    named = parse_columns(others) if others else ()
    table = read_set(path, data, named)
    answer = _answer_column(table, stated, named)
    rest = tuple(cell for cell in table.header if cell != answer)
    found = find_columns(rest, named, table.header_where)
    if len(found.all(Role.QUESTION)) > 1:
        raise _open(table, "There are several columns with questions")
    table.require_saved([answer, *(column.header for column in found.columns)])
    kept = tuple(column for column in found.columns if column.name.role is not Role.NUMBER)  # rows may share theirs
    items = {item.number: item for item in read_rows(table, SetColumns(kept, found.ignored)).items}
    rows = (GradedRow(row, _verdict(items.get(str(row.number)), row.values.get(answer))) for row in table.rows)
    return GradedTable(table.header, tuple(rows))


def _verdict(item: Item | None, answer: object) -> Verdict | None:
    if item is None:
        return None
    ((language, question),) = item.questions.items()
    return grade(
        question, text_of(answer), item.references, item.grading, language, item.labels, answerable=item.answerable
    )


def _split(columns: str) -> tuple[str, str]:
    """Return the column that `answer=` names, and the other columns."""
    parts = next(csv.reader([columns], skipinitialspace=True), [])
    own = [part for part in parts if part.partition("=")[0].strip().casefold() == _ANSWER]
    rest = ['"' + part.replace('"', '""') + '"' for part in parts if part not in own]
    return own[-1].partition("=")[2].strip() if own else "", ",".join(rest)


def _answer_column(table: SetTable, stated: str, named: Sequence[FieldColumn]) -> str:
    """Return the header of the column with the answers. Raises DatasetError where that is left open."""
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
        problem = f"Several columns may hold the answers: {describe_header(matches)}" if matches else ""
        raise _open(table, problem or "There is no column with the answers to grade")
    return matches[0]


def _named_reference(named: Sequence[FieldColumn]) -> bool:
    return any(column.name.role is Role.REFERENCE for column in named)


def _has_reference(header: Sequence[str], answer: str) -> bool:
    names = (read_name(cell) for cell in header if cell != answer)
    return any(name is not None and name.role is Role.REFERENCE for name in names)


def _key(header: str) -> str:
    return re.sub(r"[_\-\s.]", "", normalise_header(header))


def _open(table: SetTable, what: str) -> DatasetError:
    return DatasetError(
        f"{what}; the columns are {describe_header(table.header)}",
        where=table.where,
        do='Say which is which: columns="question=NAME,reference=NAME,answer=NAME".',
    )
