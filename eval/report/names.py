"""Words for the reader: what stored names such as `no_rag` are called in each language, and numbers of things."""

from __future__ import annotations

from typing import Final

from eval.dataset.load import ALL
from rag.records import Language

NOT_CORRECT: Final = "not_correct"
FAILED: Final = "failed"
MISSING: Final = "missing"
OTHER_LANGUAGE: Final = "other_language"
_NAMES: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "no_rag": "without retrieval", "rag": "with retrieval", "oracle": "with the gold passage given",
        "withheld": "with the gold passage withheld",
        "open_qa": "open question", ALL: "all", "ja": "Japanese", "en": "English",
        NOT_CORRECT: "not correct (all of these)", FAILED: "no answer (failed)",
        MISSING: "missing",
        OTHER_LANGUAGE: "correct, in the other language",
        "fixed": "fixed by retrieval", "broken": "broken by retrieval",
    },
    "ja": {
        "no_rag": "検索なし", "rag": "検索あり", "oracle": "根拠文書の提示あり",
        "withheld": "根拠文書を除いた検索",
        "open_qa": "自由回答", "classification": "分類", ALL: "全体", "ja": "日本語", "en": "英語",
        NOT_CORRECT: "正解でないもの（すべて）", FAILED: "回答なし（失敗）", MISSING: "未回答",
        OTHER_LANGUAGE: "正解だが別の言語", "grounded": "根拠あり", "partly grounded": "一部に根拠あり",
        "ungrounded": "根拠なし", "not applicable": "対象外", "fixed": "検索で改善", "broken": "検索で悪化",
        "correct": "正解", "wrong": "不正解", "unparsed": "判読不能", "refused": "回答拒否", "empty": "空の回答",
        "helps": "有効", "hurts": "逆効果", "undecided": "判定できない", "unfinished": "未完了", "better": "優れる",
        "worse": "劣る", "differs": "異なる",
    },
}  # fmt: skip


def display_name(value: str, language: Language = "en") -> str:
    """Return the reader's word for a stored name; a name without one, such as a type of the user's, stays itself."""
    return _NAMES[language].get(value, value)


def place_name(kind: str, language_name: str, language: Language = "en") -> str:
    """Return a type and language in words: "open question, Japanese"."""
    if language == "ja":
        kinds = "全種別" if kind == ALL else display_name(kind, language)
        return f"{kinds}、{'全言語' if language_name == ALL else display_name(language_name, language)}"
    kinds = "all types" if kind == ALL else display_name(kind)
    return f"{kinds}, {'all languages' if language_name == ALL else display_name(language_name)}"


def counted(number: int, noun: str) -> str:
    """Return a number of things in English: "1 question", "1,234 questions"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
