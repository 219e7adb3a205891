"""Hard answers by question: `?` language | question | references, then `+` right and `-` wrong answers.

A classification question has its type behind the references, and its labels if it has a column of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from eval.grading.labels.label_set import LabelSet
from eval.grading.ladder import Reference, Verdict, grade
from rag.text.language import detect


@dataclass(frozen=True)
class HardAnswer:
    """An answer to a question, and whether a reader would call its content right."""

    language: str
    question: str
    references: tuple[Reference, ...]
    answer: str
    right: bool
    kind: str = "open_qa"
    labels: LabelSet | None = None

    def verdict(self) -> Verdict:
        return grade(self.question, self.answer, self.references, self.kind, self.language, self.labels)


def hard_answers(name: str) -> list[HardAnswer]:
    found = []
    language, question = "", ""
    references: tuple[Reference, ...] = ()
    kind, labels = "open_qa", None
    for line in (Path(__file__).parent / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        mark, text = line[0], line[2:].replace("\\\\", "\0").replace("\\n", "\n").replace("\0", "\\")
        if mark == "?":
            language, question, accepted, *rest = text.split(" | ")
            kind = rest[0] if rest else "open_qa"
            labels = LabelSet.parse(rest[1].replace(";;", "|")) if len(rest) > 1 else None
            references = tuple(Reference(form, detect(form)) for form in accepted.split("|"))
        else:
            found.append(HardAnswer(language, question, references, text, mark == "+", kind, labels))
    return found
