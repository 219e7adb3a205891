"""The columns of report tables: their titles in both languages, and where they are shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from eval.report.names import display_name
from rag.tables.output import Column, Medium

R = TypeVar("R")
TERMINAL: Final = Medium.TERMINAL
FILES: Final = Medium.FILES
_JAPANESE: Final = {
    "run": "実行", "model": "モデル", "type": "問題種別", "language": "言語", "condition": "条件", "correct": "正解",
    "total": "総数", "rate": "正答率", "low 95 %": "95%信頼区間 下限", "high 95 %": "95%信頼区間 上限",
    "language right": "言語が正しい", "both": "内容も言語も正しい", "failed": "失敗", "missing": "未回答",
    "unparsed": "判読不能", "refused": "回答拒否", "cut off": "途中で終了", "asked again": "再質問",
    "prompt tokens": "プロンプトのトークン数", "answer tokens": "回答のトークン数", "seconds an answer": "回答の秒数",
    "seconds of retrieval": "検索の秒数",
    "fallback graders": "追加の採点", "baseline run": "比較元の実行", "baseline condition": "比較元の条件",
    "baseline correct": "比較元の正解", "difference": "差", "fixed": "改善", "broken": "悪化", "p": "p",
    "p (adjusted)": "p（補正後）", "test": "検定", "effect": "判定", "in words": "英語での説明",
    "日本語": "日本語での説明", "NO": "番号", "instruction": "質問", "question": "質問", "Reference": "正解例",
    "Answer": "回答", "verdict": "判定", "outcome": "結果", "rule": "規則", "rule was wrong on": "規則の誤り",
    "reason": "理由", "cosine": "類似度", "left out": "除いた文", "marked": "印を付けた文",
    "sources": "出典", "error": "エラー", "seconds": "秒",
    "Answer without": "検索なしの回答", "Answer with": "検索ありの回答", "reason without": "検索なしの理由",
    "reason with": "検索ありの理由",
    "evidence in prompt": "根拠を提示", "not correct": "正解でない", "retrieval missed": "検索の見落とし",
    "model missed": "モデルの見落とし", "grading refused": "採点不能", "time": "回", "verdicts changed": "判定の変化",
    "answerable": "回答できる質問", "answered right": "正しく回答", "answered wrong": "誤答・回答なし",
    "declined": "回答を控えた", "over-refusal": "過剰な回答拒否", "over-refusal low 95 %": "過剰拒否 下限",
    "over-refusal high 95 %": "過剰拒否 上限", "unanswerable": "回答できない質問", "declined right": "正しく控えた",
    "right from memory": "記憶で正答",
    "invented": "作り出した回答", "invention": "作り出した割合", "invention low 95 %": "作り出した割合 下限",
    "invention high 95 %": "作り出した割合 上限",
    "answers": "回答の範囲", "grounded": "文書に根拠あり", "partly": "一部に根拠あり", "ungrounded": "根拠なし",
    "of": "対象", "share ungrounded": "根拠なしの割合", "ungrounded low 95 %": "根拠なし 下限",
    "ungrounded high 95 %": "根拠なし 上限", "not applicable": "対象外", "groundedness": "根拠の有無",
    "supported by": "根拠の文章", "in no passage": "どの文章にもない語句",
    "setting": "設定", "differs": "違い", "judged": "人の判定", "wrongly graded right": "誤って正解とした",
    "wrongly graded wrong": "誤って不正解とした", "corrected": "補正後", "change": "変化",
}  # fmt: skip
_NAMED: Final = frozenset(
    "type|language|condition|baseline condition|effect|verdict|outcome|differs|change|answers|groundedness".split("|")
)


def column(
    title: str,
    value: Callable[[R], str | int | float | None],
    width: float = 10.5,
    number_format: str = "General",
    *,
    tinted: bool = False,
    printed: bool = True,
    on: Medium = Medium.PAGE,
) -> Column[R]:
    """Return a column with its Japanese title, which shows stored names in words; other titles stay themselves."""
    words = display_name if title in _NAMED else None
    return Column(title, value, width, number_format, tinted, printed, _JAPANESE.get(title, title), on, words)
