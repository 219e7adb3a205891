"""Findings of a check of a verification set: the rows, what is wrong there, and what to do."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from eval.dataset.items import Item
from rag.records import Language
from rag.tables.output import Column, Medium, OutputTable

_ROW: Final = re.compile(r"(?:row|line) (\d+)")


class SetFault(StrEnum):
    """The faults that are looked for, the gravest first."""

    CONTRADICTION = "contradiction"
    SAME_QUESTION = "same question"
    EVIDENCE_MISSING = "evidence missing"
    EVIDENCE_SILENT = "evidence without the answer"
    ANSWER_IN_QUESTION = "answer in the question"
    GRADED_AS_TEXT = "no labels"
    NEAR_DOUBLE = "near duplicate"
    ONE_LABEL = "label imbalance"
    NOBODY = "never right"
    EVERYBODY = "always right"


GRAVE: Final = frozenset({SetFault.CONTRADICTION, SetFault.SAME_QUESTION, SetFault.EVIDENCE_MISSING})
"""Faults that make figures wrong; the others may be meant."""
_NAMES_JA: Final[Mapping[str, str]] = {
    SetFault.CONTRADICTION: "正解の矛盾",
    SetFault.SAME_QUESTION: "同じ質問",
    SetFault.EVIDENCE_MISSING: "根拠文書なし",
    SetFault.EVIDENCE_SILENT: "根拠に答えなし",
    SetFault.ANSWER_IN_QUESTION: "質問に答えあり",
    SetFault.GRADED_AS_TEXT: "ラベルなし",
    SetFault.NEAR_DOUBLE: "似た質問",
    SetFault.ONE_LABEL: "ラベルの偏り",
    SetFault.NOBODY: "すべて不正解",
    SetFault.EVERYBODY: "すべて正解",
}
ADVICE: Final[Mapping[SetFault, Mapping[Language, str]]] = {
    SetFault.CONTRADICTION: {
        "en": "Correct the wrong reference; where both are right, make the question say which is meant.",
        "ja": "誤っている正解例を直してください。どちらも正しい場合は、どちらを尋ねているのか質問に書いてください。",
    },
    SetFault.SAME_QUESTION: {
        "en": "Delete all but one: a question that is asked twice counts twice, and intervals come out too narrow.",
        "ja": "1 問だけ残してください。同じ質問は二重に数えられ、区間が狭くなりすぎます。",
    },
    SetFault.EVIDENCE_MISSING: {
        "en": "Ingest the document, or correct its name.",
        "ja": "文書を取り込むか、文書名を直してください。",
    },
    SetFault.EVIDENCE_SILENT: {
        "en": "Read the passage: name the one that holds the answer, or correct the reference.",
        "ja": "文書を確かめ、答えのある箇所を指定するか、正解例を直してください。",
    },
    SetFault.ANSWER_IN_QUESTION: {
        "en": "Reword the question; if it offers a choice, give the choices in a column `labels`.",
        "ja": "質問を書き換えてください。選択肢を示す質問なら、`labels` 列に選択肢を書いてください。",
    },
    SetFault.GRADED_AS_TEXT: {
        "en": "Give the allowed answers in a column `labels` (yes|no); without them answers are graded as text.",
        "ja": "`labels` 列に選択肢（はい|いいえ など）を書いてください。ないと文章として採点されます。",
    },
    SetFault.NEAR_DOUBLE: {
        "en": "Delete one if they ask for the same thing.",
        "ja": "同じことを尋ねているなら、片方を削除してください。",
    },
    SetFault.ONE_LABEL: {
        "en": "Add questions with the other labels: a model that always answers the same looks good here.",
        "ja": "ほかのラベルの質問を足してください。いつも同じ答えを返すモデルが高く評価されます。",
    },
    SetFault.NOBODY: {
        "en": "Check the reference and the documents; if both are right, the question is hard, and may stay.",
        "ja": "正解例と文書を確かめてください。どちらも正しければ難問なので、残してかまいません。",
    },
    SetFault.EVERYBODY: {
        "en": "It cannot show a difference; replace it by a harder one if the set is to decide something.",
        "ja": "差を示せない質問です。判定に使うセットなら、より難しい質問に替えてください。",
    },
}


@dataclass(frozen=True, slots=True)
class SetFinding:
    """A fault, the questions that have it, the language it is in ("" for all), and what it is, in both languages."""

    fault: SetFault
    numbers: tuple[str, ...]
    rows: tuple[str, ...]
    language: str
    english: str
    japanese: str

    @property
    def grave(self) -> bool:
        """Whether the fault makes figures wrong."""
        return self.fault in GRAVE

    def rows_text(self, language: Language) -> str:
        """Return the rows in the reader's language: "row 3, row 8" or "3 行目、8 行目"."""
        if language == "en":
            return ", ".join(self.rows)
        return "、".join(f"{match[1]} 行目" if (match := _ROW.match(row)) else row for row in self.rows)


def finding(fault: SetFault, items: Sequence[Item], language: str, english: str, japanese: str) -> SetFinding:
    """Return a finding on these questions."""
    rows = tuple(item.position or item.number for item in items)
    return SetFinding(fault, tuple(item.number for item in items), rows, language, english, japanese)


def fault_name(fault: str, language: Language) -> str:
    """Return the name of a fault in the reader's language."""
    return _NAMES_JA.get(fault, fault) if language == "ja" else fault


def findings_table(findings: Sequence[SetFinding], language: Language = "en") -> OutputTable[SetFinding]:
    """Return a row for every finding, the gravest first, in the reader's language."""
    columns: tuple[Column[SetFinding], ...] = (
        Column("rows", lambda row: row.rows_text(language), 16, japanese="行", medium=Medium.TERMINAL),
        Column("NO", lambda row: ", ".join(row.numbers), 10, japanese="番号"),
        Column("language", lambda row: row.language, 10, japanese="言語"),
        Column("fault", lambda row: row.fault.value, 18, japanese="問題点", medium=Medium.TERMINAL, words=fault_name),
        Column("makes figures wrong", lambda row: "yes" if row.grave else "no", 10, japanese="数値を誤らせるか",
               words=lambda value, reader: {"yes": "はい", "no": "いいえ"}[value] if reader == "ja" else value),
        Column("what", lambda row: row.japanese if language == "ja" else row.english, 60, japanese="内容",
               medium=Medium.TERMINAL),
        Column("what to do", lambda row: ADVICE[row.fault][language], 60, japanese="対処"),
    )  # fmt: skip
    order = list(SetFault)
    return OutputTable("check", columns, sorted(findings, key=lambda row: order.index(row.fault)))
