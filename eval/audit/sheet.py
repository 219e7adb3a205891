"""The workbook in which people judge answers, and the judgements read back from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from eval.audit.key import AuditKey, place_of
from eval.runs.graded import RunAnswer
from rag.errors import DatasetError
from rag.messages import Message
from rag.storage.atomic import write_bytes
from rag.tables.escape import xlsx_text
from rag.tables.files import read_bytes
from rag.tables.header import normalise_header
from rag.tables.output import Column, OutputTable
from rag.tables.reader import TableRecord, read_records
from rag.tables.workbook import workbook

CODE, QUESTION, REFERENCES, ANSWER = "code コード", "question 質問", "accepted answers 正解例", "answer 回答"
JUDGEMENT, REMARK = "judgement 判定", "remark メモ"
RIGHT, WRONG = "right 正しい", "wrong 誤り"
_WORDS: Final[Mapping[str, bool]] = {
    **dict.fromkeys(map(normalise_header, (RIGHT, *"right correct yes true 1 ○ 〇 ◯ 正 正しい 正解".split())), True),
    **dict.fromkeys(map(normalise_header, (WRONG, *"wrong incorrect no false 0 × ✕ x 誤 誤り 不正解".split())), False),
}
_INSTRUCTIONS: Final = (
    "Judge each answer on the sheet `answers` by what it says, not by how.",
    f"Choose `{RIGHT}` if it answers the question as one of the accepted answers does: other words, another language "
    "and more detail are fine; a further statement that contradicts it is not.",
    f"Choose `{WRONG}` if it says something else, leaves the answer open, or declines, unless the question cannot be "
    "answered and the accepted answer says so.",
    "Judge every row. Change no other column, and delete no row; rows may be sorted. If an accepted answer is wrong, "
    "judge by what is true, and say so in the last column.",
    "シート answers の回答を 1 行ずつ、表現ではなく内容で判定してください。",
    f"正解例のどれかと同じ内容で質問に答えていれば「{RIGHT}」を選びます。言い回しや言語が違っても、説明が長くてもかまいません。"
    "ただし、矛盾することも述べている場合は正しいとしません。",
    f"別のことを述べている、答えを示していない、回答を控えている場合は「{WRONG}」を選びます。"
    "答えられない質問で、正解例も「回答不可」などとしている場合は、控えるのが正しい回答です。",
    "すべての行を判定してください。ほかの列は変えず、行も削除しないでください（並べ替えは可）。"
    "正解例が誤っている場合は事実に基づいて判定し、最後の列にその旨を書いてください。",
)
_SHOWN: Final = 5  # rows in one message


def write_sheet(out: Path, key: AuditKey, answers: Sequence[RunAnswer]) -> None:
    """Write the workbook of an audit: instructions, and a row for every answer that was drawn. Raises CannotWrite."""
    by_place = {place_of(answer): answer for answer in answers}
    rows = [_SheetRow(keyed.code, by_place[keyed.place]) for keyed in key.drawn]
    instructions = OutputTable("instructions", (Column("instructions 説明", lambda line: line, 110),), _INSTRUCTIONS)
    write_bytes(out, workbook([instructions, OutputTable("answers", _COLUMNS, rows)]))


@dataclass(frozen=True, slots=True)
class _SheetRow:
    code: str
    answer: RunAnswer

    @property
    def references(self) -> str:
        return "\n".join(dict.fromkeys(reference.text for reference in self.answer.item.references))


_COLUMNS: Final[tuple[Column[_SheetRow], ...]] = (
    Column(CODE, lambda row: row.code, 15),
    Column(QUESTION, lambda row: row.answer.question, 45),
    Column(REFERENCES, lambda row: row.references, 28),
    Column(ANSWER, lambda row: row.answer.answer, 50),
    Column(JUDGEMENT, lambda _: None, 16, choices=(RIGHT, WRONG)),
    Column(REMARK, lambda _: None, 24),
)


def audit_of(path: Path) -> str:
    """Return the name of the audit that a file of judgements belongs to. Raises DatasetError."""
    names = {record.cells.get(CODE, "").rpartition("-")[0] for record in _records(path)}
    if len(names) != 1 or not all(names):
        raise DatasetError(
            "The codes in this file do not belong to a single audit",
            where=str(path),
            do=Message(
                "Use the workbook that `kotae eval audit` wrote, with its column {code!r} unchanged.", code=CODE
            ),
        )
    return names.pop()


def read_judgements(path: Path, key: AuditKey, answers: Sequence[RunAnswer]) -> dict[tuple[str, str, str], bool]:
    """Return the judgement of every answer that was drawn, by its place in the run.

    Raises DatasetError for a row whose code is unknown or used twice, whose answer is not the run's, or whose judgement
    is missing or is neither right nor wrong, and for rows that are not there.
    """
    drawn = {keyed.code: keyed for keyed in key.drawn}
    texts = {place_of(answer): (answer.question, answer.answer) for answer in answers}
    records: dict[str, TableRecord] = {}
    for record in _records(path):
        code = record.cells.get(CODE, "")
        if code not in drawn or code in records:
            what = Message("is used twice") if code in records else Message("is not one of this audit")
            raise DatasetError(
                Message("The code {code!r} {what}", code=code, what=what), where=record.where, do=_UNCHANGED
            )
        records[code] = record
    for code, record in records.items():
        for column, text in zip((QUESTION, ANSWER), texts[drawn[code].place], strict=True):
            if _letters(record.cells.get(column, "")) != _letters(xlsx_text(text)):
                raise DatasetError(
                    Message("The column {column!r} differs from the run", column=column),
                    where=record.where,
                    do=_UNCHANGED,
                )
    if absent := [code for code in drawn if code not in records]:
        raise DatasetError(
            Message(
                "{absent} of {drawn} rows are missing: {rows}",
                absent=len(absent),
                drawn=len(drawn),
                rows=_listed(absent),
            ),
            where=str(path),
            do=_ALL,
        )
    empty = [record.row.position for record in records.values() if not record.cells.get(JUDGEMENT, "")]
    if empty:
        raise DatasetError(
            Message(
                "{empty} of {drawn} answers have no judgement: {rows}",
                empty=len(empty),
                drawn=len(drawn),
                rows=_listed(empty),
            ),
            where=str(path),
            do=_ALL,
        )
    return {drawn[code].place: _judgement(record) for code, record in records.items()}


_UNCHANGED: Final = "Use the workbook as `kotae eval audit` wrote it, and fill in the judgement only."
_ALL: Final = "Judge every row: leaving out what is hard to judge would bias the result."


def _judgement(record: TableRecord) -> bool:
    text = record.cells.get(JUDGEMENT, "")
    if (judged := _WORDS.get(normalise_header(text))) is None:
        raise DatasetError(
            Message("The judgement {text!r} is neither right nor wrong", text=text),
            where=record.where,
            do=Message("Write {right} or {wrong}.", right=RIGHT, wrong=WRONG),
        )
    return judged


def _records(path: Path) -> list[TableRecord]:
    what = Message("file of judgements")
    return read_records(path, read_bytes(path, what), what, (CODE, QUESTION, ANSWER, JUDGEMENT))


def _letters(text: str) -> str:
    return "".join(text.removeprefix("'").split())


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
