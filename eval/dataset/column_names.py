"""The names that columns of verification sets go by, in English and Japanese, and the language that they state."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from rag.records import Language
from rag.tables.header import normalise_header


class Role(StrEnum):
    """What a column holds."""

    NUMBER = "number"
    QUESTION = "question"
    INPUT = "input"
    REFERENCE = "reference"
    ALIASES = "aliases"
    TYPE = "type"
    LABELS = "labels"
    CHOICES = "choices"
    GOLD = "gold"
    CONTEXT = "context"
    TITLE = "title"
    LANGUAGE = "language"
    ANSWERABLE = "answerable"
    IMPOSSIBLE = "impossible"
    KEEP = "keep"


BY_LANGUAGE = frozenset({Role.QUESTION, Role.REFERENCE, Role.ALIASES})
"""The roles of which each language may have a column."""

# Of two columns with the same role that may stand once, the one whose name comes first here is read.
_NAMES: Mapping[Role, str] = MappingProxyType(
    {
        Role.NUMBER: "no number id qid question_id example_id q_no q# # 番号 質問番号 問題番号 設問番号 "
        "管理番号 整理番号 項番 通番 連番",
        Role.QUESTION: "question questions instruction instructions query queries question_text user_input prompt "
        "turns q 質問 質問文 質問内容 問い 問題 問題文 設問 設問文 問 問い合わせ 問合せ 問合わせ クエリ 指示",
        Role.INPUT: "input inputs 入力",
        Role.REFERENCE: "answer answers reference references response responses output outputs "
        "gold_answer gold_answers reference_answer reference_answers best_answer correct_answer correct_answers "
        "possible_answers accepted_answers acceptable_answers answer_entity "
        "expected_answer expected_output expected ground_truth ground_truths ideal completion a "
        "正解 正答 回答 解答 答え 答 模範解答 模範回答 正解例 回答例 解答例 "
        "正しい答え 参照回答",
        Role.ALIASES: "aliases alias answer_aliases other_answers 別解 別名 許容解 許容解答 許容回答",
        Role.TYPE: "type category question_type qa_type kind "
        "種類 種別 タイプ 型 カテゴリ カテゴリー 区分 分類 分野 ジャンル",
        Role.LABELS: "labels label_set ラベル",
        Role.CHOICES: "choices options choice option answer_candidates 選択肢 候補",
        Role.GOLD: "evidence gold gold_documents gold_document gold_passages doc_ids doc_id source_document "
        "source_documents source_doc source_file 根拠 根拠文書 根拠資料 根拠ファイル 参照文書 参照資料 参照ファイル "
        "参照ドキュメント 該当文書 該当ファイル 正解文書 正解ファイル 出典ファイル",
        Role.CONTEXT: "context contexts passage passages positive_chunk_list positive_passages gold_context "
        "reference_contexts 文脈 文章 本文 段落 根拠文",
        Role.TITLE: "title タイトル 題名 見出し",
        Role.LANGUAGE: "language lang 言語",
        Role.ANSWERABLE: "answerable 回答可能 回答可否 解答可能 解答可否",
        Role.IMPOSSIBLE: "is_impossible unanswerable 回答不可 解答不可",
        Role.KEEP: "keep 残す",
    }
)
_LISTS = frozenset(
    "answers references responses outputs goldanswers referenceanswers correctanswers possibleanswers acceptedanswers "
    "acceptableanswers groundtruths".split()
)
_RANKS = {
    name.replace("_", ""): (role, rank) for role, names in _NAMES.items() for rank, name in enumerate(names.split())
}
_INDEXED = re.compile(r"(?:choice|option|選択肢)[_-]?([0-9]{1,2}|[a-z])")
_LABEL = frozenset(
    "label answerkey answeridx answerindex correctoption correctchoice correctletter "
    "正解番号 正答番号 正解記号 正解選択肢".split()
)
_WORDS: Mapping[str, Language] = MappingProxyType(
    {
        **dict.fromkeys("jp ja jpn japanese 日本語 和文 邦文 日".split(), "ja"),
        **dict.fromkeys("en eng english 英語 英文 英".split(), "en"),
    }
)
_MARK = "|".join(sorted(_WORDS, key=len, reverse=True))
_AFTER = re.compile(rf"(.+?)[_\-.:/]*[(\[【<「]?({_MARK})(?:版|で)?[)\]】>」]?")
_BEFORE = re.compile(rf"[(\[【<「]?({_MARK})(?:版)?[)\]】>」]?(?:[_\-.:/の]*)(.+)")
_NOTE = re.compile(r"[(\[【<](?:必須|任意|required|optional)[)\]】>]|[*※:]+$")
_POLITE = re.compile(r"^[ご御お](?=.{2})")
_QUALIFIERS: Mapping[Role, re.Pattern[str]] = MappingProxyType(  # before the name: ユーザーからの質問, FAQ回答文
    {
        Role.QUESTION: re.compile(
            r"(?:faq|q&a|qa|user|customer|test|sample|ユーザー?|利用者|お?客様|顧客|社員|よくあるご?|検証|評価|テスト|確認|サンプル)"
            r"(?:から|用)?の?"
        ),
        Role.REFERENCE: re.compile(
            r"faq|q&a|qa|gold(?:en)?|(?:想定|期待)(?:される|した|する)?|正しい|(?:標準|理想)(?:的な|の)?|サンプル"
        ),
    }
)
_CERTAIN = re.compile("期待|想定|正しい|gold")  # such an answer is the reference, whatever else may be one
_WEAK = frozenset("turns bestanswer possibleanswers acceptedanswers acceptableanswers answerentity".split())
_KIND = re.compile(r"(?<=..)(?:文|内容|事項|本文|欄|例|案)$")  # 回答文, お問い合わせ内容
_SHORT = frozenset("日英")  # marks that name a language in brackets only: 質問日 is a date


@dataclass(frozen=True, slots=True)
class ColumnName:
    """What a header says: the role, the language of a column that names one, and whether cells are lists.

    `index` is the number or letter of one of several columns with choices; `by_label` marks a reference that is the
    number or letter of a choice. `rank` is lower for the name that is preferred; a `weak` one is
    read where there is no other.
    """

    role: Role
    language: Language | None = None
    several: bool = False
    index: str = ""
    by_label: bool = False
    rank: int = 0
    weak: bool = False


def read_name(header: str) -> ColumnName | None:
    """Return what a header in any width and case says, or None for one that is not known.

    >>> read_name("質問（日本語）").language, read_name("Answers").several, read_name("memo")
    ('ja', True, None)
    """
    name = normalise_header(header)
    plain = _plain(name)
    if plain is not None:
        return plain
    for pattern, rest, mark in ((_AFTER, 1, 2), (_BEFORE, 2, 1)):
        match = pattern.fullmatch(name)
        if match is None or (match[mark] in _SHORT and name[match.start(mark) - 1 :][:1] not in "([【<「"):
            continue
        if (known := _plain(match[rest])) and known.role in BY_LANGUAGE:
            return ColumnName(known.role, _WORDS[match[mark]], known.several, rank=known.rank, weak=known.weak)
    return None


def names_of(role: Role) -> tuple[str, ...]:
    """Return the names that stand for a role without any words around them, the preferred one first."""
    return tuple(_NAMES[role].split())


def read_role(key: str) -> ColumnName | None:
    """Return what a key of --columns says: a role, or a known name of one, with `_ja` or `_en` for a language."""
    known = read_name(key)
    return None if known is None or known.index or known.by_label else known


def _plain(name: str) -> ColumnName | None:
    name = _NOTE.sub("", name)
    key = re.sub(r"[_\-\s.]", "", name)
    if key in _LABEL:
        return ColumnName(Role.REFERENCE, by_label=True)
    weak = key in _WEAK
    if key not in _RANKS:
        key, weak = _without_qualifier(key)
    if key in _RANKS:
        role, rank = _RANKS[key]
        return ColumnName(role, several=key in _LISTS, rank=rank, weak=weak)
    match = _INDEXED.fullmatch(name)
    return ColumnName(Role.CHOICES, index=match[1]) if match else None


def _without_qualifier(key: str) -> tuple[str, bool]:
    """Return the name of a question or a reference that a key ends with, else the key; and whether that is weak."""
    for role, qualifier in _QUALIFIERS.items():
        for rest in (key, key[len(match[0]) :] if (match := qualifier.match(key)) else key):
            bare = _KIND.sub("", _POLITE.sub("", rest))
            if _RANKS.get(bare, ("",))[0] is role:
                return bare, rest != key and not _CERTAIN.match(key)
    return key, False


def language_of(word: str) -> Language | None:
    """Return the language that a word names, None for any other word.

    >>> language_of("jp"), language_of("英語"), language_of("fr")
    ('ja', 'en', None)
    """
    return _WORDS.get(normalise_header(word))
