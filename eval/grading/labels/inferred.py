"""Infer the labels of a classification from its question and references where no column gives them.

In order: options with letters, assignments of items, words of truth, a list of labels that the question offers, a
family of common labels that it asks for. A reference that is none of these, as the band Yes where the question is who
sings, is a text.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from eval.grading.labels.choices import Choice, offered
from eval.grading.labels.items import Assigned, NamedPair, asked_items, entries, in_order, merge, pairs, parse_reference
from eval.grading.labels.label_set import TRUTH, YES_NO, Label, LabelSet
from eval.grading.labels.options import Option, read_options, spelt
from eval.grading.labels.synonyms import family_of, with_synonyms
from rag.text.canonical import canonical
from rag.text.word_match import folded

_POLAR_WORDS = re.compile(
    r"\b(?:true|false|yes|no|correct|incorrect|right|wrong)\b|正し|正誤|誤り|間違|真偽|はい|いいえ|本当|○|×",
    re.IGNORECASE,
)
_ASKS_FOR_NAME = re.compile(
    r"^\W*(?:(?:in|on|for|by|from|to|of|at|with|about) )?(?:who|whom|whose|what|which|where|when|why|how|name|list"
    r"|give|tell"
    r"|identify)\b|(?:誰|だれ|何|なに|どこ|どの|どれ|どちら|なぜ|いつ|いくつ|いくら|どんな|どう)(?!か[^。?]*か)",
    re.IGNORECASE,
)
_AUXILIARY = re.compile(
    r"(?:^|[,.:?!]\s+)(?:is|are|was|were|do|does|did|can|could|has|have|had|will|would|should|may|must)\b",
    re.IGNORECASE,
)
_MARKER = re.compile(
    r"^\W{0,9}(?:option|choice|選択肢|記号)?\s{0,9}[(\[【]?\s{0,9}(\w)\s{0,9}(?:[)\]】.:、,]\s{0,9}(.*)|)$",
    re.IGNORECASE | re.DOTALL,
)
_HEAD_WORD = re.compile(
    r"(yes|no|true|false|はい|いいえ|正しい|誤り)[,.、。]\s?"
    r"(?!.{0,400}(?:\b(?:yes|no|true|false)\b|はい|いいえ|正し|誤り)).",
    re.IGNORECASE,
)
_OFFERED_TWO = 2
_CHOOSES = re.compile(
    r"^(?!.*(?:どちら|どっち|いずれ)).*か、[^。?]{1,40}か[。?]?$|^(?:is|are|was|were|does|do|did|has|have)\b[^?.]*\bor\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class LabelTask:
    """The labels of a question, and either the label of each item or the labels that are right, by their references."""

    labels: LabelSet
    items: tuple[Assigned, ...] = ()
    wanted: Mapping[Label, int] = field(default_factory=dict)


@functools.lru_cache(maxsize=1024)
def label_task(question: str, references: tuple[str, ...], labels: LabelSet | None) -> LabelTask | None:
    """Return how a classification question is to be graded, or None if its references are not labels.

    `labels` are those of a column; without them they are read out of the question and the references.

    >>> task = label_task("Is it a bird or a fish?", ("bird",), None)
    >>> [label.name("en") for label in task.labels.labels]
    ['bird', 'fish']
    """
    options = read_options(question)
    if labels is not None:
        return _task(question, references, with_synonyms(_with_options(labels, options)))
    return (
        _by_options(question, references, options)
        or _by_assignment(question, references)
        or _by_truth(question, references)
        or _by_choice(question, references)
    )


def _task(question: str, references: Sequence[str], labels: LabelSet) -> LabelTask | None:
    assigned = [items for text in references if (items := parse_reference(text, labels))]
    if assigned:
        return LabelTask(labels, in_order(canonical(spelt(question)), merge(assigned)))
    wanted: dict[Label, int] = {}
    for place, text in enumerate(references):
        label = _named(text, labels)
        if label is not None:
            wanted.setdefault(label, place)
    ordered = () if wanted else _positional(question, references, labels)
    return LabelTask(labels, ordered, wanted) if wanted or ordered else None


def _named(text: str, labels: LabelSet) -> Label | None:
    """Return the label of a reference: its name, the letter of its option, or both (C. 熊本県)."""
    plain = canonical(spelt(text))
    label = labels.named(plain) if labels.polarity is None else _truth_of(plain, labels)
    if label is not None or not labels.markers:
        return label
    marker = _MARKER.match(plain)
    return labels.marked(marker.group(1)) if marker else None


def _truth_of(text: str, labels: LabelSet) -> Label | None:
    """Return the label of a reference to a yes-or-no question: the word alone, or with what follows it (Yes, it is)."""
    head = _HEAD_WORD.match(canonical(text))
    return labels.named(text) or (labels.named(head.group(1)) if head else None)


def _with_options(labels: LabelSet, options: Sequence[Option]) -> LabelSet:
    """Return the labels with the letters of the options that stand for them, if there is one for each."""
    found = [labels.named(option.text) or labels.named(option.marker) for option in options]
    if len(set(found)) != len(labels.labels) or None in found or len(found) != len(labels.labels):
        return labels
    known = [label.known_as([option.text]) for label, option in zip(found, options, strict=True) if label]
    return LabelSet(tuple(known), tuple(option.marker for option in options))


def _by_options(question: str, references: Sequence[str], options: Sequence[Option]) -> LabelTask | None:
    if not options or len({folded(canonical(option.text)) for option in options}) < len(options):
        return None
    markers = {option.marker for option in options}
    if any(len(found := pairs(text)) > 1 and {pair.item for pair in found} <= markers for text in references):
        return None  # 1: positive; 2: negative
    labels = LabelSet(
        tuple(Label((option.text,), (option.text,)) for option in options), tuple(option.marker for option in options)
    )
    task = _task(question, references, labels)
    if task is None or task.items:
        return task
    right = next(iter(task.wanted))
    others = [text for text in references if _named(text, labels) is None]
    return _task(question, references, with_synonyms(_renamed(labels, right, others)))


def _renamed(labels: LabelSet, label: Label, names: Sequence[str]) -> LabelSet:
    """Return the set with further names of one label, except those of another."""
    free = [name for name in names if labels.named(name) in (None, label)]
    return LabelSet(tuple(known.known_as(free) if known == label else known for known in labels.labels), labels.markers)


def _by_assignment(question: str, references: Sequence[str]) -> LabelTask | None:
    asked = folded(canonical(spelt(question)))
    named = [_label_last(found, asked) for text in references if len(found := pairs(text)) > 1]
    if not any(all(folded(canonical(pair.item)) in asked for pair in found) for found in named):
        return _positional_task(question, references)
    columns = [[pair.label for pair in found] for found in named if len(found) == len(named[0])]
    names = dict.fromkeys(zip(*columns, strict=True))
    labels = _distinct(names)
    choice = next((c for name in names for c in [offered(canonical(question), name)] if c), None)
    labels = _with_offered(labels, choice)
    return _task(question, references, with_synonyms(labels))


def _label_last(found: Sequence[NamedPair], asked: str) -> tuple[NamedPair, ...]:
    """Return the pairs of a reference, turned round where it lists the items behind each label."""
    turned = [NamedPair(item, pair.item) for pair in found for item in entries(pair.label)]
    lists = len(turned) > len(found) and all(folded(canonical(pair.item)) in asked for pair in turned)
    return tuple(turned) if lists else tuple(found)


def _distinct(names: Sequence[tuple[str, ...]] | Mapping[tuple[str, ...], object]) -> LabelSet:
    """Return a set with one label for all names that go together."""
    labels: list[Label] = []
    for group in names:
        at = next((i for i, label in enumerate(labels) if any(LabelSet((label,)).named(name) for name in group)), None)
        if at is None:
            labels.append(Label(tuple(dict.fromkeys(group)), tuple(dict.fromkeys(group))))
        else:
            labels[at] = labels[at].known_as(group)
    return LabelSet(tuple(labels))


def _with_offered(labels: LabelSet, choice: Choice | None) -> LabelSet:
    """Return the set with the labels that the question offers and no reference names."""
    if choice is None:
        return labels
    new = [name for name in choice.names if labels.named(name) is None]
    return LabelSet((*labels.labels, *(Label((name,), (name,)) for name in new)), labels.markers)


def _positional(question: str, references: Sequence[str], labels: LabelSet) -> tuple[Assigned, ...]:
    """Return the items of references that give labels alone, in the order asked, or ()."""
    for text in references:
        found = [_named(entry, labels) for entry in entries(text)]
        given = [label for label in found if label is not None]
        if len(given) > 1 and len(given) == len(found):
            names = asked_items(spelt(question), len(given)) or tuple(f"#{i + 1}" for i in range(len(given)))
            return tuple(Assigned((name,), label) for name, label in zip(names, given, strict=True))
    return ()


def _positional_task(question: str, references: Sequence[str]) -> LabelTask | None:
    listed = [entries(text) for text in references]
    listed = [found for found in listed if len(found) > 1]
    if not listed or not asked_items(spelt(question), len(listed[0])):
        return None
    if all(TRUTH.named(name) for name in listed[0]):
        return _task(question, references, TRUTH)
    names = _distinct(dict.fromkeys(zip(*(f for f in listed if len(f) == len(listed[0])), strict=True)))
    several = [offered(canonical(question), label.synonyms) for label in names.labels]
    if None in several:
        return None
    return _task(question, references, with_synonyms(_with_offered(names, several[0])))


def _by_truth(question: str, references: Sequence[str]) -> LabelTask | None:
    known = [text for text in references if _truth_of(text, TRUTH) or _truth_of(text, YES_NO)]
    if not known or not asks_truth(question):
        return None
    words = {folded(canonical(name)) for name in ("yes", "no", "はい", "いいえ")}
    yes_no = any(folded(re.split("[,、]", canonical(text))[0]) in words for text in known)
    return _task(question, references, YES_NO if yes_no else TRUTH)


def asks_truth(question: str) -> bool:
    """Return whether yes or true can answer a question: it is not a "who", "what" or "which" without words of truth.

    >>> asks_truth("Who sings Roundabout?"), asks_truth("Is Greenland in Europe?")
    (False, True)
    """
    if _POLAR_WORDS.search(question):
        return True
    if _AUXILIARY.search(question):
        return True
    return _ASKS_FOR_NAME.search(question) is None


def asks_yes_or_no(question: str, references: Sequence[str]) -> bool:
    """Return whether a question of any kind asks for yes or no: it does, and every reference is one of the two.

    >>> asks_yes_or_no("Is Greenland in Europe?", ["no", "いいえ"]), asks_yes_or_no("Who sings it?", ["Yes"])
    (True, False)
    """
    return (
        bool(references)
        and all(_truth_of(text, YES_NO) or _truth_of(text, TRUTH) for text in references)
        and asks_truth(question)
    )


def asks_to_choose(question: str, references: Sequence[str]) -> bool:
    """Return whether a question of any kind offers two answers, one of them a reference, and asks which it is.

    >>> asks_to_choose("国会は一院制ですか、二院制ですか。", ["二院制"]), asks_to_choose("Who wrote A or B?", ["C"])
    (True, False)
    """
    if not _CHOOSES.search(question):
        return False
    choice = offered(canonical(question), list(map(canonical, references)))
    return choice is not None and len(choice.names) == _OFFERED_TWO


def _by_choice(question: str, references: Sequence[str]) -> LabelTask | None:
    text = canonical(question)
    choice = offered(text, list(map(canonical, references)))
    family = family_of(references)
    if choice is not None and len(choice.names) >= _OFFERED_TWO:
        labels = LabelSet(tuple(Label((name,), (name,)) for name in choice.names))
        right = labels.labels[choice.known]
        return _task(question, references, with_synonyms(_renamed(labels, right, references)))
    if family is None or not family.asked_by.search(text):
        return None
    return _task(question, references, LabelSet(family.labels))
