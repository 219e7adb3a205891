"""Every text of the page, in both languages. Names that begin with "live." are for its script."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rag.records import Language

WORDS: Final[Mapping[str, Mapping[Language, str]]] = {
    "ask": {"ja": "質問", "en": "Ask"},
    "documents": {"ja": "文書", "en": "Documents"},
    "runs": {"ja": "評価", "en": "Runs"},
    "sections": {"ja": "メニュー", "en": "Sections"},
    "skip": {"ja": "本文へ", "en": "Skip to content"},
    "page_language": {"ja": "表示言語", "en": "Language of this page"},
    # Asking
    "question": {"ja": "質問", "en": "Question"},
    "question_hint": {"ja": "Ctrl+Enter（Mac は ⌘+Enter）で送信", "en": "Ctrl+Enter (⌘+Enter on a Mac) sends it"},
    "answer_language": {"ja": "回答の言語", "en": "Language of the answer"},
    "auto": {"ja": "質問と同じ", "en": "As the question"},
    "ja": {"ja": "日本語", "en": "Japanese"},
    "en": {"ja": "英語", "en": "English"},
    "how": {"ja": "答え方", "en": "Answer"},
    "with": {"ja": "文書を検索する", "en": "From the documents"},
    "without": {"ja": "検索しない", "en": "Without documents"},
    "both": {"ja": "両方を並べる", "en": "Both, side by side"},
    "send": {"ja": "質問する", "en": "Ask"},
    "answers": {"ja": "回答", "en": "Answers"},
    "model_is": {"ja": "モデル：{model}", "en": "Model: {model}"},
    "no_script": {
        "ja": "質問するには、このページの JavaScript を有効にしてください。",
        "en": "Asking needs JavaScript, which this page brings with it.",
    },
    "live.with": {"ja": "検索あり", "en": "With retrieval"},
    "live.without": {"ja": "検索なし", "en": "Without retrieval"},
    "live.sent": {
        "ja": "準備しています…（初回はモデルの読み込みに時間がかかります）",
        "en": "Preparing… (the first question loads the model)",
    },
    "live.waiting": {
        "ja": "順番を待っています：前に {ahead} 件の質問があります",
        "en": "Waiting: {ahead} before this one",
    },
    "live.reading": {"ja": "{count} 件の文書を読んでいます…", "en": "Reading {count} passages…"},
    "live.thinking": {"ja": "考えています…", "en": "Thinking…"},
    "live.writing": {"ja": "書いています…", "en": "Writing…"},
    "live.again": {
        "ja": "回答の言語が違ったため、もう一度聞いています…",
        "en": "That was in the wrong language; asking once more…",
    },
    "live.done": {"ja": "{seconds} 秒で回答しました", "en": "Answered in {seconds} s"},
    "live.wrong_language": {
        "ja": "もう一度聞きましたが、指定と違う言語の回答です",
        "en": "Asked twice, and still in the wrong language",
    },
    "live.asked_again": {
        "ja": "最初の回答は言語が違ったため、聞き直しました",
        "en": "The first answer was in the wrong language; this is the second",
    },
    "live.cut_off": {"ja": "長さの上限で切れています", "en": "Cut off at the limit of its length"},
    "live.dropped": {
        "ja": "{count} 件の文書は長さの上限に収まらず、使われていません",
        "en": "{count} passages did not fit and were left out",
    },
    "live.left_out": {
        "ja": "指示とみなし、文書から {count} 文を省きました：{texts}",
        "en": "Left out of the passages as orders ({count}): {texts}",
    },
    "live.stop": {"ja": "止める", "en": "Stop"},
    "live.stopped": {"ja": "止めました", "en": "Stopped"},
    "live.sources": {"ja": "出典", "en": "Sources"},
    "live.no_sources": {"ja": "文書は見つかりませんでした", "en": "No passage was found"},
    "live.open": {"ja": "文書で開く（新しいタブ）", "en": "Open in the document (new tab)"},
    "live.characters": {"ja": "{start}～{end} 文字目", "en": "characters {start} to {end}"},
    "live.scores": {"ja": "スコア {score}", "en": "score {score}"},
    "live.empty": {"ja": "（空の回答）", "en": "(an empty answer)"},
    "live.lost": {
        "ja": "kotae serve につながりません。端末で動いているか確かめてください。",
        "en": "kotae serve does not answer. Is it still running in its terminal?",
    },
    "live.signed_out": {
        "ja": "kotae serve は起動し直されました。端末に表示された新しいアドレスを開いてください。",
        "en": "kotae serve was started anew. Open the new address in its terminal.",
    },
    # The index
    "where": {"ja": "場所：{where}", "en": "Place: {where}"},
    "encoder_is": {"ja": "エンコーダ：{encoder}", "en": "Encoder: {encoder}"},
    "totals": {"ja": "{files} ファイル、{chunks} チャンク", "en": "{files} files, {chunks} chunks"},
    "of_language": {"ja": "、{language} {count}", "en": ", {language} {count}"},
    "incomplete": {
        "ja": "取り込みの途中、または中断された索引です。kotae ingest をもう一度実行すると続きから取り込みます。",
        "en": "An ingest is under way or was interrupted; run kotae ingest (again) to finish it.",
    },
    "filter_source": {"ja": "ファイル名に含む文字", "en": "Name contains"},
    "filter_language": {"ja": "言語", "en": "Language"},
    "any": {"ja": "すべて", "en": "Any"},
    "filter": {"ja": "絞り込む", "en": "Filter"},
    "file": {"ja": "ファイル", "en": "File"},
    "chunks": {"ja": "チャンク", "en": "Chunks"},
    "shown": {"ja": "{total} ファイル中 {count}。", "en": "{count} of {total} files."},
    "first": {
        "ja": "最初の {count} 件だけを表示しています。",
        "en": "Only the first {count} are listed; the filter finds the others.",
    },
    "none_match": {"ja": "条件に合うファイルはありません。", "en": "No file matches."},
    "no_index": {"ja": "索引がまだありません", "en": "There is no index yet"},
    "make_index": {
        "ja": "端末で次のコマンドを実行すると、フォルダの文書から作られます。",
        "en": "This command makes one from a folder of documents:",
    },
    "chunk": {"ja": "チャンク {number}", "en": "Chunk {number}"},
    "characters": {"ja": "{start}～{end} 文字目", "en": "characters {start} to {end}"},
    "pages": {"ja": "ページ", "en": "Pages"},
    "page_of": {"ja": "{page} / {pages} ページ", "en": "Page {page} of {pages}"},
    "previous": {"ja": "前へ", "en": "Previous"},
    "next": {"ja": "次へ", "en": "Next"},
    "all_documents": {"ja": "文書の一覧", "en": "All documents"},
    # Runs
    "runs_in": {"ja": "フォルダ {folder} の中の評価", "en": "Runs below the folder {folder}"},
    "no_runs": {"ja": "評価がまだありません", "en": "There is no run yet"},
    "make_run": {
        "ja": "端末で次のコマンドを実行すると、検索ありと検索なしが比べられます。",
        "en": "This command compares answers with and without retrieval:",
    },
    "report": {"ja": "レポートを開く", "en": "Open the report"},
    "unfinished": {"ja": "実行中、または中断", "en": "under way or interrupted"},
    "imported": {"ja": "取り込まれた数値", "en": "imported counts"},
    "live.grading": {"ja": "採点しています…", "en": "Grading…"},
    # Errors
    "back": {"ja": "最初のページへ", "en": "To the first page"},
    "error.IndexMissing": {"ja": "索引がありません", "en": "There is no index"},
    "error.IndexMismatch": {"ja": "索引が別の設定で作られています", "en": "The index was made with other settings"},
    "error.IndexBusy": {"ja": "索引は別の処理が書き込み中です", "en": "Another process is writing to the index"},
    "error.IndexChanged": {"ja": "索引が書き換えられています", "en": "The index is being changed"},
    "error.IndexDamaged": {"ja": "索引が読めません", "en": "The index cannot be read"},
    "error.ServerUnreachable": {"ja": "Chroma サーバーにつながりません", "en": "No Chroma server answers"},
    "error.ServerRefused": {"ja": "Chroma サーバーに拒否されました", "en": "The Chroma server refused"},
    "error.ServerMismatch": {"ja": "この Chroma サーバーは使えません", "en": "This Chroma server cannot be used"},
    "error.ModelUnavailable": {"ja": "モデルが使えません", "en": "The model cannot be used"},
    "error.ModelServerUnreachable": {"ja": "モデルのサーバーにつながりません", "en": "No model server answers"},
    "error.ModelServerRefused": {"ja": "モデルのサーバーに拒否されました", "en": "The model server refused"},
    "error.ModelServerMismatch": {
        "ja": "モデルのサーバーの応答が読めません",
        "en": "The answer of the model server cannot be read",
    },
    "error.SettingsError": {"ja": "この設定では使えません", "en": "A setting cannot be used"},
    "error.ModelFailed": {"ja": "モデルが回答しませんでした", "en": "The model did not answer"},
    "error.PromptTooLong": {"ja": "質問が長すぎます", "en": "The question is too long"},
    "error.RunError": {"ja": "評価のフォルダが読めません", "en": "The folder of the run cannot be read"},
    "error.RequestError": {"ja": "この要求には答えられません", "en": "This cannot be answered"},
    "error.KotaeError": {"ja": "エラー", "en": "Error"},
}


def say(name: str, language: Language, /, **values: object) -> str:
    """A text by its name, with values for its places. Raises KeyError for a name that is not there."""
    return WORDS[name][language].format(**values)


def error_title(name: str, language: Language) -> str:
    """What an error of this class is called on the page."""
    return say(f"error.{name}" if f"error.{name}" in WORDS else "error.KotaeError", language)


def script_words(language: Language) -> dict[str, str]:
    """What the script of the page says: texts by name without "live.", and titles of errors by "error." and class."""
    return {
        name.removeprefix("live."): texts[language]
        for name, texts in WORDS.items()
        if name.startswith(("live.", "error."))
    }
