"""The verification set: questions in two languages with their references, from XLSX or CSV."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from eval.grading.labels.label_set import LabelSet
from eval.grading.ladder import Reference
from rag.errors import DatasetError
from rag.records import Language
from rag.tables.files import read_bytes
from rag.tables.header import normalise_header
from rag.tables.reader import TableRecord, read_records

Kind = Literal["open_qa", "classification"]
KINDS: tuple[Kind, ...] = ("open_qa", "classification")
ALL = "all"
"""The group of every type, or of both languages together."""

# The historical header; "jp" is its word for Japanese.
_COLUMN_LANGUAGE: Mapping[Language, str] = {"ja": "jp", "en": "en"}
REQUIRED = ("NO", "instruction(jp)", "response(jp)", "instruction(en)", "response(en)", "type")
OPTIONAL = ("aliases(jp)", "aliases(en)", "evidence", "evidence_lang", "labels")


@dataclass(frozen=True, slots=True)
class Item:
    """A question in both languages. `aliases` are further accepted answers; `evidence` names corpus files."""

    number: str
    kind: Kind
    questions: Mapping[Language, str]
    responses: Mapping[Language, str]
    aliases: Mapping[Language, tuple[str, ...]]
    evidence: tuple[str, ...] = ()
    labels: LabelSet | None = None

    @property
    def evidence_language(self) -> str:
        """The language of the documents with the answer, by the folders of the evidence: ja, en, both, or none."""
        folders = {source.split("/", 1)[0] for source in self.evidence}
        return "none" if not folders else "both" if len(folders) > 1 else folders.pop()

    @property
    def references(self) -> tuple[Reference, ...]:
        """Every accepted answer in both languages."""
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


def load_dataset(path: Path) -> Dataset:
    """Read a verification set from the table with the required columns (see `rag.tables.header`).

    Other columns and sheets are ignored. Raises DatasetError with file, row and column for a missing column, an empty
    required cell, an unknown type, a NO that occurs twice, invalid labels, and a file without rows.
    """
    data = read_bytes(path, "verification set")
    rows = read_records(path, data, "verification set", REQUIRED, OPTIONAL)
    items = tuple(map(_item, rows))
    _refuse_doubles(rows)
    return Dataset(path, hashlib.sha256(data).hexdigest(), items)


def _item(row: TableRecord) -> Item:
    for column in REQUIRED:
        if not row.cells.get(column):
            raise DatasetError("This cell is empty", where=f"{row.where}, column {column!r}")
    kind = next((kind for kind in KINDS if kind == normalise_header(row.cells["type"])), None)
    if kind is None:
        raise DatasetError(
            f"The type {row.cells['type']!r} is unknown",
            where=f"{row.where}, column 'type'",
            do=f"Use {' or '.join(KINDS)}.",
        )
    return Item(
        number=row.cells["NO"],
        kind=kind,
        questions={language: row.cells[f"instruction({name})"] for language, name in _COLUMN_LANGUAGE.items()},
        responses={language: row.cells[f"response({name})"] for language, name in _COLUMN_LANGUAGE.items()},
        aliases={language: _parts(row, f"aliases({name})") for language, name in _COLUMN_LANGUAGE.items()},
        evidence=_parts(row, "evidence"),
        labels=_labels(row) if kind == "classification" else None,
    )


def _parts(row: TableRecord, column: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in row.cells.get(column, "").split("|") if part.strip())


def _labels(row: TableRecord) -> LabelSet | None:
    text = row.cells.get("labels", "")
    if not text:
        return None
    try:
        return LabelSet.parse(text)
    except ValueError as error:
        raise DatasetError(str(error), where=f"{row.where}, column 'labels'") from error


def _refuse_doubles(rows: Sequence[TableRecord]) -> None:
    seen: dict[str, str] = {}
    for row in rows:
        number = row.cells["NO"]
        if number in seen:
            raise DatasetError(
                f"The NO {number} is used twice, first in {seen[number]}",
                where=f"{row.where}, column 'NO'",
                do="Give every question its own NO.",
            )
        seen[number] = row.row.position
