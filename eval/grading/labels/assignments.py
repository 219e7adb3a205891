"""Read an assignment of items to labels from a free answer: "Gudok is string, Cantaro is percussion".

The reference is written `item: label; item: label` (項目：ラベル；項目：ラベル). In the answer (also
「弦楽器：琴、打楽器：太鼓」) items and labels may
come in any order: item before label ("Gudok and Lyre are string"), label before items ("String: Gudok, Lyre"),
label as a heading over a list, "respectively", or "both". An item with two labels or none makes the answer
unparsed, unless another item is already wrong.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from eval.grading.labels.label_set import Label, LabelMention, LabelSet, may_infer_other, mentions
from eval.grading.text import sentences
from eval.grading.word_match import folded, occurrences
from rag.text.canonical import canonical
from rag.text.tokens import tokenise

_EVERY = re.compile(
    r"\b(?:both|all|each|they|everything)\b|両方|どちらも|すべて|全て|いずれも|全部|みな", re.IGNORECASE
)
_NEITHER = re.compile(r"\b(?:neither|none)\b|どちらも.*(?:ない|ません)|いずれも.*(?:ない|ません)", re.IGNORECASE)
_RESPECTIVELY = re.compile(r"\brespectively\b|それぞれ|順に", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Assigned:
    """One item of a reference: its names in the languages given, and its label."""

    names: tuple[str, ...]
    label: Label


@dataclass(slots=True)
class _State:
    """The running state of one reading: what is open from earlier lines, and what has been assigned."""

    given: dict[int, list[Label]] = field(default_factory=dict)
    heading: Label | None = None
    waiting: list[int] = field(default_factory=list)

    def assign(self, items: Sequence[int], label: Label) -> None:
        for item in items:
            if label not in self.given.setdefault(item, []):
                self.given[item].append(label)


@dataclass(frozen=True, slots=True)
class _Event:
    start: int
    end: int
    item: int | None
    mention: LabelMention | None


def parse_reference(text: str, labels: LabelSet) -> tuple[Assigned, ...]:
    """Return the items of an assignment reference, or () if `text` is not one.

    >>> labels = LabelSet.parse("弦楽器=string|打楽器=percussion")
    >>> [item.names for item in parse_reference("琴：弦楽器；太鼓：打楽器", labels)]
    [('琴',), ('太鼓',)]
    """
    items: list[Assigned] = []
    for part in re.split(r"[;；\n]", text):
        name, colon, label_text = (piece.strip() for piece in re.sub("：", ":", part).rpartition(":"))
        label = labels.named(label_text) if colon else None
        if part.strip() and (label is None or not name):
            return ()
        if label is not None:
            items.append(Assigned((name,), label))
    return tuple(items)


def merge(references: Sequence[Sequence[Assigned]]) -> tuple[Assigned, ...]:
    """Merge the items of references in several languages by position, where the labels agree."""
    first = tuple(references[0])
    for other in references[1:]:
        if [item.label for item in other] == [item.label for item in first]:
            first = tuple(Assigned((*a.names, *b.names), a.label) for a, b in zip(first, other, strict=True))
    return first


def read_assignment(
    question: str, answer: str, items: Sequence[Assigned], labels: LabelSet
) -> tuple[tuple[Label, ...], ...]:
    """Return the labels that an answer (canonical) gives to each item: none, one, or several in contradiction."""
    state = _State()
    infer = may_infer_other(question, labels)
    for part in sentences(answer):
        for piece in part.split(";"):
            if not re.search(r"\?[\"')]*$|か。?$", piece):
                _read_piece(piece.strip(), items, labels, state, infer=infer)
    return tuple(tuple(state.given.get(i, ())) for i in range(len(items)))


def _read_piece(text: str, items: Sequence[Assigned], labels: LabelSet, state: _State, *, infer: bool) -> None:
    events = _events(text, items, labels)
    named = [event.item for event in events if event.item is not None]
    assigned = _labels_of(events, labels, infer=infer)
    if not events:
        return
    if _RESPECTIVELY.search(text) and len(named) == len(assigned) > 1:
        for item, label in zip(named, assigned.values(), strict=True):
            state.assign([item], label)
    elif not named:
        if _EVERY.search(text) and len(set(assigned.values())) == 1 and not _NEITHER.search(text):
            state.assign(range(len(items)), next(iter(assigned.values())))
        elif state.waiting and len(assigned) == 1:
            state.assign(state.waiting, next(iter(assigned.values())))
        else:
            state.heading = next(iter(assigned.values())) if len(assigned) == 1 else None
        state.waiting = []
    elif not assigned:
        if state.heading is not None and not any(event.mention for event in events):
            state.assign(named, state.heading)
        else:
            state.waiting = list(named)
    else:
        state.heading = next(iter(assigned.values())) if events[0].mention and text.rstrip().endswith(":") else None
        (_label_first if events[0].mention else _item_first)(events, assigned, state)


def _labels_of(events: Sequence[_Event], labels: LabelSet, *, infer: bool) -> Mapping[_Event, Label]:
    """Return the label that each event assigns: its own, or the other of two if it is denied and that is safe."""
    assigned: dict[_Event, Label] = {}
    for event in events:
        mention = event.mention
        if mention is None:
            continue
        if not mention.denied:
            assigned[event] = mention.label
        elif infer and not _asserts_another(events, mention.label):
            other = labels.other(mention.label)
            assigned |= {event: other} if other is not None else {}
    return assigned


def _asserts_another(events: Sequence[_Event], denied: Label) -> bool:
    """Return whether another label is asserted beside the denied one: "string, not percussion" says string, once."""
    return any(e.mention is not None and not e.mention.denied and e.mention.label != denied for e in events)


def _item_first(events: Sequence[_Event], assigned: Mapping[_Event, Label], state: _State) -> None:
    pending: list[int] = []
    labelled = False
    for event in events:
        if event.item is not None:
            pending = [*([] if labelled else pending), event.item]
            labelled = False
        elif event in assigned:
            state.assign(pending, assigned[event])
            labelled = True
    state.waiting = [] if labelled else pending


def _label_first(events: Sequence[_Event], assigned: Mapping[_Event, Label], state: _State) -> None:
    """Items take the label before them; a label with no item after it belongs to the item just before it."""
    groups: list[list[int]] = []
    names: list[Label] = []
    for event in events:
        if event in assigned:
            names.append(assigned[event])
            groups.append([])
        elif event.item is not None and groups:
            groups[-1].append(event.item)
    if groups and not groups[-1] and len(groups) > 1 and len(groups[-2]) > 1:
        groups[-1].append(groups[-2].pop())
    for label, group in zip(names, groups, strict=True):
        state.assign(group, label)


def _events(text: str, items: Sequence[Assigned], labels: LabelSet) -> tuple[_Event, ...]:
    """Items and labels in order of appearance, overlaps resolved for the longer name."""
    tokens = tokenise(text)
    found = [
        _Event(tokens[first].start, tokens[last - 1].end, i, None)
        for i, item in enumerate(items)
        for name in item.names
        if folded(canonical(name))
        for first, last in occurrences(text, canonical(name))
    ]
    found += [_Event(mention.start, mention.end, None, mention) for mention in mentions(text, labels)]
    kept: list[_Event] = []
    for event in sorted(found, key=lambda e: (e.start - e.end, e.item is None)):
        if all(event.end <= other.start or other.end <= event.start for other in kept):
            kept.append(event)
    return tuple(sorted(kept, key=lambda e: e.start))
