"""Hard answers by question: `?` language | question | references, then `+` right and `-` wrong answers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

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

    def verdict(self) -> Verdict:
        return grade(self.question, self.answer, self.references, "open_qa", self.language)


def hard_answers(name: str) -> list[HardAnswer]:
    found = []
    language, question = "", ""
    references: tuple[Reference, ...] = ()
    for line in (Path(__file__).parent / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        mark, text = line[0], line[2:].replace("\\n", "\n")
        if mark == "?":
            language, question, accepted = text.split(" | ")
            references = tuple(Reference(form, detect(form)) for form in accepted.split("|"))
        else:
            found.append(HardAnswer(language, question, references, text, mark == "+"))
    return found
