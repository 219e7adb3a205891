"""Read an assignment of items to labels from a free answer: "Gudok is string, Cantaro is percussion".

In the answer (also 「弦楽器：琴、打楽器：太鼓」) items and labels may
come in any order: item before label ("Gudok and Lyre are string"), label before items ("String: Gudok, Lyre"),
label as a heading over a list, "respectively", "both", "only the eagle ...; the others ...", "all but the eagle",
by the items' places ("the first is ...", 1と3は…), or labels alone, as many as items, in the order asked. An item with
two labels or none makes the answer unparsed, unless another item is already wrong.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from eval.grading.labels.items import Assigned
from eval.grading.labels.label_set import Label, LabelSet
from eval.grading.labels.mentions import LabelMention, may_infer_other, mentions
from eval.grading.text import sentence_stretches
from rag.text.canonical import canonical
from rag.text.tokens import tokenise
from rag.text.word_match import folded, occurrences

_EVERY = re.compile(
    r"\b(?:both|all|each|they(?='re| (?:should |would |can )?(?:are|were|be|belong|count|qualify|fall (?:in|und)))"
    r"|everything)\b|両方|どちらも|すべて|全て|いずれも|全部|みな|どれも",
    re.IGNORECASE,
)
_NEITHER = re.compile(r"\b(?:neither|none)\b|(?:どちらも|いずれも|どれも).*(?:ない|なく|ません)", re.IGNORECASE)
_RESPECTIVELY = re.compile(r"\brespectively\b|それぞれ|順に", re.IGNORECASE)
_REST = re.compile(
    r"\b(?:the |all (?:the )?)?(?:others?\b(?! (?:than|hand|side|words))|rest\b|remaining\b|remainder\b"
    r"|everything else\b)|残り|それ以外|そのほか|その他|ほかは|ほかの"
    r"|他は|他の|あとは",
    re.IGNORECASE,
)
_EXCEPT_BEFORE = re.compile(
    r"\b(?:except(?:ing)?(?: for)?|all but|everything but|apart from|other than|aside from)\b", re.IGNORECASE
)
_EXCEPT_AFTER = re.compile(r"以外|を除|のほか")
_ONLY = re.compile(r"\bonly\b|だけ|のみ", re.IGNORECASE)
_PLACES = (
    "1st first 最初 前者 former",
    "2nd second 後者 latter",
    "3rd third",
    "4th fourth",
    "5th fifth",
    "6th sixth",
)
_NUMBERED = re.compile(r"(?:^|(?<=[^\s\d.])\s)\s{0,9}\(?(\d{1,2})[.)]\s")
_CLAUSE_ENDS = re.compile(
    r"(?<=で)、|(?<=[がり])、|,\s+(?:while|whereas|and|but)\b|\b(?:while|whereas)\b", re.IGNORECASE
)
_IS_NOT = re.compile(
    r"\b(?:is|are|was|were|does|do) not\W{0,9}$|n't\W{0,9}$|(?:違い|ありません|違う|ではない)\w{0,3}\W{0,9}$"
)
_SEVERAL = 2  # places that an answer must name before they count, so that "3 facts" is no item
_ASKS = re.compile(r"\?[\"')]*$|か。?$")


@dataclass(slots=True)
class _State:
    """The running state of one reading: what is open from earlier lines, and what has been assigned."""

    given: dict[int, list[Label]] = field(default_factory=dict)
    heading: Label | None = None
    waiting: list[int] = field(default_factory=list)
    rest: Label | None = None
    """The label of the items that nothing else is said of."""

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


def read_assignment(
    question: str, answer: str, items: Sequence[Assigned], labels: LabelSet
) -> tuple[tuple[Label, ...], ...]:
    """Return the labels that an answer (canonical) gives to each item: none, one, or several in contradiction.

    The items are in the order asked.
    """
    answer = _unnumbered(answer)
    cut = [piece.strip() for part in sentence_stretches(answer) for piece in part.split(";")]
    parts = [piece for piece in cut if piece and not _ASKS.search(piece)]
    if not any(event.item is not None for part in parts for event in _events(part, items, labels)):
        placed = _by_place(items)
        places = {event.item for part in parts for event in _events(part, placed, labels)} - {None}
        listed = _listed(parts, len(items), labels) if len(places) < _SEVERAL else ()
        if listed:
            return tuple((label,) for label in listed)
        items = placed
    state = _State()
    infer = may_infer_other(question, labels)
    for part in parts:
        for piece in _split_rest(part):
            for clause in _complete_clauses(piece, items, labels):
                _read_piece(clause.strip(), items, labels, state, infer=infer)
    if state.rest is not None:
        state.assign([i for i in range(len(items)) if not state.given.get(i)], state.rest)
    return tuple(tuple(state.given.get(i, ())) for i in range(len(items)))


def _unnumbered(answer: str) -> str:
    """Return an answer with the entries of a list that is numbered in order on lines of their own, unnumbered."""
    numbers = [int(match[1]) for match in _NUMBERED.finditer(answer)]
    ordered = len(numbers) > 1 and numbers == list(range(numbers[0], numbers[0] + len(numbers))) and numbers[0] < 3
    return _NUMBERED.sub("\n", answer).strip() if ordered else answer


def _listed(parts: Sequence[str], count: int, labels: LabelSet) -> tuple[Label, ...]:
    """Return the labels of an answer that lists one for each item and says nothing else of them."""
    whole = [mention for part in parts for mention in mentions(part, labels, anywhere=True)]
    summed = any(pattern.search(part) for part in parts for pattern in (_EVERY, _NEITHER, _REST, _ONLY))
    if summed or len(whole) != count or any(mention.denied or mention.choice for mention in whole):
        return ()
    return tuple(mention.label for mention in whole)


def _by_place(items: Sequence[Assigned]) -> tuple[Assigned, ...]:
    """Return the items with the words for their places as further names."""
    places = [f"{i + 1} {words}".split() for i, words in enumerate(_PLACES)]
    return tuple(
        Assigned((*item.names, *(places[i] if i < len(places) else [str(i + 1)])), item.label)
        for i, item in enumerate(items)
    )


def _split_rest(part: str) -> list[str]:
    """Cut a sentence before "the others": what follows is said of them alone."""
    match = _REST.search(part)
    return [part] if match is None or not match.start() else [part[: match.start()], part[match.start() :]]


def _complete_clauses(piece: str, items: Sequence[Assigned], labels: LabelSet) -> list[str]:
    """Cut a sentence into its clauses if each that names anything names items and one label; else leave it whole."""
    clauses = _CLAUSE_ENDS.split(piece)
    named = [events for clause in clauses if (events := _events(clause, items, labels))]
    complete = all(
        sum(event.item is None for event in events) == 1 and len(events) > 1 for events in named
    ) and not _RESPECTIVELY.search(piece)
    return clauses if len(named) > 1 and complete else [piece]


def _read_piece(text: str, items: Sequence[Assigned], labels: LabelSet, state: _State, *, infer: bool) -> None:
    events = _events(text, items, labels)
    named = [event.item for event in events if event.item is not None]
    assigned = _labels_of(text, events, labels, infer=infer)
    unique = list(dict.fromkeys(assigned.values()))
    only = unique[0] if len(unique) == 1 else None
    if not events:
        return
    if only is not None and not named and _REST.match(text):
        state.rest = only
    elif only is not None and named and (excepted := _excepted(text, events)):
        state.assign([i for i in range(len(items)) if i not in excepted], only)
        state.rest = state.rest or (labels.other(only) if infer else None)
    elif _RESPECTIVELY.search(text) and len(named) == len(assigned) > 1:
        for item, label in zip(named, assigned.values(), strict=True):
            state.assign([item], label)
    elif not named:
        _label_alone(text, only, len(items), state)
    elif not assigned:
        _items_alone(named, state, denied=any(event.mention for event in events))
    else:
        closed = text.rstrip().endswith(":")
        state.heading = only if events[0].mention and closed else None
        other = labels.other(only) if only is not None else None
        if events[0].mention:
            _label_first(events, assigned, state)
        else:
            _item_first(text, events, assigned, state, other)
        if only is not None and infer and _ONLY.search(text):
            state.rest = state.rest or labels.other(only)


def _label_alone(text: str, only: Label | None, count: int, state: _State) -> None:
    """Read a piece without items: said of every item, of those just named, or a heading."""
    if (_EVERY.search(text) or _NEITHER.search(text)) and only is not None:
        state.assign(range(count), only)
    elif state.waiting and only is not None:
        state.assign(state.waiting, only)
    else:
        state.heading = only
    state.waiting = []


def _items_alone(named: Sequence[int], state: _State, *, denied: bool) -> None:
    """Read a piece without a label: items under a heading, or items whose label is still to come."""
    if state.heading is not None and not denied:
        state.assign(named, state.heading)
    else:
        state.waiting = list(named)


def _excepted(text: str, events: Sequence[_Event]) -> set[int]:
    """Return the items that a sentence excepts: "all but the eagle", ワシ以外は."""
    before, after = _EXCEPT_BEFORE.search(text), _EXCEPT_AFTER.search(text)
    if before is not None:
        return {e.item for e in events if e.item is not None and e.start >= before.end()}
    if after is not None:
        return {e.item for e in events if e.item is not None and e.end <= after.start()}
    return set()


def _labels_of(text: str, events: Sequence[_Event], labels: LabelSet, *, infer: bool) -> Mapping[_Event, Label]:
    """Return the label that each event assigns: its own, or the other of two if it is denied and that is safe."""
    assigned: dict[_Event, Label] = {}
    neither = _NEITHER.search(text) is not None
    for event in events:
        mention = event.mention
        if mention is None:
            continue
        if not (mention.denied or neither):
            assigned[event] = mention.label
        elif infer and not _asserts_another(events, mention.label):
            other = labels.other(mention.label)
            assigned |= {event: other} if other is not None else {}
    return assigned


def _asserts_another(events: Sequence[_Event], denied: Label) -> bool:
    """Return whether another label is asserted next to the denied one: "string, not percussion" says string, once."""
    return any(e.mention is not None and not e.mention.denied and e.mention.label != denied for e in events)


def _item_first(
    text: str, events: Sequence[_Event], assigned: Mapping[_Event, Label], state: _State, other: Label | None
) -> None:
    """Items take the label behind them; those behind the last one, of which it is denied ("X is not"), the other."""
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
    if not labelled and other is not None and _IS_NOT.search(text):
        state.assign(pending, other)
        state.waiting = []


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
    found += [_Event(m.start, m.end, None, m) for m in mentions(text, labels, anywhere=True)]
    kept: list[_Event] = []
    taken = bytearray(len(text))
    for event in sorted(found, key=lambda e: (e.start - e.end, e.item is None)):
        if not any(taken[event.start : event.end]):
            kept.append(event)
            taken[event.start : event.end] = b"\1" * (event.end - event.start)
    return tuple(sorted(kept, key=lambda e: e.start))
