"""The drafted set as a workbook, CSV or JSON Lines: a verification set with a column for a person's yes or no.

A workbook has two more sheets: how many drafts each filter dropped, and the dropped drafts themselves.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from eval.drafting.draft import Draft, DraftedSet
from eval.drafting.filters import DropReason
from rag.errors import SettingsError
from rag.messages import Message
from rag.records import Language
from rag.storage.atomic import write_bytes
from rag.tables.output import Column, OutputTable
from rag.tables.workbook import workbook

SUFFIXES: Final = (".xlsx", ".csv", ".jsonl")
_NAMES_JA: Final[Mapping[DropReason, str]] = {
    DropReason.FAILED: "返答なし",
    DropReason.FORM: "質問文でない",
    DropReason.DEPENDENT: "本文なしでは分からない",
    DropReason.INVENTED: "本文にない内容",
    DropReason.REPEATS: "同じ語の繰り返し",
    DropReason.OTHER_CLAUSE: "答えとは別の節を問う",
    DropReason.ANSWER_INSIDE: "質問に答えあり",
    DropReason.NOT_RETRIEVED: "該当箇所を検索できない",
    DropReason.ROUND_TRIP: "本文から別の答えになる",
    DropReason.NEAR_DOUBLE: "似た質問あり",
}
_KEPT: Final[Mapping[Language, str]] = {"en": "drafted", "ja": "作成した質問"}
_CHOICES: Final[Mapping[Language, tuple[str, str]]] = {"en": ("yes", "no"), "ja": ("はい", "いいえ")}


def require_suffix(out: Path) -> None:
    """Raise SettingsError for a file that cannot hold a set."""
    if out.suffix.lower() not in SUFFIXES:
        raise SettingsError(
            Message("The set must be .xlsx, .csv or .jsonl, not {name!r}", name=out.name),
            do="Choose another --out.",
        )


@dataclass(frozen=True, slots=True)
class _SetRow:
    number: int
    draft: Draft

    @property
    def evidence(self) -> str:
        return "|".join(map(str, self.draft.item().gold))


def set_table(drafted: DraftedSet, language: Language = "en") -> OutputTable[Any]:
    """Return the drafted questions as a verification set, with a column for a person's yes or no."""
    columns: tuple[Column[_SetRow], ...] = (
        Column("NO", lambda row: row.number, 6, japanese="番号"),
        Column("question", lambda row: row.draft.question, 50, japanese="質問"),
        Column("reference", lambda row: row.draft.target.answer, 24, japanese="正解"),
        Column("keep", lambda _: None, 8, japanese="残す", choices=_CHOICES[language]),
        Column("notes", lambda _: None, 24, japanese="メモ"),
        Column("excerpt", lambda row: row.draft.target.excerpt, 70, japanese="抜粋"),
        Column("type", lambda _: "open_qa", 10, japanese="種別"),
        Column("language", lambda row: row.draft.target.chunk.language, 8, japanese="言語"),
        Column("evidence", lambda row: row.evidence, 36, japanese="根拠"),
        Column("answerable", lambda row: "yes" if row.draft.answerable else "no", 10, japanese="回答可否",
               words=_yes_or_no),
    )  # fmt: skip
    rows = [_SetRow(number, draft) for number, draft in enumerate(drafted.kept, 1)]
    return OutputTable("draft", columns, rows)


def _yes_or_no(value: str, language: Language) -> str:
    return {"yes": "はい", "no": "いいえ"}[value] if language == "ja" else value


@dataclass(frozen=True, slots=True)
class _CountRow:
    reason: DropReason | None
    counts: Mapping[Language, int]


def counts_table(drafted: DraftedSet) -> OutputTable[Any]:
    """Return how many drafts each filter dropped, and how many were kept, by language."""
    columns: list[Column[_CountRow]] = [
        Column(
            "draft", lambda row: "" if row.reason is None else row.reason.value, 26, japanese="結果",
            words=lambda name, reader: reason_name(DropReason(name), reader) if name else _KEPT[reader],
        ),
        *map(_count_column, drafted.wanted),
    ]  # fmt: skip
    rows = [
        _CountRow(reason, {language: drafted.count(language, reason) for language in drafted.wanted})
        for reason in (*DropReason, None)
    ]
    return OutputTable("filters", columns, rows)


def _count_column(language: Language) -> Column[_CountRow]:
    return Column(language, lambda row: row.counts[language], 10)


def dropped_table(drafted: DraftedSet) -> OutputTable[Any]:
    """Return the drafts that are not in the set; no column has a name that a set is read by."""
    columns: tuple[Column[Draft], ...] = (
        Column("dropped because", lambda draft: str(draft.reason), 24, japanese="除いた理由",
               words=lambda name, reader: reason_name(DropReason(name), reader)),
        Column("draft", lambda draft: draft.question, 50, japanese="下書き"),
        Column("meant answer", lambda draft: draft.target.answer, 24, japanese="想定した答え"),
        Column("model answered", lambda draft: draft.reply, 24, japanese="モデルの返答"),
        Column("excerpt", lambda draft: draft.target.excerpt, 70, japanese="抜粋"),
        Column("document", lambda draft: draft.target.chunk.source, 30, japanese="文書"),
    )  # fmt: skip
    return OutputTable("dropped", columns, [draft for draft in drafted.drafts if draft.reason is not None])


def reason_name(reason: DropReason, language: Language) -> str:
    """Return the name of a reason in the reader's language."""
    return _NAMES_JA[reason] if language == "ja" else reason.value


def write_set(drafted: DraftedSet, out: Path, language: Language = "en") -> None:
    """Write the set by the suffix of `out`. Raises SettingsError and CannotWrite."""
    require_suffix(out)
    table = set_table(drafted, language)
    if out.suffix.lower() == ".xlsx":
        data = workbook([table, counts_table(drafted), dropped_table(drafted)], language)
    elif out.suffix.lower() == ".csv":
        data = table.to_csv()
    else:
        data = "".join(_lines(table)).encode()
    write_bytes(out, data)


def _lines(table: OutputTable[Any]) -> Iterator[str]:
    for row in table.rows:
        yield json.dumps(dict(zip(table.header, row, strict=True)), ensure_ascii=False) + "\n"


def counts_lines(drafted: DraftedSet, language: Language) -> Sequence[str]:
    """Return what became of the drafts of each language, a line each."""
    lines = []
    for own, wanted in drafted.wanted.items():
        kept = drafted.count(own, None)
        reasons = [(reason, drafted.count(own, reason)) for reason in DropReason]
        total = kept + sum(count for _, count in reasons)
        dropped = [f"{reason_name(reason, language)} {count}" for reason, count in reasons if count]
        if language == "ja":
            lines.append(f"{own}：下書き {total} 件から {kept}/{wanted} 問（除外：{'、'.join(dropped) or 'なし'}）")
        else:
            lines.append(
                f"{own}: {kept} of {wanted} questions from {total} drafts (dropped: {', '.join(dropped) or 'none'})"
            )
    return lines
