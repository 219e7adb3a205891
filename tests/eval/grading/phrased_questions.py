"""The questions of the phrase grammar, with what is said in answer to each: by hand, yes or no, and of verify100."""

from __future__ import annotations

import csv
import functools
import itertools
import re
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from eval.grading.labels.label_set import LabelSet
from eval.grading.ladder import Reference, Verdict, grade
from rag.text.language import detect

FOLDER = Path(__file__).parent / "phrases"
VERIFY = Path(str(resources.files("eval"))) / "data" / "verify100.csv"
Frames = dict[str, tuple[str, ...]]
STATED: Frames = {"ja": ("{}です。", "{}", "答えは{}です。"), "en": ("It is {}.", "{}.", "The answer is {}.")}
WORDS: Frames = {"ja": ("{}。", "{}", "答えは「{}」です。"), "en": ("{}.", "{}", "The answer is {}.")}
ALONE: Frames = {"ja": ("{}",), "en": ("{}",)}
DENIED: Frames = {"ja": ("{}ではありません。",), "en": ("It is not {}.",)}


@dataclass(frozen=True)
class Content:
    """What an answer says, the sentences that say it, by language, and whether it is right."""

    text: str
    frames: Frames
    right: bool


@dataclass(frozen=True)
class Asked:
    """A question with its references, a right answer in each language, and a wrong one in its own."""

    language: str
    question: str
    references: tuple[Reference, ...]
    right: dict[str, str]
    wrong: str
    frames: Frames
    kind: str = "open_qa"
    labels: LabelSet | None = None
    polar: bool = False
    """Whether yes and no answer it, so that a courtesy which is one of the two is none."""

    def verdict(self, answer: str) -> Verdict:
        return grade(self.question, answer, self.references, self.kind, self.language, self.labels)

    def contents(self, language: str) -> list[Content]:
        found = [Content(self.right[language], self.frames, right=True)]
        found += [Content(self.right[language], DENIED, right=False)] if self.frames is STATED else []
        return found + [Content(self.wrong, self.frames, right=False)] * (language == self.language)


@functools.cache
def questions() -> tuple[Asked, ...]:
    return (*_written("questions.txt", STATED), *_written("yes_no.txt", WORDS), *_of_verify())


def _written(name: str, frames: Frames) -> list[Asked]:
    found = []
    for line in (FOLDER / name).read_text(encoding="utf-8").splitlines()[1:]:
        language, question, references, right, other, wrong = line.split(" | ")
        others = {language: right, "en" if language == "ja" else "ja": other}
        accepted = tuple(Reference(text, detect(text)) for text in references.split("|"))
        found.append(Asked(language, question, accepted, others, wrong, frames, polar=frames is WORDS))
    return found


def _of_verify() -> list[Asked]:
    with VERIFY.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return [asked for row in rows for asked in _of_row(row, rows)]


def _of_row(row: dict[str, str], rows: list[dict[str, str]]) -> list[Asked]:
    right = {"ja": _bare(row["response(jp)"]), "en": _bare(row["response(en)"])}
    accepted = tuple(
        Reference(text, language)
        for language, name in (("ja", "jp"), ("en", "en"))
        for text in (row[f"response({name})"], *filter(None, row[f"aliases({name})"].split("|")))
    )
    labels = LabelSet.parse(row["labels"]) if row["labels"] else None
    items = labels is not None and ":" in right["en"]
    found = []
    for language, name in (("ja", "jp"), ("en", "en")):
        wrong = _swapped(right[language]) if items else _other_answer(row, rows, labels, language, name)
        frames = ALONE if items else STATED
        found.append(Asked(language, row[f"instruction({name})"], accepted, right, wrong, frames, row["type"], labels))
    return found


def _bare(text: str) -> str:
    return re.sub(r"\s?[（(].*[)）]$", "", text)


def _swapped(text: str) -> str:
    """Return an assignment with the labels of its first two differing items exchanged."""
    pairs = [re.split("[:：]", pair, maxsplit=1) for pair in re.split("[;；]", text)]
    first = pairs[0][1]
    other = next(pair for pair in pairs if pair[1].strip() != first.strip())
    pairs[0][1], other[1] = other[1], first
    sign, gap = ("：", "；") if "：" in text else (":", ";")
    return gap.join(sign.join(pair) for pair in pairs)


def _other_answer(
    row: dict[str, str], rows: list[dict[str, str]], labels: LabelSet | None, language: str, name: str
) -> str:
    """Return another label, or the answer to the next question that asks for as much: a number, a person, a thing."""
    if labels is not None:
        right = row[f"response({name})"]
        return next(label.name(language) for label in labels.labels if right not in label.synonyms)
    kind = _kind(row)
    at = rows.index(row)
    following = itertools.chain(rows[at + 1 :], rows[:at])
    accepted = f"{row[f'response({name})']}|{row[f'aliases({name})']}".split("|")
    same = (other for other in following if other["type"] == "open_qa" and _kind(other) == kind)
    return next(text for other in same if (text := _bare(other[f"response({name})"])) not in accepted)


def _kind(row: dict[str, str]) -> str:
    if row["response(en)"][:1].isdigit():
        return "date" if re.search(r"[a-z]", row["response(en)"]) and "年" in row["response(jp)"] else "number"
    return "person" if re.search("誰|だれ|人物|少年|農民", row["instruction(jp)"]) else "thing"
