"""What must hold of the shipped verification set and of its corpus; each check gives the faults it finds."""

from __future__ import annotations

import csv
import io
import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import openpyxl

from eval.dataset.load import Item, load_dataset
from eval.grading.labels.items import parse_reference
from eval.grading.labels.reading import read_label
from eval.grading.ladder import grade
from rag.text.canonical import canonical

ROOT = Path(__file__).parents[2]
DATA = ROOT / "eval" / "data"
CORPUS = ROOT / "corpus"

HEADER = ("NO", "instruction(jp)", "response(jp)", "instruction(en)", "response(en)", "type", "aliases(jp)",
          "aliases(en)", "evidence", "evidence_lang", "labels", "topic")  # fmt: skip
COUNTS = {"open_qa": 61, "classification": 39}
LONG = frozenset(
    {
        "en/early-history-of-the-tour-de-france.md",
        "en/eradication-of-smallpox.md",
        "ja/万国博覧会の歴史.md",
        "ja/北海道.md",
        "ja/琵琶湖疏水.md",
    }
)
HISTORICAL_EN = (
    "What is the capital of Japan?",
    "Who is the author of Harry Potter?",
    "What is the name of the largest bone in the human body?",
    "How many planets are there in the solar system?",
    "What is the chemical formula of water?",
    "Who painted the Mona Lisa?",
    "What is the most spoken language in the world?",
    "Who is the current president of the United States?",
    "What is the square root of 81?",
    "What is the name of the first artificial satellite launched by the Soviet Union?",
)
HISTORICAL_JA = (
    "安倍晋三は誰ですか？",
    "日本の都道府県で最も面積が大きいのはどれか？",
    "「テニスの王子様」の作者はだれですか？",
    "数学の足し算の問題です。数字4に数字5を加えると、どの数字になりますか？",
    "アメリカの首都は何ですか？",
)


@dataclass(frozen=True)
class Shipped:
    """The set's rows as both files have them, its items, and the corpus by path, front matter left out."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    workbook: tuple[tuple[str, ...], ...]
    items: tuple[Item, ...]
    documents: Mapping[str, str]

    def column(self, name: str) -> list[str]:
        return [row[self.header.index(name)] for row in self.rows]


def read_shipped() -> Shipped:
    text = (DATA / "verify100.csv").read_text(encoding="utf-8-sig")
    header, *rows = [tuple(row) for row in csv.reader(io.StringIO(text, newline=""))]
    sheet = openpyxl.load_workbook(DATA / "verify100.xlsx").worksheets[0]
    workbook = [tuple("" if cell is None else str(cell) for cell in row) for row in sheet.iter_rows(values_only=True)]
    documents = {
        path.relative_to(CORPUS).as_posix(): re.sub(r"\A---\n.*?\n---\n", "", path.read_text("utf-8"), flags=re.S)
        for path in sorted(CORPUS.glob("*/*"))
    }
    items = load_dataset(DATA / "verify100.xlsx").items
    return Shipped(header, tuple(rows), tuple(workbook), items, documents)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text).casefold())


def header_and_counts(set_: Shipped) -> list[str]:
    faults = [] if set_.header == HEADER else [f"header {set_.header}"]
    counts = Counter(set_.column("type"))
    faults += [] if counts == COUNTS else [f"types {dict(counts)}"]
    return faults + ([] if set_.column("NO") == [str(n) for n in range(1, 101)] else ["NO is not 1 to 100"])


def both_files_agree(set_: Shipped) -> list[str]:
    pairs = itertools.zip_longest((set_.header, *set_.rows), set_.workbook)
    return [f"row {line}: {one} is not {other}" for line, (one, other) in enumerate(pairs, 1) if one != other]


def evidence_exists(set_: Shipped) -> list[str]:
    return [f"{item.number}: {one}" for item in set_.items for one in item.evidence if one not in set_.documents]


def evidence_language_agrees(set_: Shipped) -> list[str]:
    said = set_.column("evidence_lang")
    return [
        f"{item.number}: {said} is not {item.evidence_language}"
        for item, said in zip(set_.items, said, strict=True)
        if said != item.evidence_language
    ]


def evidence_has_the_answer(set_: Shipped) -> list[str]:
    """In every language that an open question has evidence in, an accepted answer of that language stands there."""
    faults = []
    for item in set_.items:
        for language, answer in item.responses.items() if item.kind == "open_qa" else ():
            here = [one for one in item.evidence if one.startswith(f"{language}/")]
            text = squeezed(" ".join(set_.documents.get(one, "") for one in here))
            accepted = (answer, *item.aliases[language])
            if here and not any(squeezed(one) in text for one in accepted):
                faults.append(f"{item.number}: none of {accepted} in {here}")
    return faults


def classification_parses(set_: Shipped) -> list[str]:
    """A classification reference reads as one label, or an assignment, of its own set; alike in both languages."""
    faults = []
    for item in set_.items:
        if item.kind != "classification":
            continue
        if item.labels is None:
            faults.append(f"{item.number}: no labels")
            continue
        read = [_labels_of(item, language) for language in item.responses]
        if not all(read) or read[0] != read[1]:
            faults.append(f"{item.number}: {[[label.name('en') for label in one] for one in read]}")
    return faults


def _labels_of(item: Item, language: str) -> list:
    labels, response = item.labels, item.responses[language]
    assigned = [one.label for one in parse_reference(response, labels)]
    if assigned or ";" in response or "；" in response:
        return assigned
    one = read_label(canonical(item.questions[language]), canonical(response), labels).label
    return [] if one is None else [one]


def no_question_in_the_corpus(set_: Shipped) -> list[str]:
    texts = {source: squeezed(text) for source, text in set_.documents.items()}
    return [
        f"{item.number} stands in {source}"
        for item in set_.items
        for question in item.questions.values()
        for source, text in texts.items()
        if squeezed(question) in text
    ]


def questions_differ(set_: Shipped) -> list[str]:
    """No two questions are the same when everything but letters and digits is left out."""
    seen: Counter[str] = Counter()
    for column in ("instruction(jp)", "instruction(en)"):
        seen.update(re.sub(r"[\W_]+", "", squeezed(question)) for question in set_.column(column))
    return [question for question, times in seen.items() if times > 1]


def documents_differ(set_: Shipped) -> list[str]:
    """No two documents of a language share half of their character 5-grams (Jaccard)."""
    faults = []
    for language in ("ja", "en"):
        grams = {
            source: {text[i : i + 5] for i in range(len(text) - 4)}
            for source, text in ((s, squeezed(t)) for s, t in set_.documents.items() if s.startswith(language))
        }
        for (one, a), (other, b) in itertools.combinations(grams.items(), 2):
            if len(a & b) >= 0.5 * len(a | b):
                faults.append(f"{one} and {other}")
    return faults


def corpus_size(set_: Shipped) -> list[str]:
    documents = set_.documents
    faults = [] if len(documents) >= 120 else [f"only {len(documents)} documents"]
    faults += [] if len(LONG & documents.keys()) >= 3 else ["fewer than three long documents"]
    for source, text in documents.items():
        length, low, high = (
            (len(text.strip()), 300, 1500) if source.startswith("ja/") else (len(text.split()), 150, 600)
        )
        if source in LONG:
            faults += [] if len(text.strip()) > 5000 else [f"{source}: {len(text.strip())} characters are not long"]
        elif not low <= length <= high:
            faults.append(f"{source}: {length} is not in {low} to {high}")
    return faults


def historical_questions(set_: Shipped) -> list[str]:
    english, japanese = set(set_.column("instruction(en)")), set(set_.column("instruction(jp)"))
    return [q for q in HISTORICAL_EN if q not in english] + [q for q in HISTORICAL_JA if q not in japanese]


def distractors(set_: Shipped) -> list[str]:
    used = {one for item in set_.items for one in item.evidence}
    free = len(set_.documents.keys() - used)
    return [] if 3 * free >= len(set_.documents) else [f"{free} of {len(set_.documents)}"]


def references_are_right(set_: Shipped) -> list[str]:
    """Every accepted answer, in either language, is graded correct in either language."""
    return [
        f"{item.number} {language}: {reference.text}"
        for item in set_.items
        for language in item.questions
        for reference in item.references
        if not grade(
            item.questions[language], reference.text, item.references, item.kind, language, item.labels
        ).correct
    ]


def wrong_answers(items: Sequence[Item], steps: Sequence[int]) -> dict[str, int]:
    """How often another open question's reference is graded correct, by item; `steps` say which others are tried."""
    open_qa = [item for item in items if item.kind == "open_qa"]
    found: Counter[str] = Counter()
    for at, item in enumerate(open_qa):
        for step, language in itertools.product(steps, item.questions):
            other = open_qa[(at + step) % len(open_qa)]
            said = other.responses[language]
            found[item.number] += grade(item.questions[language], said, item.references, item.kind, language).correct
    return +found


CHECKS: tuple[Callable[[Shipped], list[str]], ...] = (
    header_and_counts,
    both_files_agree,
    evidence_exists,
    evidence_language_agrees,
    evidence_has_the_answer,
    classification_parses,
    no_question_in_the_corpus,
    questions_differ,
    documents_differ,
    corpus_size,
    historical_questions,
    distractors,
    references_are_right,
)
