"""Answer a list of questions into a table."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from eval.dataset.columns import question_headers
from eval.dataset.conditions import Condition
from eval.runs.answer_log import AnswerLog, AnswerRecord
from eval.runs.ask import Progress, RunQuestion, answer, prepare
from rag.errors import DatasetError, RunBusy, SettingsError
from rag.factory import IndexSettings, ModelSettings, open_chain
from rag.generation.chain import Question
from rag.generation.citation import short_citation
from rag.groundedness.support import with_support
from rag.messages import Message, translated
from rag.models.invoke import batch_size, model_identity
from rag.records import Answer, Language
from rag.serialize import to_jsonable
from rag.storage.atomic import write_bytes
from rag.storage.locks import folder_lock
from rag.tables.files import read_bytes, read_text, refuse_rows, refuse_same
from rag.tables.header import TableRow, describe_header
from rag.tables.output import Column, OutputTable
from rag.tables.reader import Table, read_tables, select_table
from rag.tables.workbook import workbook
from rag.text.language import detect

EXAMPLES: Final = ("question", "instruction", "query", "質問", "質問内容", "問題文", "設問")
"""Headers of the column with the questions, some of those that verification sets have too."""


def answer_table(
    questions: Path, out: Path, model: ModelSettings, index: IndexSettings | None, *, progress: Progress | None = None
) -> int:
    """Answer every question of a .txt (one a line), .csv or .xlsx file (see `read_questions`).

    `out` (.csv or .xlsx) has the columns Question, Answer, and with an index Sources. Until it is written, answers are
    kept in `<out>.answers/`, so that an interrupted batch resumes. Returns the number of failed questions, whose Answer
    gives the reason. Raises DatasetError, SettingsError, RunBusy, CannotWrite and the errors of opening a model or an
    index.
    """
    if out.suffix.lower() not in (".csv", ".xlsx"):
        raise SettingsError(Message("The table of answers must be .csv or .xlsx, not {out!r}", out=out.name))
    refuse_same(questions, out)
    texts = read_questions(questions)
    chain = open_chain(model.to_compare(), index)
    condition = Condition.NO_RAG if index is None else Condition.RAG
    run_questions = [
        RunQuestion(str(number), Question(text, detect(text)), condition) for number, text in enumerate(texts, 1)
    ]
    kept = out.with_name(f"{out.name}.answers")
    busy = RunBusy("Another process is writing this table", where=str(out), do="Wait for it to end, then try again.")
    with folder_lock(kept, busy):
        log = AnswerLog(kept)
        decoding = to_jsonable(model.decoding)
        settings = json.dumps([model_identity(chain.model), model.uri, decoding, model.context, model.prompt.name])
        tasks = list(prepare(run_questions, {condition: [chain]}, settings))
        answer(tasks, {condition: [chain]}, log, batch_size=batch_size(chain.model), progress=progress)
        recorded = [log.by_key[task.key] for task in tasks]
        rows = [_row(*pair) for pair in zip(texts, recorded, strict=True)]
        write_bytes(out, answers_file(out.suffix.lower(), rows, with_sources=index is not None))
        failed = sum(record.answer is None for record in recorded)
        if not failed:
            shutil.rmtree(kept)
    return failed


def read_questions(path: Path) -> list[str]:
    """Return the questions in a file, in order, without blank ones.

    In a table they are in the one column with a header that verification sets have for questions; a table of one column
    needs none. Raises DatasetError for a file without questions, and for a table in which the column or sheet is
    ambiguous.
    """
    data = read_bytes(path, Message("questions"))
    if path.suffix.lower() == ".txt":
        text = read_text(path, data)
        refuse_rows(text.count("\n"), str(path))
        texts = text.split("\n")
    else:
        texts = _in_table(path, read_tables(path, data, Message("questions"), _known))
    questions = [text.strip() for text in texts if text.strip()]
    if not questions:
        raise DatasetError("There are no questions in this file", where=str(path))
    return questions


def _known(header: frozenset[str]) -> bool:
    return bool(question_headers(header))


def _in_table(path: Path, tables: Sequence[Table]) -> list[str]:
    table = select_table(path, tables)
    if table is not None:
        columns = table.columns(question_headers(table.header.cells))
        if len(columns) > 1:
            raise _ambiguous(
                table.locate(table.header), Message("Several columns could contain the questions"), table.header
            )
        return [row.cells[columns[0]] for row in table.rows if len(row.cells) > columns[0]]
    widest = max(tables, key=lambda table: table.first_row.several, default=None)
    if widest and (widest.first_row.several or len(tables) > 1):
        row = widest.first_row
        raise _ambiguous(widest.locate(row), Message("No header shows which column contains the questions"), row)
    for table in tables:
        table.require_saved()
    return [cell for table in tables for row in (table.header, *table.rows) for cell in row.cells]


def _ambiguous(where: str, what: str, row: TableRow) -> DatasetError:
    return DatasetError(
        Message("{what}; this row has {cells}", what=what, cells=describe_header(row.cells)),
        where=where,
        do=Message(
            "Give the right one a header: {columns}. (A table with one column needs none.)", columns=", ".join(EXAMPLES)
        ),
    )


@dataclass(frozen=True, slots=True)
class AnsweredQuestion:
    """A row of the table of answers; the answer to a question that failed gives the reason."""

    question: str
    answer: str
    sources: str = ""

    @classmethod
    def of(cls, question: str, answer: Answer) -> AnsweredQuestion:
        """Return the row of an answer, its sources in the order to show them."""
        return cls(question, answer.text, "; ".join(map(short_citation, with_support(answer).cited)))

    @classmethod
    def failed(cls, question: str, reason: str) -> AnsweredQuestion:
        """Return the row of a question that failed; its answer is a message."""
        return cls(question, Message("[No answer] {reason}", reason=reason))

    def in_language(self, language: Language) -> AnsweredQuestion:
        """Return the row with the reason of a failure in a language."""
        return replace(self, answer=translated(self.answer, language)) if isinstance(self.answer, Message) else self


_COLUMNS: Final[tuple[Column[AnsweredQuestion], ...]] = (
    Column("Question", lambda row: row.question, 50, japanese="質問"),
    Column("Answer", lambda row: row.answer, 38, japanese="回答"),
    Column("Sources", lambda row: row.sources, 46, japanese="出典"),
)


def answers_file(
    suffix: str, rows: Sequence[AnsweredQuestion], *, with_sources: bool, language: Language = "en"
) -> bytes:
    """Return the table of answers as an .xlsx or .csv file for a reader of a language; no cell of it is a formula."""
    columns = _COLUMNS if with_sources else _COLUMNS[:2]
    table = OutputTable("answers", columns, [row.in_language(language) for row in rows])
    return workbook([table], language) if suffix == ".xlsx" else table.to_csv(language)


def _row(question: str, record: AnswerRecord) -> AnsweredQuestion:
    if record.failure is not None:
        return AnsweredQuestion.failed(question, record.failure.reason)
    return AnsweredQuestion(question, "") if record.answer is None else AnsweredQuestion.of(question, record.answer)
