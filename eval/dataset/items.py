"""The questions of a verification set, with their references and their evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from eval.grading.labels.grading import graded_as_text
from eval.grading.labels.label_set import LabelSet
from eval.grading.ladder import Reference
from rag.records import LANGUAGES, Chunk, Language
from rag.text.language import normalise

Kind = Literal["open_qa", "classification"]
KINDS: tuple[Kind, ...] = ("open_qa", "classification")
"""The two ways of grading; a question's type is any text, and one of these two where the set names none."""
ALL = "all"
"""The group of every type, or of all languages together."""
_EDGE = 30  # letters at an end of a passage that a chunk has where the two overlap
REQUIRED = ("NO", "instruction(jp)", "response(jp)", "instruction(en)", "response(en)", "type")
OPTIONAL = ("aliases(jp)", "aliases(en)", "evidence", "evidence_lang", "labels")
"""The columns of the full layout, in two languages; `eval.dataset.columns` tells what any set needs."""


@dataclass(frozen=True, slots=True)
class GoldPassage:
    """Evidence: a document of an index (`source`), the characters `start` to `end` of one, or the text itself.

    `text` is a passage that comes with the set; it needs no index.
    """

    source: str = ""
    start: int = 0
    end: int | None = None
    text: str = ""
    title: str = ""

    def __str__(self) -> str:
        """Return the document and the span as a set names them."""
        return self.source if self.end is None else f"{self.source}[{self.start}:{self.end}]"

    def overlaps(self, chunk: Chunk) -> bool:
        """Tell whether a chunk has a part of this document, span or text: an end of the text, or the chunk lies in it.

        Texts are compared without regard to width, case and blanks.
        """
        if self.source:
            part = self.end is None and chunk.source.startswith(f"{self.source}#")  # of a file with several documents
            named = part or chunk.source == self.source or chunk.source.endswith(f"#{self.source}")
            return named and chunk.end > self.start and (self.end is None or chunk.start < self.end)
        own, other = _letters(self.text), _letters(chunk.text)
        return bool(own and other) and (own[:_EDGE] in other or own[-_EDGE:] in other or other in own)


@dataclass(frozen=True, slots=True)
class Item:
    """A question in the languages that its set has it in.

    `kind` is its type, by which reports group; `labels` are the answers that a classification allows. `responses` are
    the references, which may be in more languages than the question, and `aliases` further accepted answers. Of a
    question that is not `answerable` the reference says so. `position` is where its file has it: "row 3".
    """

    number: str
    kind: str
    questions: Mapping[Language, str]
    responses: Mapping[Language, str]
    aliases: Mapping[Language, tuple[str, ...]]
    gold: tuple[GoldPassage, ...] = ()
    labels: LabelSet | None = None
    answerable: bool = True
    position: str = field(default="", compare=False)

    @property
    def grading(self) -> Kind:
        """How answers are graded: by the label, or as open answers."""
        return "classification" if self.kind == "classification" or self.labels is not None else "open_qa"

    @property
    def graded_as_text(self) -> bool:
        """Whether this is a classification without labels, in its cells or its text: answers are graded as text."""
        texts = [reference.text for reference in self.references]
        asked = self.questions.values()
        return self.grading == "classification" and all(graded_as_text(text, texts, self.labels) for text in asked)

    @property
    def evidence(self) -> tuple[str, ...]:
        """The documents of an index that hold the answer."""
        return tuple(dict.fromkeys(gold.source for gold in self.gold if gold.source))

    @property
    def evidence_language(self) -> str:
        """The language of the documents with the answer, by their folders: ja, en, both, unknown, or none."""
        languages = {source_language(source) for source in self.evidence}
        return "none" if not languages else "both" if {"ja", "en"} <= languages else max(languages, key=_known)

    @property
    def references(self) -> tuple[Reference, ...]:
        """Every accepted answer in all languages."""
        return tuple(
            Reference(text, language)
            for language in self.responses
            for text in (self.responses[language], *self.aliases.get(language, ()))
        )

    def reference(self, language: Language) -> str:
        """Return the reference in a language; where there is none, that in another."""
        return self.responses.get(language) or next(iter(self.responses.values()))

    def given(self, chunk: Chunk) -> bool:
        """Tell whether a chunk is, or holds a part of, a passage that the set names as evidence."""
        return any(gold.overlaps(chunk) for gold in self.gold)


@dataclass(frozen=True, slots=True)
class Dataset:
    """A verification set. `data` is the content of its file and `sha256` the hash of it.

    `columns` says which column is which where the header does not. `rows` counts the rows below the header, of which
    `left_out` have no question to ask, by reason; `used` are the columns read by what they hold, `ignored` the others.
    """

    path: Path
    sha256: str
    items: tuple[Item, ...]
    data: bytes = field(default=b"", repr=False, compare=False)
    columns: str = ""
    rows: int = 0
    left_out: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    used: Mapping[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()

    @property
    def languages(self) -> tuple[Language, ...]:
        """The languages that any question is in."""
        return tuple(language for language in LANGUAGES if any(language in item.questions for item in self.items))


def source_language(source: str) -> str:
    """Return the language of a document by the folder it is in, "unknown" for any other folder."""
    folder = source.split("/", 1)[0]
    return folder if folder in LANGUAGES else "unknown"


def _known(language: str) -> bool:
    return language in LANGUAGES


def _letters(text: str) -> str:
    return "".join(normalise(text).split())
