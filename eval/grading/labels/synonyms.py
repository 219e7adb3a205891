"""Other names of common labels in both languages: 肯定, ポジティブ and positive for 肯定的.

The table has a line with the words of a question that ask for a family, then its labels, each written as in a label
set. A family lends names to the labels of a set, and is the set itself where the question asks for it by its word and
offers no choice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from eval.grading.labels.label_set import Label, LabelSet
from rag.text.canonical import canonical
from rag.text.word_match import folded

_TABLE = """
sentiment|tone|polarity|opinion|review|感情|感想|レビュー|評価|口コミ|印象|論調:
  肯定的/肯定/ポジティブ/好意的/プラス=positive/favourable/favorable
  否定的/否定/ネガティブ/批判的/マイナス=negative/unfavourable/unfavorable
  中立/中立的/ニュートラル=neutral
spam|スパム|迷惑:
  スパム/迷惑メール/スパムメール=spam/junk
  非スパム/スパムではない/正常なメール/通常のメール/正当なメール=ham/not spam/non-spam/legitimate
toxic|offensive|harmful|有害|攻撃的:
  有害/攻撃的/毒性あり=toxic/offensive/harmful
  無害/非有害/攻撃的でない/毒性なし=non-toxic/not toxic/not offensive/harmless/inoffensive
safe|安全|危険:
  安全=safe
  危険/安全でない=unsafe/not safe/dangerous
stance|agree|support|賛成|立場|賛否:
  賛成/同意/支持=agree/in favour/in favor/support
  反対/不同意/不支持=disagree/oppose/against
entail|hypothesis|premise|含意|前提|仮説:
  含意/含意する/包含=entailment/entail/entails/entailed
  矛盾/矛盾する=contradiction/contradict/contradicts
  中立/どちらでもない=neutral/neither
subjective|objective|主観|客観:
  主観的/主観=subjective
  客観的/客観=objective
formal|formality|文体|丁寧:
  フォーマル/丁寧/改まった=formal/polite
  カジュアル/くだけた/インフォーマル=informal/casual
fact|opinion|事実|意見:
  事実=fact/factual
  意見=opinion
paraphrase|same meaning|equivalent|同じ意味|言い換え:
  同じ/同義/同じ意味=same/equivalent/paraphrase
  異なる/違う/同じでない=different/not equivalent/not a paraphrase
pass|合格|合否:
  合格=pass
  不合格=fail
urgen|priority|level|緊急|優先|程度:
  高/高い/高め=high
  中/中程度/普通=medium/moderate
  低/低い/低め=low
emotion|feeling|気持ち:
  喜び/嬉しさ/幸せ=joy/happiness
  怒り=anger
  悲しみ=sadness
  恐れ/恐怖=fear
  驚き=surprise
  嫌悪=disgust
topic|category|headline|section|分野|カテゴリ|話題|見出し|ジャンル:
  スポーツ/運動=sports/sport
  政治=politics/political
  経済/ビジネス/経済・ビジネス=economy/business/economics
  科学技術/科学・技術/テクノロジー/IT=science and technology/technology/tech
  科学=science
  芸能/エンタメ/エンターテインメント=entertainment
  健康/医療/健康・医療=health/medicine
  天気/気象=weather
  国際/世界=world/international
  文化=culture
  教育=education
"""


@dataclass(frozen=True, slots=True)
class LabelFamily:
    """Labels that go together, and the words of a question that asks for one of them."""

    asked_by: re.Pattern[str]
    labels: tuple[Label, ...]


FAMILIES = tuple(
    LabelFamily(re.compile(words, re.IGNORECASE), LabelSet.parse("|".join(labels.split("\n  "))).labels)
    for words, _, labels in (block.partition(":\n  ") for block in re.split(r"\n(?=\S)", _TABLE.strip()))
)


def family_of(names: Iterable[str]) -> LabelFamily | None:
    """Return the family with a label of one of these names, or None."""
    keys = {folded(canonical(name)) for name in names}
    return next((family for family in FAMILIES if any(keys & _keys(label) for label in family.labels)), None)


def with_synonyms(labels: LabelSet) -> LabelSet:
    """Return the set with the names that its family knows, except those of two of its labels.

    >>> with_synonyms(LabelSet.parse("肯定的=positive|否定的=negative")).named("ポジティブ").name("en")
    'positive'
    """
    if labels.polarity is not None:
        return labels
    taken = set().union(*(_keys(label) for label in labels.labels))
    known = []
    for label in labels.labels:
        family = family_of(label.synonyms)
        kin = [other for other in family.labels if _keys(other) & _keys(label)] if family else []
        extra = [name for other in kin for name in other.synonyms if folded(canonical(name)) not in taken]
        taken |= {folded(canonical(name)) for name in extra}
        known.append(label.known_as(extra))
    return LabelSet(tuple(known), labels.markers)


def _keys(label: Label) -> set[str]:
    return {folded(canonical(name)) for name in label.synonyms}
