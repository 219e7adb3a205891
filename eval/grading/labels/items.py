"""The items of an assignment question and the label of each, as references write them.

`item: label; item: label` (項目：ラベル；項目：ラベル), with commas or line ends, with = or an arrow for the colon,
label first (哺乳類：クジラ、コウモリ；鳥類：ワシ), or labels alone in the order asked (正しい、誤り、正しい).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from eval.grading.labels.label_set import Label, LabelSet
from eval.grading.labels.options import read_options
from rag.text.canonical import canonical
from rag.text.word_match import folded

_PART = re.compile(r"[;；\n]")
_SMALL_PART = re.compile(r"[;；\n]|[,、，]\s*")
_JOINT = re.compile(r"\s{0,9}(?:[:：=＝]|→|⇒|->|=>|\s-\s)\s{0,9}")
_LIST = re.compile(r"\s{0,9}(?:[,、，;；\n]|\s(?:and|&)\s|および|及び)\s{0,9}(?:and\s{1,9})?")
_ENTRY = re.compile(r"^\s*(?:[(（]?\d{1,2}[.)）．]|[-*•・])\s*")
_ANSWER = re.compile(r"^(?:答え?|回答|解答|正解|answers?)\s*[:：]\s*", re.IGNORECASE)
_LEAD = re.compile(r"[:：]|[?？。．]\s*|\.\s")


@dataclass(frozen=True, slots=True)
class Assigned:
    """One item of a reference: its names in the languages given, and its label."""

    names: tuple[str, ...]
    label: Label


@dataclass(frozen=True, slots=True)
class NamedPair:
    """An item and the name of its label, as a reference writes them."""

    item: str
    label: str


def parse_reference(text: str, labels: LabelSet) -> tuple[Assigned, ...]:
    """Return the items of an assignment reference, or () if `text` is not one.

    >>> labels = LabelSet.parse("弦楽器=string|打楽器=percussion")
    >>> [item.names for item in parse_reference("琴：弦楽器；太鼓：打楽器", labels)]
    [('琴',), ('太鼓',)]
    """
    items: list[Assigned] = []
    for pair in pairs(text, labels):
        label = labels.named(pair.label) or labels.marked(canonical(pair.label).strip(" ()."))
        if label is None:
            return ()
        items.append(Assigned((pair.item,), label))
    return tuple(items)


def pairs(text: str, labels: LabelSet | None = None) -> tuple[NamedPair, ...]:
    """Return the pairs of a reference written item by item, or by label where `labels` has the left sides; else ()."""
    found: list[NamedPair] = []
    for separator in (_PART, _SMALL_PART):
        parts = [_ENTRY.sub("", part).strip() for part in separator.split(text) if part.strip()]
        halves = [half for part in parts if (half := _halves(part))]
        found = halves if len(parts) == len(halves) > len(found) else found
    if labels is not None and found and all(labels.named(pair.item) for pair in found):
        return tuple(NamedPair(item, pair.item) for pair in found for item in entries(pair.label))
    return tuple(found)


def entries(text: str) -> tuple[str, ...]:
    r"""Return the entries of a list in one line or several, without numbers and bullets.

    >>> entries("1. true\n2. false"), entries("正しい、誤り")
    (('true', 'false'), ('正しい', '誤り'))
    """
    text = re.sub(r"(?<=[^\s\d])\s+(?=[(（]?\d{1,2}[.)）．]\s)", "\n", _ANSWER.sub("", text.strip()))
    return tuple(part for piece in _LIST.split(text) if (part := _ENTRY.sub("", piece).strip(" 。.")))


def asked_items(question: str, count: int) -> tuple[str, ...]:
    """Return the `count` items that a question lists (numbered, one a line, or after its last colon), or ()."""
    options = read_options(question)
    if len(options) == count:
        return tuple(option.text for option in options)
    lines = [_ENTRY.sub("", line).strip() for line in question.splitlines() if line.strip()]
    listed = tuple(lines[-count:]) if len(lines) > count else ()
    if listed:
        return listed
    quoted = re.findall(r"「([^「」]+)」", question)
    starts = [match.end() for match in _LEAD.finditer(question) if question[match.end() :].strip()]
    found = [entries(question[start:]) for start in reversed(starts)] + [tuple(quoted)]
    return next((listed for listed in found if len(listed) == count), ())


def merge(references: Sequence[Sequence[Assigned]]) -> tuple[Assigned, ...]:
    """Merge the items of references in several languages by position, where the labels agree."""
    first = tuple(references[0])
    for other in references[1:]:
        if [item.label for item in other] == [item.label for item in first]:
            first = tuple(Assigned((*a.names, *b.names), a.label) for a, b in zip(first, other, strict=True))
    return first


def in_order(question: str, items: Sequence[Assigned]) -> tuple[Assigned, ...]:
    """Return the items in the order in which the question (canonical) names them, if it names them all."""
    asked = folded(question)
    places = [max((asked.rfind(folded(canonical(name))) for name in item.names), default=-1) for item in items]
    if -1 in places:
        return tuple(items)
    return tuple(item for _, item in sorted(zip(places, items, strict=True), key=lambda pair: pair[0]))


def _halves(part: str) -> NamedPair | None:
    cuts = list(_JOINT.finditer(part))
    if not cuts:
        return None
    name, label = part[: cuts[-1].start()].strip(), part[cuts[-1].end() :].strip()
    return NamedPair(name, label) if name and label else None
