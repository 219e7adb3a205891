"""The answers that a question allows: the choices it is asked with, and the labels its answers are graded by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eval.dataset.values import UnusableValue, list_of, text_of
from eval.grading.labels.label_set import Label, LabelSet
from rag.messages import Message
from rag.records import Language
from rag.text.canonical import canonical
from rag.text.word_match import folded

_HEADINGS: Mapping[Language, str] = {"ja": "選択肢：", "en": "Choices: "}
_BETWEEN: Mapping[Language, str] = {"ja": "、", "en": ", "}


@dataclass(frozen=True, slots=True)
class Choices:
    """The texts of the choices by their numbers or letters."""

    texts: Mapping[str, str]

    def named(self, answer: str) -> str | None:
        """Return the choice that an answer is, or is the number or letter of; None for any other answer."""
        if answer in self.texts.values():
            return answer
        return self.texts.get(answer.strip("().（）").casefold())

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
        return _labels([(text,) for text in {folded(canonical(text)): text for text in self.texts.values()}.values()])


def read_choices(values: Mapping[str, Any]) -> Choices | None:
    """Return the choices in columns by their index, or in one column (index "") with a list; None for empty cells.

    Raises UnusableValue.
    """
    if set(values) != {""}:
        texts = {index: text_of(value) for index, value in values.items()}
    else:
        value = values[""]
        names = value.get("label") if isinstance(value, Mapping) else None
        listed = list_of(value)
        names = names if isinstance(names, list) and len(names) == len(listed) else range(len(listed))
        texts = {text_of(name).casefold(): text for name, text in zip(names, listed, strict=True)}
    texts = {index: text for index, text in texts.items() if text}
    return Choices(texts) if texts else None


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


def _labels(names: Sequence[tuple[str, ...]]) -> LabelSet:
    keys = [folded(canonical(synonym)) for synonyms in names for synonym in synonyms]
    if len(names) < 2 or not all(names) or len(set(keys)) < len(keys):
        raise UnusableValue(
            Message("needs two different labels or more, not {names!r}", names=" | ".join("/".join(n) for n in names))
        )
    return LabelSet(tuple(Label(synonyms, synonyms) for synonyms in names))
