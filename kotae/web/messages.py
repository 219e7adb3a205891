"""The messages of the web page, in both languages. Names that begin with "live." are for its scripts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rag.records import Language

MESSAGES: Final[Mapping[str, Mapping[Language, str]]] = {
    "ask": {"ja": "質問", "en": "Ask"},
    "documents": {"ja": "文書", "en": "Documents"},
    "runs": {"ja": "評価", "en": "Runs"},
    "sections": {"ja": "メニュー", "en": "Sections"},
    "skip": {"ja": "本文へ", "en": "Skip to content"},
    "page_language": {"ja": "表示言語", "en": "Language of this page"},
    # Asking
    "question": {"ja": "質問", "en": "Question"},
    "question_hint": {
        "ja": "Ctrl+Enter（Mac では ⌘+Enter）で送信できます",
        "en": "Press Ctrl+Enter (⌘+Enter on a Mac) to send",
    },
    "answer_language": {"ja": "回答の言語", "en": "Language of the answer"},
    "auto": {"ja": "質問と同じ", "en": "Same as the question"},
    "ja": {"ja": "日本語", "en": "Japanese"},
    "en": {"ja": "英語", "en": "English"},
    "how": {"ja": "回答の方法", "en": "Answer"},
    "with": {"ja": "文書を検索する", "en": "From the documents"},
    "without": {"ja": "検索しない", "en": "Without documents"},
    "both": {"ja": "両方を並べる", "en": "Both, side by side"},
    "send": {"ja": "質問する", "en": "Ask"},
    "answers": {"ja": "回答", "en": "Answers"},
    "model_is": {"ja": "モデル：{model}", "en": "Model: {model}"},
    "no_script": {
        "ja": "質問するには、ブラウザーの JavaScript を有効にしてください。",
        "en": "To ask questions, enable JavaScript in your browser.",
    },
    "live.with": {"ja": "検索あり", "en": "With retrieval"},
    "live.without": {"ja": "検索なし", "en": "Without retrieval"},
    "live.sent": {
        "ja": "準備しています…（初回はモデルの読み込みに時間がかかります）",
        "en": "Preparing… (the first question loads the model)",
    },
    "live.waiting": {
        "ja": "順番を待っています（先に {ahead} 件の質問があります）",
        "en": "Waiting (questions ahead: {ahead})",
    },
    "live.reading": {"ja": "文書の {count} か所を読んでいます…", "en": "Reading {count} passages…"},
    "live.thinking": {"ja": "考えています…", "en": "Thinking…"},
    "live.writing": {"ja": "回答を書いています…", "en": "Writing…"},
    "live.again": {
        "ja": "回答の言語が違ったため、質問し直しています…",
        "en": "The answer was in the wrong language; asking once more…",
    },
    "live.done": {"ja": "{seconds} 秒で回答しました", "en": "Answered in {seconds} s"},
    "live.wrong_language": {
        "ja": "質問し直しましたが、回答の言語がまだ違います",
        "en": "Asked twice, but the answer is still in the wrong language",
    },
    "live.asked_again": {
        "ja": "最初の回答は言語が違ったため、質問し直しました",
        "en": "The first answer was in the wrong language; this is the second",
    },
    "live.cut_off": {"ja": "回答が長さの上限に達したため、途中で切れています", "en": "Cut off at the length limit"},
    "live.supports": {"ja": "回答の根拠", "en": "Supports the answer"},
    "live.in_no_passage": {"ja": "どの文章にもない語句：{texts}", "en": "In no passage: {texts}"},
    "live.dropped": {
        "ja": "文書の {count} か所は、プロンプトに収まらないため使いませんでした",
        "en": "{count} passages did not fit into the prompt and were left out",
    },
    "live.left_out": {
        "ja": "モデルへの指示とみなし、文書から {count} 文を省きました：{texts}",
        "en": "Sentences removed from the passages as instructions to the model ({count}): {texts}",
    },
    "live.marked": {
        "ja": "モデルへの指示のように見えるため、文書の {count} 文に印を付けました：{texts}",
        "en": "Sentences marked in the passages because they look like instructions to the model ({count}): {texts}",
    },
    "live.stop": {"ja": "停止", "en": "Stop"},
    "live.stopped": {"ja": "停止しました", "en": "Stopped"},
    "live.sources": {"ja": "出典", "en": "Sources"},
    "live.no_sources": {"ja": "該当する文書が見つかりませんでした", "en": "No passages were found"},
    "live.open": {"ja": "文書の該当箇所を開く（新しいタブ）", "en": "Open in the document (new tab)"},
    "live.characters": {"ja": "{start}～{end} 文字目", "en": "characters {start} to {end}"},
    "live.scores": {"ja": "スコア {score}", "en": "score {score}"},
    "live.empty": {"ja": "（空の回答）", "en": "(an empty answer)"},
    "live.lost": {
        "ja": "kotae serve に接続できません。端末で動いているか確認してください。",
        "en": "kotae serve does not respond. Is it still running in its terminal?",
    },
    "live.signed_out": {
        "ja": "kotae serve が再起動されました。端末に表示された新しいアドレスを開いてください。",
        "en": "kotae serve has been restarted. Open the new address shown in its terminal.",
    },
    # The index
    "where": {"ja": "保存場所：{where}", "en": "Location: {where}"},
    "encoder_is": {"ja": "エンコーダー：{encoder}", "en": "Encoder: {encoder}"},
    "totals": {"ja": "{files} ファイル、{chunks} チャンク", "en": "{files} files, {chunks} chunks"},
    "of_language": {"ja": "、{language} {count}", "en": ", {language} {count}"},
    "incomplete": {
        "ja": "インデックスは取り込み中か、取り込みが中断された状態です。"
        "中断された場合は、kotae ingest をもう一度実行すると続きから再開します。",
        "en": "An ingest is running or was interrupted. If it was interrupted, run kotae ingest again to finish it.",
    },
    "filter_source": {"ja": "ファイル名の一部", "en": "Name contains"},
    "filter_language": {"ja": "言語", "en": "Language"},
    "any": {"ja": "すべて", "en": "Any"},
    "filter": {"ja": "絞り込む", "en": "Filter"},
    "file": {"ja": "ファイル", "en": "File"},
    "chunks": {"ja": "チャンク", "en": "Chunks"},
    "matches": {"ja": "全 {total} ファイル中 {count} ファイルが該当します。", "en": "{count} of {total} files."},
    "first": {
        "ja": "最初の {count} 件だけを表示しています。残りは絞り込みで探せます。",
        "en": "Only the first {count} are listed; use the filter to find the others.",
    },
    "none_match": {"ja": "条件に合うファイルはありません。", "en": "No files match."},
    "no_index": {"ja": "インデックスがまだありません", "en": "There is no index yet"},
    "make_index": {
        "ja": "端末で次のコマンドを実行すると、フォルダーの文書からインデックスを作成できます。",
        "en": "Run this command in a terminal to build one from a folder of documents:",
    },
    "chunk": {"ja": "チャンク {number}", "en": "Chunk {number}"},
    "characters": {"ja": "{start}～{end} 文字目", "en": "characters {start} to {end}"},
    "pages": {"ja": "ページ", "en": "Pages"},
    "page_of": {"ja": "{page} / {pages} ページ", "en": "Page {page} of {pages}"},
    "previous": {"ja": "前へ", "en": "Previous"},
    "next": {"ja": "次へ", "en": "Next"},
    "all_documents": {"ja": "文書の一覧", "en": "All documents"},
    # Runs
    "runs_in": {"ja": "フォルダー {folder} にある評価", "en": "Runs in the folder {folder}"},
    "no_runs": {"ja": "評価がまだありません", "en": "There are no runs yet"},
    "make_run": {
        "ja": "端末で次のコマンドを実行すると、検索ありと検索なしの回答を比較できます。",
        "en": "Run this command in a terminal to compare answers with and without retrieval:",
    },
    "report": {"ja": "レポートを開く", "en": "Open the report"},
    "unfinished": {"ja": "実行中または中断", "en": "running or interrupted"},
    "imported": {"ja": "取り込んだ集計値", "en": "imported counts"},
    "live.grading": {"ja": "採点しています…", "en": "Grading…"},
    # Errors
    "back": {"ja": "トップページへ戻る", "en": "Back to the start page"},
    "error.IndexMissing": {"ja": "インデックスがありません", "en": "There is no index"},
    "error.IndexMismatch": {
        "ja": "インデックスが別の設定で作成されています",
        "en": "The index was built with other settings",
    },
    "error.IndexBusy": {
        "ja": "別の処理がインデックスに書き込んでいます",
        "en": "Another process is writing to the index",
    },
    "error.IndexChanged": {"ja": "インデックスが更新されています", "en": "The index is being updated"},
    "error.IndexDamaged": {"ja": "インデックスを読み込めません", "en": "The index cannot be read"},
    "error.ServerUnreachable": {"ja": "Chroma サーバーに接続できません", "en": "The Chroma server does not respond"},
    "error.ServerRefused": {"ja": "Chroma サーバーに拒否されました", "en": "The Chroma server refused the request"},
    "error.ServerMismatch": {"ja": "この Chroma サーバーは使用できません", "en": "This Chroma server cannot be used"},
    "error.ModelUnavailable": {"ja": "モデルを使用できません", "en": "The model cannot be used"},
    "error.ModelServerUnreachable": {
        "ja": "モデルのサーバーに接続できません",
        "en": "The model server does not respond",
    },
    "error.ModelServerRefused": {
        "ja": "モデルのサーバーに拒否されました",
        "en": "The model server refused the request",
    },
    "error.ModelServerMismatch": {
        "ja": "モデルのサーバーの応答を読み取れません",
        "en": "The response of the model server cannot be read",
    },
    "error.SettingsError": {"ja": "設定に誤りがあります", "en": "A setting cannot be used"},
    "error.ModelFailed": {"ja": "モデルが回答できませんでした", "en": "The model did not answer"},
    "error.PromptTooLong": {"ja": "質問が長すぎます", "en": "The question is too long"},
    "error.RunError": {"ja": "評価のフォルダーを読み込めません", "en": "The folder of the run cannot be read"},
    "error.RequestError": {"ja": "このリクエストは処理できません", "en": "This request cannot be answered"},
    "error.KotaeError": {"ja": "エラー", "en": "Error"},
}


def translate(name: str, language: Language, /, **values: object) -> str:
    """Return a message in a language, with values for its placeholders. Raises KeyError for an unknown name."""
    return MESSAGES[name][language].format(**values)


def error_title(name: str, language: Language) -> str:
    """Return the title of an error of this class."""
    return translate(f"error.{name}" if f"error.{name}" in MESSAGES else "error.KotaeError", language)


def script_messages(language: Language) -> dict[str, str]:
    """Return the messages for scripts: by name without "live.", and titles of errors by "error." and class."""
    return {
        name.removeprefix("live."): texts[language]
        for name, texts in MESSAGES.items()
        if name.startswith(("live.", "error."))
    }
