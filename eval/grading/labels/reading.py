"""Read the one label that a free answer gives.

Rules, in order, on the answer without echoes of the question and with statements in quotation marks emptied:
1. the last announced answer ("the answer is", 答えは), else the first sentence that assigns one label, decides; labels
   in a clause that concedes, reports or supposes ("although it may sound positive", "it would be true if") do not;
2. in a polar set a sentence that says nothing but a word of truth is a verdict ("Well, false.", 判定：誤り), and a yes
   beside a word of truth is courtesy where the question offers both ("Yes, it is false.");
3. assigning both, or one now and another later, is unparsed; so is an explanation that only restates the contrary;
4. without any verdict, restating the statement affirms it, restating its negation denies it, and a denial means the
   other label in a set of two that is polar or whose labels the question names.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from eval.grading.claims import announced, find_claim
from eval.grading.frames import main_clause
from eval.grading.labels.boundaries import label_by_year
from eval.grading.labels.concessions import asides, concessions
from eval.grading.labels.echoes import mask_quotations, without_echo
from eval.grading.labels.label_set import Label, LabelSet
from eval.grading.labels.mentions import LabelMention, may_infer_other, mentions
from eval.grading.labels.possibility import possibility
from eval.grading.labels.statements import restated, restates_only, statement_of
from eval.grading.labels.talk import bare_label, bare_labels, last_phrase
from eval.grading.text import sentences
from rag.messages import Message
from rag.text.tokens import tokenise

_ASKS = re.compile(r"\?[\"')」』]*$|(?:です|ます|でしょう|だろう|の|る|い|た|り|く)?か[。」]?$")
_ECHO = re.compile(r"^\W*(?:true or false|yes or no|正しいか(?:誤り|間違い)か)\s*[:?]+\s*", re.IGNORECASE)
_OVERTURNS = re.compile(
    r"^\W*(?:however|but|actually|in fact|in reality|correction|wait|therefore|thus|hence|so|overall|in conclusion"
    r"|in short"
    r"|ultimately|in summary|to conclude|しかし|ですが|だが|実際|実は|訂正|いや|したがって|従って|よって|つまり"
    r"|結論|以上|総合"
    r"|ゆえに|このため|そのため)(?![a-z])",
    re.IGNORECASE,
)
_COURTESY = re.compile(
    r"^\W*(?:(?:absolutely|certainly|sure|of course|indeed|もちろん(?:です)?)\W*$"
    r"|(?:はい|ええ)、?(?:お答え|承知|かしこまり|了解|分かりました|わかりました|確認))",
    re.IGNORECASE,
)
_SERVES = re.compile(
    r"^\W*(?:(?:はい|ええ)、?[おご][^、。は]{1,6}(?:し|いたし|致し|申し上げ)(?:ます|ました)"
    r"|yes,? (?:let me|i(?:'ve| have|'ll| will| can)? (?:looked|checked|look|check|help|answer)|(?:happy|glad) to))",
    re.IGNORECASE,
)  # what the speaker does, in humble words: a yes before it answers nothing
_ANALYSIS = re.compile(r"\b(?:step[- ]by[- ]step|analy[sz]e|break (?:it|this) down)\b|順を追って", re.IGNORECASE)
_UNTRUTH = re.compile(r"misconception|myth|fallacy|falsehood|hoax|untruth|誤解|俗説|迷信|デマ", re.IGNORECASE)
_ASPECT = re.compile(
    r"\s(?:statement|point|aspect|element|detail|word|phrase|factor|term)s?\b|な(?:点|面|要素|言葉|表現)"
)
_SIGN = re.compile(r"[\s.。(]{0,4}(?:(?P<yes>[TtYy○〇✓✔正真]|マル)|(?P<no>[FfNn×✕✗✘誤偽]|バツ|ペケ))[\s.。)]{0,4}")
_HEDGE = re.compile(
    r"(?:,? ?\b(?:but|however|although|though),? )?(?:\bcorrect me if i(?:'m| am) wrong"
    r"|\bif i(?:'m| am) not (?:wrong|mistaken)|\bif (?:i (?:remember|recall) correctly|memory serves)"
    r"|\bi (?:may|might|could) (?:well )?be (?:wrong|mistaken|incorrect))[,.]?\s?"
    r"|(?:もし|私の|記憶が|認識が|理解が|ただし?、|しかし、){0,3}(?:(?:間違|誤)って(?:い|は)|間違い(?:で|が)|正し)"
    r"(?:なければ|けれ?ば|る?かもしれません|るかも|る可能性[がも]あ(?:り|る)\w{0,4}|たら(?:すみ|申し訳)\w{0,6})(?:が|けど)?[、。]?"
    r"|正(?:確では?|しく(?:は)?)ないかもしれ(?:ない|ません)(?:です)?(?:が|けど)?[、。]?"
    r"|(?:(?<=[。\n])|^(?=[^。\n]{1,20}[。\n].))間違い(?:ない|ありません|ございません)(?:です|と思い?ます)?[。\s]",
    re.IGNORECASE,
)
_LISTS = re.compile(
    r"\b(?:options?|choices?|categor(?:y|ies)|classes|labels|between)\b|選択肢|候補|カテゴリ|のうち|の中から",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class LabelReading:
    """The label read from an answer, or None (unparsed), with the sentence it was read from and why."""

    label: Label | None
    extracted: str
    reason: Message


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked: the question, its labels, the statement to judge ("" in a set that is not polar)."""

    question: str
    labels: LabelSet
    statement: str
    offers_both: bool


def read_label(question: str, answer: str, labels: LabelSet) -> LabelReading:
    """Return the one label an answer assigns; both or none is unparsed (label None). Both texts are canonical.

    >>> from eval.grading.labels.label_set import YES_NO
    >>> read_label("Is the koto a string instrument?", "いいえ、違います。", YES_NO).label.name("en")
    'no'
    """
    statement = statement_of(question) if labels.polarity is not None else ""
    both = {mention.label for mention in mentions(question, labels, anywhere=True)}
    asked = _Asked(question, labels, statement, len(both) > 1)
    kept = [statement] if statement and statement != question else []
    if labels.polarity is None:
        kept = [name for label in labels.labels for name in label.synonyms if len(name) > 1]
    answer = _HEDGE.sub("", answer)
    masked = mask_quotations(question, answer, lambda text: bare_label(text, labels) is not None)
    rest = _ECHO.sub("", without_echo(question, masked, kept))
    announcement = announced(rest)
    if announcement is not None and not mentions(announcement, labels, anywhere=True):
        announcement = None  # "this answer was generated from the passages" announces none
    parts = [part for part in sentences(announcement or rest) if not _ASKS.search(part)]
    sign = _signed(labels, rest)
    if sign is not None:
        return LabelReading(sign, answer, Message("the answer is a sign"))
    if not parts:
        return LabelReading(None, answer, Message("the answer only repeats the question"))
    return _read(asked, parts, sentences(rest), announced_=announcement is not None)


def _signed(labels: LabelSet, text: str) -> Label | None:
    """Return the label of an answer in a polar set that is one letter or sign: F, ×, 誤."""
    sign = _SIGN.fullmatch(text) if labels.polarity is not None else None
    return labels.polarity[sign["no"] is not None] if sign and labels.polarity else None


def _read(asked: _Asked, parts: Sequence[str], all_parts: Sequence[str], *, announced_: bool) -> LabelReading:
    plain = [part for part in parts if not _ANALYSIS.search(part)]
    analysed = len(plain) < len(parts)  # in an analysis a heading only says which label is looked at
    plain = [p for p in plain if not (analysed and p.rstrip().endswith(":") and bare_label(p, asked.labels))]
    verdicts = [(part, _assigned(asked, part)) for part in plain]
    spoken = [(part, labels) for part, labels in verdicts if labels]
    if asked.labels.polarity is not None:
        firm = [(part, labels) for part, labels in spoken if not _only_assents(asked, part)]
        spoken = firm if firm and asked.offers_both else spoken
        spoken = [(part, labels) for part, labels in spoken if not (firm and _COURTESY.match(part))]
        served = [part for part, _ in spoken if _SERVES.match(part)]
        beside = [part for part in parts if part not in served]
        if served and len(served) == len(spoken) and (reading := _without_verdict(asked, beside or parts)).label:
            return reading
    if len(spoken) > 1:
        spoken = [(part, labels) for part, labels in spoken if len(labels) == 1 or not _LISTS.search(part)] or spoken
    if not spoken:
        return _without_verdict(asked, parts)
    part, given = spoken[0]
    overturned = [(p, labels) for p, labels in spoken[1:] if len(labels) == 1 and _OVERTURNS.match(p)]
    if overturned and not announced_:
        part, given = overturned[-1]
    if len(given) > 1:
        return LabelReading(None, part, Message("both labels are assigned"))
    return _consistent(asked, part, given[0], all_parts, announced_=announced_, overturned=bool(overturned))


def _only_assents(asked: _Asked, part: str) -> bool:
    found = _stated(asked, part)
    return bool(found) and all(mention.assent for mention in found)


def _stated(asked: _Asked, part: str) -> list[LabelMention]:
    """Return the labels neither denied nor offered as a choice; "a myth" is none if that is what is asked."""
    found = [mention for mention in mentions(part, asked.labels) if not mention.denied and not mention.choice]
    words = [_UNTRUTH.search(part, mention.start, mention.end) for mention in found]
    question = asked.question.lower()
    return [m for m, word in zip(found, words, strict=True) if word is None or word.group().lower() not in question]


def _assigned(asked: _Asked, part: str) -> list[Label]:
    """Return the labels that a sentence assigns, those of conceding clauses only if there is no other."""
    weak = concessions(part)
    found = [m for m in _stated(asked, part) if not any(start <= m.start < end for start, end in weak)]
    found = [m for m in found if asked.labels.polarity is not None or not _ASPECT.match(part, m.end)]
    if asked.labels.polarity is not None:
        firm = [mention for mention in found if not mention.assent]
        assents = len(firm) < len(found)
        if assents and not firm and asked.offers_both:
            behind = bare_labels(part[max(mention.end for mention in found) :], asked.labels)
            if behind:
                return list(behind)  # "Absolutely, false."
        found = firm if firm and (asked.offers_both or _courteous(part, firm)) else found
        named = () if weak or assents else bare_labels(part, asked.labels)
        if found or weak or named:
            return list(dict.fromkeys((*(mention.label for mention in found), *named)))
        anywhere = {mention.label for mention in mentions(part, asked.labels, anywhere=True)}
        return list(bare_labels(last_phrase(part), asked.labels)) if len(anywhere) == 1 else []
    beside = asides(part)
    found = [m for m in found if not any(start <= m.start < end for start, end in beside)] or found
    unique = list(dict.fromkeys(mention.label for mention in found))
    main = part if len(unique) < 2 else main_clause(asked.question, frozenset(), part)
    if main != part and (labels := _assigned(asked, main)):
        return labels
    return unique if len(unique) < 2 else _in_slot(asked, part, found) or unique


def _courteous(part: str, firm: Sequence[LabelMention]) -> bool:
    return re.match(r"\W*(?:absolutely|indeed|certainly)\b", part[: firm[0].start], re.IGNORECASE) is not None


def _in_slot(asked: _Asked, part: str, given: Sequence[LabelMention]) -> list[Label]:
    """Return the one label in the answer slot of a sentence that names several apart, or nothing."""
    slot = find_claim(asked.question, part).focus
    inside = list(dict.fromkeys(m.label for m in mentions(slot, asked.labels) if not m.denied and not m.choice))
    between = tokenise(part[given[0].end : given[1].start])
    return inside if len(inside) == 1 and any(token.content for token in between) else []


def _consistent(
    asked: _Asked, part: str, label: Label, all_parts: Sequence[str], *, announced_: bool, overturned: bool
) -> LabelReading:
    """`label`, unless a bare label elsewhere, the rest of the very sentence, or the explanation says another."""
    labels = asked.labels
    after = False
    for other in all_parts:
        heads = other.rstrip().endswith(":")
        bare = bare_label(other, labels) if len(other) < 60 and not heads else None
        if (
            not overturned
            and not announced_
            and other != part
            and bare not in (None, label)
            and not _ASKS.search(other)
        ):
            courtesy = asked.offers_both or _COURTESY.match(other)
            if not (courtesy and _only_assents(asked, other) and not _only_assents(asked, part)):
                return LabelReading(None, other, Message("two labels are given in different sentences"))
        if after and labels.polarity is not None and restates_only(asked.statement, other):
            contrary = restated(asked.statement, other, labels)
            if contrary is not None and contrary != label and not _assigned(asked, other):
                return LabelReading(None, other, Message("the explanation restates the contrary of the label"))
        after = after or other == part or (announced_ and other.endswith(part))
    if labels.polarity is not None:
        rest = re.sub(
            r"^\W*(?:yes|no|true|false|correct|incorrect|はい|いいえ)[^\w「\"]+", "", part, flags=re.IGNORECASE
        )
        contrary = (
            restated(asked.statement, rest, labels)
            if rest != part and not part[: len(part) - len(rest)].rstrip().endswith(":")
            else None
        )
        if contrary is not None and contrary != label and not concessions(rest):
            return LabelReading(None, part, Message("the label and the restated statement disagree"))
    return LabelReading(label, part, Message("announced label") if announced_ else Message("label assigned"))


def _without_verdict(asked: _Asked, parts: Sequence[str]) -> LabelReading:
    """Read an answer that assigns no label: the statement restated, or a label that is only denied."""
    labels, denied = asked.labels, []
    timed = ((part, label) for part in parts if (label := label_by_year(asked.question, part, labels)) is not None)
    for part, label in timed:
        return LabelReading(label, part, Message("the answer puts it before or after the year of the question"))
    for part in parts:
        found = [
            m for m in mentions(part, labels) if m.denied and not any(s <= m.start < e for s, e in concessions(part))
        ]
        denied += found
        again = restated(asked.statement, part, labels) if not concessions(part) else None
        if again is not None and not any(mention.choice for mention in mentions(part, labels)):
            return LabelReading(again, part, Message("the answer restates the statement or its negation"))
    if labels.polarity is not None:
        stated = [(part, able) for part in parts if (able := possibility(asked.question, part)) is not None]
        if stated:
            why = Message("it is said to be possible, or not")
            return LabelReading(labels.polarity[not stated[0][1]], stated[0][0], why)
    unique = list(dict.fromkeys(mention.label for mention in denied))
    if len(unique) == 1 and labels.other(unique[0]) is not None and may_infer_other(asked.question, labels):
        return LabelReading(labels.other(unique[0]), parts[0], Message("the other label of two is denied"))
    remaining = [label for label in labels.labels if label not in unique]
    if len(unique) > 1 and len(remaining) == 1 and len(labels.labels) > 2:
        return LabelReading(remaining[0], parts[0], Message("every other label is denied"))
    return LabelReading(
        None, parts[0], Message("a label is only denied") if unique else Message("no label is assigned")
    )
