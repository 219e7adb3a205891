"""The closed label set of a classification item.

A set is written `正しい/真/はい=true/correct/yes|誤り/偽/いいえ=false/incorrect/no`: `|` between labels, each
`japanese=english`, `/` between synonyms, the first canonical. Answers may come in either language.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass, replace

from rag.text.canonical import canonical
from rag.text.word_match import folded

AFFIRMING = frozenset(map(canonical, "yes true correct right はい 正しい 真 本当 正解 正 ○ 〇".split()))
DENYING = frozenset(map(canonical, "no false incorrect wrong いいえ 誤り 偽 間違い 嘘 不正解 誤 × untrue".split()))


@dataclass(frozen=True, slots=True)
class Label:
    """One label: its synonyms in both languages, canonical first."""

    japanese: tuple[str, ...]
    english: tuple[str, ...]

    @property
    def synonyms(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.japanese + self.english))

    def name(self, language: str) -> str:
        return (self.japanese if language == "ja" else self.english)[0]

    def known_as(self, names: Iterable[str]) -> Label:
        """Return the label with further names, in either language."""
        added = tuple(dict.fromkeys(name for name in names if name not in self.synonyms))
        return replace(self, japanese=self.japanese + added, english=self.english + added) if added else self


@dataclass(frozen=True, slots=True)
class LabelSet:
    """The labels a classification item allows; `markers` are the letters or numbers of its options, if it has any."""

    labels: tuple[Label, ...]
    markers: tuple[str, ...] = ()
    """One for each label, or none at all; compared in any case."""

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
        return _polarity(self.labels) if len(self.labels) == 2 else None

    def named(self, text: str) -> Label | None:
        """Return the label that the whole `text` is a synonym of, in any case, or None."""
        wanted = _key(text)
        return next((label for label in self.labels if any(_key(s) == wanted for s in label.synonyms)), None)

    def marked(self, marker: str) -> Label | None:
        """Return the label of the option with this letter or number, or None."""
        found = [mark.casefold() for mark in self.markers]
        return self.labels[found.index(marker.casefold())] if marker.casefold() in found else None

    def other(self, label: Label) -> Label | None:
        """Return the other label of a set of two, or None in a larger one."""
        return self.labels[1 - self.labels.index(label)] if len(self.labels) == 2 else None


YES_NO = LabelSet(
    (
        Label(("はい", "正しい", "真"), ("yes", "true", "correct")),
        Label(("いいえ", "誤り", "偽"), ("no", "false", "incorrect")),
    )
)
TRUTH = LabelSet(
    (
        Label(("正しい", "正", "真", "本当", "正解", "はい", "○"), ("true", "correct", "right", "yes")),
        Label(
            ("誤り", "誤", "偽", "嘘", "間違い", "不正解", "いいえ", "×"),
            ("false", "incorrect", "wrong", "untrue", "no"),
        ),
    )
)


@functools.lru_cache(maxsize=256)
def _polarity(labels: tuple[Label, ...]) -> tuple[Label, Label] | None:
    yes = [label for label in labels if AFFIRMING & {canonical(s).casefold() for s in label.synonyms}]
    no = [label for label in labels if DENYING & {canonical(s).casefold() for s in label.synonyms}]
    return (yes[0], no[0]) if len(yes) == len(no) == 1 and yes != no else None


def _key(name: str) -> str:
    """Return what names are compared by; a sign (○) that folding would drop is itself."""
    return folded(canonical(name)) or canonical(name)


def _label(part: str) -> Label:
    japanese, equals, english = part.partition("=")
    names = [tuple(name.strip() for name in side.split("/") if name.strip()) for side in (japanese, english)]
    if not equals or not all(names):
        raise ValueError(f"label {part!r}: expected 'japanese=english', synonyms separated by '/'")
    return Label(names[0], names[1])
