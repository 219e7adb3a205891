"""Sentences that say nothing but a label: "Well, false.", "I would classify it as spam"."""

from __future__ import annotations

import re

from eval.grading.labels.label_set import Label, LabelSet
from eval.grading.labels.mentions import mentions
from eval.grading.refusals import negations
from rag.text.tokens import tokenise

_TALK = frozenset(
    "well short brief briefly word conclusion summary sum answer label verdict classification classify class category "
    "judgement judgment judg result output response decision think believ believe say would guess consider regard deem "
    "mark rate go choos choose pick select statement claim sentence follow text passage document context article "
    "accord "
    "base information provid source this that therefore thus hence overall all ultimately simply simpl put opinion "
    "view "
    "honestly clearly definitely certainly absolutely obviously probably likely perhaps maybe indeed sure course fact "
    "personally "
    "really quite completely entirely totally appear seem turn out conclud conclude determin determine find found "
    "evaluat evaluate assess description proposition assertion option final my review message text headline comment "
    "sentiment tone email mail item question given here ok okay alright hello must should call "
    "答え 答える 回答 解答 結論 結果 判定 判断 分類 ラベル 評価 文 文章 記述 説明 主張 内容 命題 本文 資料 文書 "
    "情報 提供 与える 記事 文脈 因る "
    "よる 依る 基づく 従う 思う 考える 考え 言う 為る する 成る 以上 上記 次 以下 全体 総合 端的 簡単 申し上げる "
    "申す 述べる お答え 確認 致す 私 "
    "事 物 通り 明らか 確か 恐らく 多分 完全 明確 最終 最終的 的 適切 見る 見做す 感情 トーン レビュー 感想 文言 "
    "こと 承知 思い 方 場合 "
    "個人 個人的 こちら 選択 選択肢 番 該当 当たる 属する 付ける 出す 下す 最後 単 一言 1言 1 言".split()
)
_ATTRIBUTE = re.compile(r"\b(?:correct|right|true)\s+(?=(?:answer|label|verdict|option|choice|class|response)\b)", re.I)
_ASIDE = re.compile(r"\s?\([^()]{2,200}\)\W{0,3}$")
_PHRASE = re.compile(r"[,:、→⇒=]|->|--")
_UNSURE = re.compile(
    r"\b(?:not|n't) (?:\w+ )?(?:sure|certain|know)\b|(?:確認|判断|特定)(?:は|が)?(?:でき|出来)(?:ない|なく|ません)"
    r"|(?:確実|確か|確信)(?:で|が)?は?(?:ない|なく|ありません)",
    re.I,
)
_LONGEST = 120  # characters; a longer sentence says more than a label


def bare_label(text: str, labels: LabelSet) -> Label | None:
    """Return the one label that is all a canonical sentence says, or None.

    >>> from eval.grading.labels.label_set import YES_NO
    >>> bare_label("Well, false.", YES_NO).name("en"), bare_label("The right bank.", YES_NO)
    ('no', None)
    """
    named = bare_labels(text, labels)
    return named[0] if len(named) == 1 else None


def bare_labels(text: str, labels: LabelSet) -> tuple[Label, ...]:
    """Return the labels of a sentence that says nothing else, those of a choice left out."""
    if len(text) > _LONGEST or text.rstrip(" \"'」』").endswith("?"):
        return ()
    text = _ASIDE.sub("", _ATTRIBUTE.sub("", text))
    found = mentions(text, labels, anywhere=True)
    given = [mention for mention in found if not mention.choice and not (mention.denied and len(found) > 1)]
    for token in tokenise(text) if given else ():
        inside = any(mention.start <= token.start < mention.end for mention in found)
        if token.content and not inside and token.stem not in _TALK and token.key not in _TALK:
            return ()
    unique = tuple(dict.fromkeys(mention.label for mention in given))
    if labels.polarity is None:
        return () if any(mention.denied for mention in given) else unique
    around = text
    for mention in reversed(found):
        around = f"{around[: mention.start]}X{around[mention.end :]}"
    turns = negations(_UNSURE.sub("", around)) - (sum(mention.denied for mention in found) if len(found) > 1 else 0)
    other = labels.other(unique[0]) if len(unique) == 1 and turns % 2 else None
    return (other,) if other is not None else unique


def last_phrase(text: str) -> str:
    """Return what follows the last comma, colon or arrow."""
    return _PHRASE.split(text)[-1]
