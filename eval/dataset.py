"""The verification set: questions in two languages with their references, from XLSX or CSV."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from eval.grade import Reference
from eval.grading.labels import LabelSet
from eval.tables.files import read_bytes, read_rows
from rag.errors import DatasetError
from rag.records import Language

Kind = Literal["open_qa", "classification"]
KINDS: tuple[Kind, ...] = ("open_qa", "classification")
ALL = "all"
"""Stands for every type, or for both languages together."""

# The historical header, to the letter; "jp" is its word for Japanese.
_COLUMN_LANGUAGE: Mapping[Language, str] = {"ja": "jp", "en": "en"}
REQUIRED = ("NO", "instruction(jp)", "response(jp)", "instruction(en)", "response(en)", "type")
OPTIONAL = ("aliases(jp)", "aliases(en)", "evidence", "evidence_lang", "labels")


@dataclass(frozen=True, slots=True)
class Item:
    """One question in both languages. `aliases` are further accepted answers; `evidence` names corpus files."""

    number: str
    kind: Kind
    questions: Mapping[Language, str]
    responses: Mapping[Language, str]
    aliases: Mapping[Language, tuple[str, ...]]
    evidence: tuple[str, ...] = ()
    labels: LabelSet | None = None

    @property
    def evidence_language(self) -> str:
        """In which language the corpus has the answer, by the folders of its evidence: ja, en, both, or none."""
        folders = {source.split("/", 1)[0] for source in self.evidence}
        return "none" if not folders else "both" if len(folders) > 1 else folders.pop()

    @property
    def references(self) -> tuple[Reference, ...]:
        """Every accepted answer, of both languages."""
        return tuple(
            Reference(text, language)
            for language in self.responses
            for text in (self.responses[language], *self.aliases[language])
        )


@dataclass(frozen=True, slots=True)
class Dataset:
    """A verification set; `sha256` is of its file."""

    path: Path
    sha256: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    cells: Mapping[str, str]


def load_dataset(path: Path) -> Dataset:
    """Read a verification set. Columns other than the known ones are passed over.

    Raises DatasetError, naming file, row and column, for a missing column, an empty cell where there must be none, an
    unknown type, a NO that stands twice, labels that cannot be read, and a file without rows.
    """
    data = read_bytes(path, "verification set")
    rows = list(_rows(path, data))
    if not rows:
        raise DatasetError("The verification set has no rows", where=str(path))
    items = tuple(_item(path, row) for row in rows)
    _refuse_doubles(path, rows)
    return Dataset(path, hashlib.sha256(data).hexdigest(), items)


def _rows(path: Path, data: bytes) -> Iterator[_Row]:
    header: list[str] = []
    for row in read_rows(path, data, "questions"):
        cells = [cell.strip() for cell in row.cells]
        if not header:
            header = cells
            missing = [column for column in REQUIRED if column not in header]
            if missing:
                raise DatasetError(
                    f"The verification set has no column {', '.join(map(repr, missing))}",
                    where=f"{path}, row {row.line}",
                    do=f"Its header must be: {', '.join(REQUIRED)}.",
                )
        elif any(cells):
            yield _Row(row.line, dict(zip(header, cells, strict=False)))


def _item(path: Path, row: _Row) -> Item:
    for column in REQUIRED:
        if not row.cells.get(column):
            raise DatasetError("This cell is empty", where=f"{path}, row {row.line}, column {column!r}")
    kind = row.cells["type"]
    if kind not in KINDS:
        raise DatasetError(
            f"The type {kind!r} is unknown",
            where=f"{path}, row {row.line}, column 'type'",
            do=f"Use {' or '.join(KINDS)}.",
        )
    return Item(
        number=row.cells["NO"],
        kind=kind,
        questions={language: row.cells[f"instruction({name})"] for language, name in _COLUMN_LANGUAGE.items()},
        responses={language: row.cells[f"response({name})"] for language, name in _COLUMN_LANGUAGE.items()},
        aliases={language: _parts(row, f"aliases({name})") for language, name in _COLUMN_LANGUAGE.items()},
        evidence=_parts(row, "evidence"),
        labels=_labels(path, row) if kind == "classification" else None,
    )


def _parts(row: _Row, column: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in row.cells.get(column, "").split("|") if part.strip())


def _labels(path: Path, row: _Row) -> LabelSet | None:
    text = row.cells.get("labels", "")
    if not text:
        return None
    try:
        return LabelSet.parse(text)
    except ValueError as error:
        raise DatasetError(str(error), where=f"{path}, row {row.line}, column 'labels'") from error


def _refuse_doubles(path: Path, rows: Sequence[_Row]) -> None:
    seen: dict[str, int] = {}
    for row in rows:
        number = row.cells["NO"]
        if number in seen:
            raise DatasetError(
                f"The NO {number} stands twice, first in row {seen[number]}",
                where=f"{path}, row {row.line}, column 'NO'",
                do="Give every question a NO of its own.",
            )
        seen[number] = row.line
