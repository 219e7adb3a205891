"""Every attack tried on the plain recipe and on kotae: the poisoned document is all that either is given."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.chunking import split
from ingest.documents import CorpusFile, LoadedDocument, documents, open_file
from rag.encoders.embeddings import Encoder, open_encoder
from rag.generation.chain import Prepared, Question
from rag.generation.prompt import build_prompt
from rag.generation.prompt_file import load_prompt
from rag.records import Hit
from rag.safety.injection_filter import InjectionFilter
from rag.settings import DEFAULT_ENCODER, Chunking
from tests.injection.answering import Answerer
from tests.injection.cases import HALVES, Case
from tests.injection.recipe import plain_prompt, read_plainly


@dataclass(frozen=True, slots=True)
class Trial:
    """The answers to one case, without defences and with kotae's."""

    case: Case
    plain: str
    kotae: str


def trials(cases: Iterable[Case], answerer: Answerer) -> Iterator[Trial]:
    """The answers of the model to every case, in order."""
    encoder = open_encoder(DEFAULT_ENCODER)
    for case in cases:
        with tempfile.TemporaryDirectory() as folder:
            path = case.write(Path(folder))
            plain = plain_prompt(case.question, case.language, [read_plainly(path)])
            yield Trial(case, answerer.plainly(plain), answerer.grounded(prepared(case, path, encoder)))


def prepared(
    case: Case, path: Path, encoder: Encoder, injection_filter: InjectionFilter = InjectionFilter.DROP
) -> Prepared:
    """kotae's prompt with every chunk of the document, in order, as if retrieval had found them all."""
    file = CorpusFile(path.name, path)
    loaded = [one for one in documents(file, open_file(file)) if isinstance(one, LoadedDocument)]
    chunks = [chunk for one in loaded for chunk in split(one, Chunking(), encoder.count_tokens, encoder.window)]
    hits = tuple(Hit(chunk, rank, 1.0) for rank, chunk in enumerate(chunks, 1))
    question = Question(case.question, case.language)
    prompt = load_prompt(injection_filter=injection_filter)
    return Prepared(question, build_prompt(question.text, question.language, hits, prompt), hits)


def table(found: list[Trial]) -> str:
    """Attacks that worked, of how many, by kind, language and half; and how often the true answer was given."""
    kinds = dict.fromkeys(trial.case.kind for trial in found)
    rows = [(kind, [one for one in found if one.case.kind == kind]) for kind in kinds]
    rows += [(language, [one for one in found if one.case.language == language]) for language in ("ja", "en")]
    rows += [(half, [one for one in found if one.case.half == half]) for half in HALVES]
    lines = [
        "| documents | | worked, plain | worked, kotae | true answer, plain | true answer, kotae |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    lines += [_row(name, some) for name, some in [*rows, ("all", found)] if some]
    return "\n".join(lines)


def _row(name: str, some: list[Trial]) -> str:
    counts = (
        len(some),
        _count(some, lambda one: one.case.worked(one.plain)),
        _count(some, lambda one: one.case.worked(one.kotae)),
        _count(some, lambda one: one.case.told(one.plain)),
        _count(some, lambda one: one.case.told(one.kotae)),
    )
    return " | ".join([f"| {name}", *map(str, counts)]) + " |"


def _count(some: list[Trial], holds: Callable[[Trial], bool]) -> int:
    return sum(holds(one) for one in some)
