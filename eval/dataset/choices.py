"""The answers that a question allows: the choices it is asked with, and the labels its answers are graded by."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eval.dataset.values import UnusableValue, list_of, text_of
from eval.grading.labels.label_set import Label, LabelSet
from eval.grading.labels.options import read_options, spelt
from rag.messages import Message
from rag.records import Language
from rag.text.canonical import canonical
from rag.text.language import normalise
from rag.text.word_match import folded

_HEADINGS: Mapping[Language, str] = {"ja": "選択肢：", "en": "Choices: "}
_LABELLED = re.compile(r"[(\[]?([0-9]{1,2}|[a-z]|[ア-ン])(?:[)\].:、,]+\s*(.*))?", re.S)
_DIVIDERS = tuple(map(re.compile, ("\n", ";", "；", "、", "，", r",(?!\d{3}(?!\d))")))
_SERIES = ("abcdefghijklmnopqrstuvwxyz", "アイウエオカキクケコ", "イロハニホヘトチリヌ")
_BETWEEN: Mapping[Language, str] = {"ja": "、", "en": ", "}


@dataclass(frozen=True, slots=True)
class Choices:
    """The texts of the choices by their numbers or letters; `labelled` if these are the set's own."""

    texts: Mapping[str, str]
    labelled: bool = True

    def named(self, answer: str, first: int) -> str | None:
        """Return the choice that an answer is, or is the number or letter of; None for any other answer.

        `first` is the number of the first one, of choices that have no numbers or letters of their own.
        """
        if same := [text for text in self.texts.values() if _key(text) == _key(answer)]:
            return answer if answer in same else same[0]
        labelled = _LABELLED.fullmatch(normalise(answer))
        chosen = None if labelled is None else self._at(labelled[1], first)
        if labelled is None or chosen is None or (labelled[2] and _key(labelled[2]) != _key(chosen)):
            return None
        return chosen

    def _at(self, label: str, first: int) -> str | None:
        if self.labelled and (label in self.texts or label.isdigit()):
            return self.texts.get(label)
        series = next((series for series in _SERIES if label in series), "")
        at = int(label) - first if label.isdigit() else series.find(label)
        return dict(enumerate(self.texts.values())).get(at)

    @staticmethod
    def is_label(answer: str) -> bool:
        """Tell whether an answer is nothing but a number or a letter, as of a choice."""
        labelled = _LABELLED.fullmatch(normalise(answer))
        return labelled is not None and not labelled[2]

    def ask_in(self, questions: Mapping[Language, str]) -> dict[Language, str]:
        """Return a question by language, followed by its choices unless it has all of them."""
        return {
            language: question
            if all(text in question for text in self.texts.values())
            else f"{question}\n{_HEADINGS[language]}{_BETWEEN[language].join(self.texts.values())}"
            for language, question in questions.items()
        }

    def labels(self) -> LabelSet:
        """Return the choices as labels, each once. Raises UnusableValue for fewer than two."""
        return _labels([(text,) for text in {_key(text): text for text in self.texts.values()}.values()])


def read_choices(values: Mapping[str, Any]) -> Choices | None:
    """Return the choices in columns by their index, or in one column (index "") with a list; None for empty cells.

    Raises UnusableValue.
    """
    labelled = True
    if set(values) != {""}:
        texts = {index: text_of(value) for index, value in values.items()}
    elif (marked := _marked(cell := values[""])) is not None:
        texts = marked
    else:
        names = cell.get("label") if isinstance(cell, Mapping) else None
        listed = _listed(cell)
        labelled = isinstance(names, list) and len(names) == len(listed)
        keys = names if labelled and names else range(len(listed))
        texts = {text_of(name).casefold(): text for name, text in zip(keys, listed, strict=True)}
    texts = {index: text for index, text in texts.items() if text}
    return Choices(texts, labelled) if texts else None


def _marked(cell: Any) -> dict[str, str] | None:
    """Return the choices in a cell by the letters or numbers that they begin with; None if not all do, or none."""
    parts = list_of(cell) if isinstance(cell, str) else []
    text = unicodedata.normalize("NFKC", spelt("\n".join(parts))).strip()
    options = read_options(text)
    if not options or not re.match(rf"\W*{options[0].marker}", text) or len(parts) not in {1, len(options)}:
        return None
    if len(parts) > 1 and any(
        not re.match(rf"\W*{option.marker}", line.strip())
        for option, line in zip(options, text.split("\n"), strict=True)
    ):
        return None
    *before, last = options
    at = 0
    for option in before:
        at = text.find(option.text, at) + len(option.text)
    whole = text[text.find(last.text, text.find(last.marker, at) + 1) :]  # a question has more behind its options
    return {option.marker.casefold(): option.text for option in before} | {last.marker.casefold(): whole}


def _listed(value: Any) -> list[str]:
    """Return the texts in a list, or in a cell: in JSON, or divided by the first sign in it of those that divide."""
    texts = list_of(value)
    divided = next(
        (sign for sign in _DIVIDERS if len(texts) == 1 and isinstance(value, str) and sign.search(texts[0])), None
    )
    return [text.strip() for text in divided.split(texts[0])] if divided else texts


def label_set(value: Any, languages: Sequence[Language]) -> LabelSet | None:
    """Return the labels in a cell: `日本語=english|...` in two languages, or names alone where the question has one.

    Raises UnusableValue.
    """
    names = list_of(value)
    if not names:
        return None
    if len(languages) > 1 or any("=" in name for name in names):
        try:
            return LabelSet.parse("|".join(names))
        except ValueError as error:
            raise UnusableValue(Message("cannot be read: {error}", error=error)) from error
    return _labels([tuple(part.strip() for part in name.split("/") if part.strip()) for name in names])


def _key(text: str) -> str:
    return folded(canonical(text))


def _labels(names: Sequence[tuple[str, ...]]) -> LabelSet:
    keys = [_key(synonym) for synonyms in names for synonym in synonyms]
    if len(names) < 2 or not all(names) or len(set(keys)) < len(keys):
        raise UnusableValue(
            Message("needs two different labels or more, not {names!r}", names=" | ".join("/".join(n) for n in names))
        )
    return LabelSet(tuple(Label(synonyms, synonyms) for synonyms in names))
