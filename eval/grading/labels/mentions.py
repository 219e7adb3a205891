"""Find mentions of labels: by name, by the letter of an option or, in a polar set, by words of truth.

A denied label ("not a string instrument", 弦楽器ではない) is not assigned. Labels offered as a choice ("string or
percussion") are not either. Words of truth count where they say something of a statement ("is false", 誤りです), not
wherever they occur ("the right bank"), and turn round with a negation (not incorrect, 誤りではない).
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from eval.grading.labels.label_set import AFFIRMING, DENYING, Label, LabelSet
from eval.grading.labels.options import markers_in
from eval.grading.refusals import alternative, is_denied
from rag.text.canonical import canonical
from rag.text.tokens import tokenise
from rag.text.word_match import occurrences

_END = r"(?![A-Za-z])"
_TRUE = r"(?:true|correct|right|accurate|valid)"
_FALSE = r"(?:false|incorrect|wrong|untrue|inaccurate)"
_IS = r"\b(?:is|are|was|were|be|being|isn't|wasn't|sounds|seems|looks|appears|as|call(?:ed)? (?:it|this|that))"
_ELLIPSIS = (
    r"(?:^|[,;]\s?)(?:and |so |of course |yes |indeed )?(?:it|he|she|they|there|this|that) (?:[a-z]{3,}ly |sure )?"
    r"(?:is|are|was|were|does|do|did|can|could|has|have|had|will|would)"
)
_OPINES = r"\b(?:that|(?:reckon|guess|say|assume|suppose|presume|believe|think|imagine|suspect|bet)(?: it's| it is)?)"
_ASSENTS = re.compile(
    r"^\W*(?:yes|yeah|yep|yup|indeed|absolutely|affirmative|you(?:'re| are) (?:right|correct)"
    r"|i (?:believe|think|guess|suppose) so)\b|^\W*(?:はい|ええ|うん|イエス)(?![ぁ-んー])"
    r"|^\W*(?:そうです|そうだ|その通り)"
    rf"|{_ELLIPSIS}[.!]*$"
    rf"|(?:{_OPINES}|[,:、]|ました)\W{{0,9}}(?:yes|はい)(?:です)?\W{{0,9}}$|\b(?:so|but),? yes\b",
    re.IGNORECASE,
)
_DISSENTS = re.compile(
    r"^\W*(?:no|nope)\b(?=\s*(?:[,.!;:)]|$|(?:it|he|she|the|they|there|this|that|i|you)\b))"
    rf"|(?:\b(?:and|or)|{_OPINES}|[,:、]|ました)\W{{0,9}}(?:no|いいえ)(?:です)?\W{{0,9}}$"
    r"|\b(?:so|but),? no\b(?=[,.])"
    rf"|{_ELLIPSIS}(?:n't| not)[.!]*$|{_IS}\s+no[.!]*$|^\W*(?:いいえ|いえ[、。]|いや[、。]|否|ノー$)"
    r"|^\W*(?:negative\W*$|i (?:do not|don't) (?:believe|think) so\b|(?:that|this)(?: is|'s) not (?:so|the case)\b)",
    re.IGNORECASE,
)
_SAYS_YES = re.compile(
    rf"^\W*(?:true|correct){_END}|{_OPINES}\W+(?:true|correct)\W*$|{_IS}\s+(?:not\s+)?(?:\w+ly\s+)?{_TRUE}{_END}(?!\s+(?:that|to){_END})"
    rf"|^\W*it is (?:\w+ly )?true that\b(?!.*\b(?:but|however|though)\b)"
    r"|(?:(?:その|おっしゃる|仰る|[ごお]?(?:指摘|認識|理解|記憶|推察)の)\s?(?:通り|とおり)|(?<!不)(?:本当|事実|真実|正確))(?:です|である|だ|で(?:ござい|あり)ます)|(?<!不)正確(?!で(?:は|も)?な[いく]かも)(?:な(?:もの|記述)|(?=で(?:は|も)?(?:な|あ[りる])))|正しい(?![一-鿿ァ-ヴー]{1,6}(?:は|を|が|:))"
    r"|正しく(?!は(?!な|あり)|言)|(?<!不)正解(?:です|だ|。|$)|^\W*真(?:です|である|だ|。|$)|[は、]真(?:です|である"
    r"|だ|。|$)|合ってい|(?:^|[:→]\s{0,3})[○〇]",
    re.IGNORECASE,
)
_SAYS_NO = re.compile(
    rf"^\W*{_FALSE}{_END}|{_OPINES}\W+{_FALSE}\W*$|{_IS}\s+(?:not\s+)?(?:\w+ly\s+)?{_FALSE}{_END}"
    rf"|{_IS} (?:an? )?(?:(?!no\b|not\b)\w+ )?(?:misconception|myth|fallacy|falsehood|hoax|untruth){_END}"
    r"|(?:誤解|俗説|迷信|デマ)(?:です|である|だ|。|$)"
    r"|不正確(?:です|である|だ|。|$)|違い(?:ます|ました)|違う(?:。|$|と)|異なります|事実に反|事実では(?:ない|なく|ありません)"
    r"|(?:誤り|誤って|間違い(?!な)|間違って|間違った|不正解|嘘)|^\W*偽(?:です|である|だ|。|$)|[は、]偽(?:です"
    r"|である|だ|。|$)|(?:^|[:→]\s{0,3})[×✕]",
    re.IGNORECASE,
)
_REVERSED_BEFORE = re.compile(r"(?:\bnot|n't)\s+(?:\w+ly\s+)?(?:is\s+)?$", re.IGNORECASE)
_OPEN_AFTER = re.compile(r"い?とは限[らり]|い?か(?:どうか|否か)|い?場合も")
_REVERSED_AFTER = re.compile(
    r"(?:い|いる)?とは言え(?:な|ま)|い?とは(?:思|考え)(?:わな|いませ|えな|えませ)"
    r"|(?:く)?(?:で(?:あるとは言え)?)?は?(?:な[いくか]|(?:あり|ござい)ません|あり得)|くな"
    r"|(?:で)?あるとは言え(?:な|ま)"
)
_RHETORICAL = re.compile(r"では?な(?:い|かろう)(?:か|で(?:しょう|す)か)|ではありません(?:か|でしょうか)")
_INSIDE_NOT = re.compile(r"\b(?:is|are|was|be)\s+not\b|n't\b", re.IGNORECASE)
_OFFERS = re.compile(r"\s{0,9}(?:or\b|nor\b|/|(?:である|なの)?か(?!と(?:思|考|存)|も(?:しれ|知れ)))", re.IGNORECASE)
_OFFERED = re.compile(r"(?<![らずつ何])か、?[「『\"]?$|(?:\bor\s|/\s?)[\"']?$", re.IGNORECASE)
_PARTLY = re.compile(
    r"\b(?:partly|partially|half|somewhat)[ -]$|(?:部分的|一部|半分)(?:に|は|的に)?[、]?$|\bneither\s+(?:\w+\s+){0,3}$",
    re.IGNORECASE,
)
_NON = re.compile(r"\bnon-$|非$|\b(?:nothing|without(?: any)?|lacks?|hardly) $", re.IGNORECASE)
_COMPARED_AFTER = re.compile(r"[」』]?(?:の方)?より(?!も?以前)")
_NON_REACH = 12  # characters before a label
_NEAR = 40  # characters before a word of truth that may turn it


@dataclass(frozen=True, slots=True)
class LabelMention:
    """A label at `start:end` of a text; `denied` where it is negated, `choice` where it is one of several offered.

    `assent` marks a yes or no that may be mere courtesy beside a word of truth.
    """

    label: Label
    start: int
    end: int
    denied: bool
    choice: bool
    assent: bool = False


@functools.lru_cache(maxsize=1024)
def mentions(text: str, labels: LabelSet, *, anywhere: bool = False) -> tuple[LabelMention, ...]:
    """Return every mention of a label in a canonical text, in order, the longest synonym where several overlap.

    With `anywhere` words of truth count wherever they stand, as in a list of labels.
    """
    polar = labels.polarity
    found = [
        mention
        for label in labels.labels
        for synonym in label.synonyms
        for mention in _mentions_of(text, label, synonym, plain=polar is None or anywhere)
    ]
    if polar is not None and not anywhere:
        found += _polar_mentions(text, *polar)
    for marker in markers_in(text, labels.markers):
        label = labels.marked(marker.text)
        if label is not None:
            found.append(_mention(text, label, marker.start, marker.end))
    return _longest(found)


def may_infer_other(question: str, labels: LabelSet) -> bool:
    """Return whether denying one of two labels means the other: a polar set, or a question that names both."""
    named = {mention.label for mention in mentions(question, labels)}
    return len(labels.labels) == 2 and (labels.polarity is not None or len(named) == 2)


def _longest(found: list[LabelMention]) -> tuple[LabelMention, ...]:
    kept: list[LabelMention] = []
    taken = bytearray(max((mention.end for mention in found), default=0))
    for mention in sorted(found, key=lambda m: (m.assent, m.start - m.end, m.start)):
        if not any(taken[mention.start : mention.end]):
            kept.append(mention)
            taken[mention.start : mention.end] = b"\1" * (mention.end - mention.start)
    return tuple(sorted(kept, key=lambda m: m.start))


def _mention(text: str, label: Label, start: int, end: int) -> LabelMention:
    denied = is_denied(text, start, end) or _NON.search(text[max(0, start - _NON_REACH) : start]) is not None
    denied = denied or _COMPARED_AFTER.match(text, end) is not None
    offered = _OFFERS.match(text, end) or _OFFERED.search(text[max(0, start - 5) : start])
    return LabelMention(label, start, end, denied, offered is not None or alternative(text, start, end) is not None)


def _mentions_of(text: str, label: Label, synonym: str, *, plain: bool) -> list[LabelMention]:
    form = canonical(synonym)
    if not plain and form.casefold() in AFFIRMING | DENYING:
        return []
    tokens = tokenise(text)
    spans = [(tokens[first].start, tokens[last - 1].end) for first, last in occurrences(text, form)]
    capitals = form.isascii() and form.isupper() and len(form) > 1  # IT is no "it"
    return [_mention(text, label, start, end) for start, end in spans if not capitals or text[start:end].isupper()]


def _polar_mentions(text: str, yes: Label, no: Label) -> list[LabelMention]:
    found = []
    for pattern, label, opposite, assent in (
        (_SAYS_YES, yes, no, False),
        (_SAYS_NO, no, yes, False),
        (_ASSENTS, yes, no, True),
        (_DISSENTS, no, yes, True),
    ):
        for match in pattern.finditer(text):
            before, after = text[max(0, match.start() - _NEAR) : match.start()], text[match.end() : match.end() + _NEAR]
            turned = _REVERSED_AFTER.match(after) is not None and not _RHETORICAL.match(after)
            reverse = turned or _REVERSED_BEFORE.search(before) or (not assent and _INSIDE_NOT.search(match.group()))
            vague = (
                _OPEN_AFTER.match(after) or _OFFERS.match(after) or _PARTLY.search(before) or _OFFERED.search(before)
            )
            found.append(
                LabelMention(
                    opposite if reverse else label, match.start(), match.end(), False, vague is not None, assent
                )
            )
    return found
