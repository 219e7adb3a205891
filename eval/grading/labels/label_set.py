"""The closed label set of a classification item, and reading one label from a free answer.

A set is written `正しい/真/はい=true/correct/yes|誤り/偽/いいえ=false/incorrect/no`: `|` between labels, each
`japanese=english`, `/` between synonyms, the first canonical. Answers may come in either language.

Rules. A denied label ("not a string instrument", 弦楽器ではない) is not assigned; it means the other one only in a
set of two that is polar (true/false) or whose two labels the question names. Labels offered as a choice ("string or
percussion") are not assigned. The announced answer, else the first sentence that assigns one label, decides;
assigning both, or none, is unparsed. In a polar set, restating the question's statement affirms it and restating
its negation denies it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from eval.grading.claims import announced, find_claim
from eval.grading.refusals import alternative, is_denied, negations
from eval.grading.text import sentences
from eval.grading.word_match import folded, occurrences
from rag.text.canonical import canonical
from rag.text.tokens import tokenise

AFFIRMS_SHARE = 0.9  # share of the statement's content words that restating it must repeat
DENIES_SHARE = 0.75  # the same for restating it with a negation
_YES = frozenset(map(canonical, "yes true correct right はい 正しい 真 本当 正解 ○ 〇".split()))
_NO = frozenset(map(canonical, "no false incorrect wrong いいえ 誤り 偽 間違い 嘘 不正解 ×".split()))
_SAYS_YES = re.compile(
    r"^\W*(?:yes|yeah|yep|true|correct|indeed|absolutely|affirmative)\b|\b(?:is|are|was|be|isn't"
    r"|wasn't)\s+(?:not\s+)?(?:\w+ly\s+)?(?:true|correct|right|accurate|valid)\b(?!\s+(?:that|to)\b)"
    r"|\b(?:that|this|it) is (?:true|correct|right)\b|^\W*(?:はい|ええ|そうです|その通り)|(?:その通り|本当"
    r"|事実)(?:です|である|だ)|正し(?:い|く)|(?<!不)正解(?:です|だ|。|$)"
    r"|^\W*真(?:です|である|だ|。|$)|[は、]真(?:です|である|だ|。|$)|合ってい|^[○〇]",
    re.IGNORECASE,
)
_SAYS_NO = re.compile(
    r"^\W*(?:(?:no|nope)\b(?=\s*(?:[,.!;:)]|$|(?:it|he|she|the|they|there|this|that|i|you)\b))|(?:false"
    r"|incorrect|wrong|untrue)\b)"
    r"|\b(?:is|are|was|be|isn't|wasn't)\s+(?:not\s+)?(?:\w+ly\s+)?(?:false|incorrect|wrong|untrue|inaccurate"
    r"|no$)|\b(?:and|or) no\W*$|^\W*(?:いいえ|いえ[、。]|否)|違い(?:ます|ました)|違う(?:。|$|と)|異なります"
    r"|(?:誤り|誤って|間違い(?!な)|間違って|間違った|不正解|嘘)|^\W*偽(?:です|である|だ|。|$)|[は、]偽(?:です"
    r"|である|だ|。|$)|^[×✕]",
    re.IGNORECASE,
)
_REVERSED_BEFORE = re.compile(r"(?:\bnot|n't)\s+(?:\w+ly\s+)?(?:is\s+)?$", re.IGNORECASE)
_OPEN_AFTER = re.compile(r"^い?とは限[らり]|^い?かどうか")
_REVERSED_AFTER = re.compile(r"^い?とは言え(?:な|ま)|^(?:く)?(?:で)?は?(?:な[いくか]|ありません|あり得)|^くな")
_INSIDE_NOT = re.compile(r"\b(?:is|are|was|be)\s+not\b|n't\b", re.IGNORECASE)
_ECHO = re.compile(r"^\W*(?:true or false|yes or no|正しいか(?:誤り|間違い)か)\s*[:?]+\s*", re.IGNORECASE)
_ASKS_TRUTH = re.compile(r"true|false|correct|statement|正し|誤|真|偽|本当|文|記述", re.IGNORECASE)
_TASK = frozenset(
    "true false correct incorrect right wrong yes no statement following whether answer claim sentence decide "
    "classify say "
    "正しい 誤り 真 偽 間違い 文 文章 記述 次 以下 はい いいえ 判断 判定 答える 回答 主張 内容 事 か 述べる".split()
)


@dataclass(frozen=True, slots=True)
class Label:
    """One label: its synonyms in both languages, canonical first."""

    japanese: tuple[str, ...]
    english: tuple[str, ...]

    @property
    def synonyms(self) -> tuple[str, ...]:
        return self.japanese + self.english

    def name(self, language: str) -> str:
        return (self.japanese if language == "ja" else self.english)[0]


@dataclass(frozen=True, slots=True)
class LabelSet:
    """The labels a classification item allows; at least two."""

    labels: tuple[Label, ...]

    @classmethod
    def parse(cls, text: str) -> LabelSet:
        """Read the dataset's `labels` column.

        Raises ValueError, naming the faulty part, for fewer than two labels, a missing language, or a synonym that
        is in two labels.

        >>> LabelSet.parse("弦楽器=string|打楽器=percussion").labels[1].name("en")
        'percussion'
        """
        labels = tuple(_label(part) for part in text.split("|"))
        if len(labels) < 2:
            raise ValueError(f"labels {text!r}: at least two labels are needed, separated by '|'")
        seen: dict[str, Label] = {}
        for label in labels:
            for synonym in label.synonyms:
                if seen.setdefault(folded(canonical(synonym)), label) is not label:
                    raise ValueError(f"labels {text!r}: {synonym!r} is a synonym of two labels")
        return cls(labels)

    @property
    def polarity(self) -> tuple[Label, Label] | None:
        """(affirming, denying) of a yes/no or true/false set, or None for any other."""
        if len(self.labels) != 2:
            return None
        yes = [label for label in self.labels if _YES & {canonical(s).casefold() for s in label.synonyms}]
        no = [label for label in self.labels if _NO & {canonical(s).casefold() for s in label.synonyms}]
        return (yes[0], no[0]) if len(yes) == len(no) == 1 and yes != no else None

    def named(self, text: str) -> Label | None:
        """Return the label that the whole `text` is a synonym of, in any case, or None."""
        wanted = folded(canonical(text))
        return next(
            (label for label in self.labels if any(folded(canonical(s)) == wanted for s in label.synonyms)), None
        )

    def other(self, label: Label) -> Label | None:
        """Return the other label of a set of two, or None in a larger one."""
        return self.labels[1 - self.labels.index(label)] if len(self.labels) == 2 else None


YES_NO = LabelSet(
    (
        Label(("はい", "正しい", "真"), ("yes", "true", "correct")),
        Label(("いいえ", "誤り", "偽"), ("no", "false", "incorrect")),
    )
)


@dataclass(frozen=True, slots=True)
class LabelMention:
    """A label at `start:end` of a text; `denied` where it is negated, `choice` where it is one of several offered."""

    label: Label
    start: int
    end: int
    denied: bool
    choice: bool


@dataclass(frozen=True, slots=True)
class LabelReading:
    """The label read from an answer, or None (unparsed), with the sentence it was read from and why."""

    label: Label | None
    extracted: str
    reason: str


def _label(part: str) -> Label:
    japanese, equals, english = part.partition("=")
    names = [tuple(name.strip() for name in side.split("/") if name.strip()) for side in (japanese, english)]
    if not equals or not all(names):
        raise ValueError(f"label {part!r}: expected 'japanese=english', synonyms separated by '/'")
    return Label(names[0], names[1])


def mentions(text: str, labels: LabelSet) -> tuple[LabelMention, ...]:
    """Yield every mention of a label in a canonical text, in order, the longest synonym where several overlap."""
    found = [
        found for label in labels.labels for synonym in label.synonyms for found in _mentions_of(text, label, synonym)
    ]
    if labels.polarity is not None:
        found += _polar_mentions(text, *labels.polarity)
    kept: list[LabelMention] = []
    for mention in sorted(found, key=lambda m: (m.start - m.end, m.start)):
        if all(mention.end <= other.start or other.end <= mention.start for other in kept):
            kept.append(mention)
    return tuple(sorted(kept, key=lambda m: m.start))


def _mentions_of(text: str, label: Label, synonym: str) -> list[LabelMention]:
    tokens, form, found = tokenise(text), canonical(synonym), []
    if form.casefold() in _YES | _NO:
        return []
    for first, last in occurrences(text, form):
        start, end = tokens[first].start, tokens[last - 1].end
        denied = is_denied(text, start, end) or re.search(r"\bnon-$|非$", text[:start]) is not None
        found.append(LabelMention(label, start, end, denied, alternative(text, start, end) is not None))
    return found


def _polar_mentions(text: str, yes: Label, no: Label) -> list[LabelMention]:
    found = []
    for pattern, label, opposite in ((_SAYS_YES, yes, no), (_SAYS_NO, no, yes)):
        for match in pattern.finditer(text):
            reverse = _REVERSED_BEFORE.search(text[: match.start()]) or _INSIDE_NOT.search(match.group())
            reverse = reverse or _REVERSED_AFTER.match(text[match.end() :])
            asks = _OPEN_AFTER.match(text[match.end() :]) or re.match(
                r"\s*(?:or|か(?:、|どうか|誤|偽|間違))", text[match.end() :], re.IGNORECASE
            )
            found.append(
                LabelMention(opposite if reverse else label, match.start(), match.end(), False, asks is not None)
            )
    return found


def read_label(question: str, answer: str, labels: LabelSet) -> LabelReading:
    """Return the one label an answer assigns; both or none is unparsed (label None). Both texts are canonical.

    >>> read_label("Is the koto a string instrument?", "いいえ、違います。", YES_NO).label.name("en")
    'no'
    """
    answer = _ECHO.sub("", answer)
    announcement = announced(answer)
    parts = [part for part in sentences(announcement or answer) if not re.search(r"\?[\"')」]*$|か[。」]?$", part)] or [
        announcement or answer
    ]
    denied: list[LabelMention] = []
    for part in parts:
        assigned = _assigned(question, part, labels)
        if len(assigned) > 1:
            return LabelReading(None, part, "both labels are assigned")
        if assigned:
            return _consistent(question, answer, part, assigned[0], labels, announcement)
        denied += [mention for mention in mentions(part, labels) if mention.denied]
        restated = _restated(question, part, labels)
        if restated is not None:
            return LabelReading(restated, part, "the answer restates the statement or its negation")
    return _from_denial(question, parts[0], denied, labels)


def _assigned(question: str, part: str, labels: LabelSet) -> list[Label]:
    """Return the labels that a sentence assigns: that of the answer slot alone, if it has one."""
    given = [mention for mention in mentions(part, labels) if not mention.denied and not mention.choice]
    unique = list(dict.fromkeys(mention.label for mention in given))
    if len(unique) < 2 or labels.polarity is not None:
        return unique
    slot = find_claim(question, part).focus
    inside = list(dict.fromkeys(m.label for m in mentions(slot, labels) if not m.denied and not m.choice))
    between = tokenise(part[given[0].end : given[1].start])
    return inside if len(inside) == 1 and sum(token.content for token in between) > 0 else unique


def _consistent(
    question: str, answer: str, part: str, label: Label, labels: LabelSet, announcement: str | None
) -> LabelReading:
    """`label`, unless a bare label elsewhere, or the rest of the very sentence, says another."""
    polar = labels.polarity
    if polar is not None:
        rest = re.sub(r"^\W*(?:yes|no|true|false|correct|incorrect|はい|いいえ)\W+", "", part, flags=re.IGNORECASE)
        restated = _restated(question, rest, labels) if rest != part else None
        if restated is not None and restated != label:
            return LabelReading(None, part, "the label and the restated statement disagree")
    for other in sentences(answer):
        bare = labels.named(other) if len(other) < 40 else None
        if bare is not None and bare != label and other != part:
            return LabelReading(None, answer, "two labels are given in different sentences")
    return LabelReading(label, part, "announced label" if announcement else "label assigned")


def _from_denial(question: str, part: str, denied: list[LabelMention], labels: LabelSet) -> LabelReading:
    unique = list(dict.fromkeys(mention.label for mention in denied))
    if len(unique) == 1 and labels.other(unique[0]) is not None and may_infer_other(question, labels):
        return LabelReading(labels.other(unique[0]), part, "the other label of two is denied")
    return LabelReading(None, part, "a label is only denied" if unique else "no label is assigned")


def may_infer_other(question: str, labels: LabelSet) -> bool:
    """Return whether denying one of two labels means the other: a polar set, or a question that names both."""
    named = {mention.label for mention in mentions(question, labels)}
    return len(labels.labels) == 2 and (labels.polarity is not None or len(named) == 2)


def _restated(question: str, part: str, labels: LabelSet) -> Label | None:
    """Return the label that restating the question means in a polar set, or None if nothing is restated."""
    if labels.polarity is None:
        return None
    statement = _statement(question)
    wanted = {token.stem for token in tokenise(statement) if token.content} - _TASK
    held = {token.stem for token in tokenise(part) if token.content}
    share = len(wanted & held) / len(wanted) if len(wanted) > 1 else 0.0
    reversed_ = (negations(part) - negations(statement)) % 2 == 1
    if share < (DENIES_SHARE if reversed_ else AFFIRMS_SHARE):
        return None
    return labels.polarity[reversed_]


def _statement(question: str) -> str:
    """Return the statement a question is about: in quotation marks, after the colon, else the whole."""
    quoted = re.search(r"「([^「」]{6,})」|\"([^\"]{6,})\"", question)
    if quoted is not None and _ASKS_TRUTH.search(question.replace(quoted.group(), "")):
        return quoted.group(1) or quoted.group(2)
    before, colon, after = question.partition(":")
    return after if colon and _ASKS_TRUTH.search(before) else question
