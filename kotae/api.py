"""The functions of `import kotae`: documents, chains and evaluations in a few words, from a notebook or a script.

A model is a URI (`kotae models` lists the kinds) or `ModelSettings`; an index is its folder or `IndexSettings`. Models,
retrievers and chains are LangChain's: a chat model, a retriever, a runnable.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rag import factory
from rag.factory import IndexSettings, ModelSettings
from rag.records import Language
from rag.settings import DEFAULT_INDEX, DEFAULT_MODEL

if TYPE_CHECKING:
    import pandas as pd

    from eval.grading.ladder import Reference, Verdict
    from eval.report.records import Report
    from eval.runs.run import StoredRun
    from ingest.report import SyncReport
    from rag.generation.chain import GroundedChain, Model
    from rag.index.reader import Index
    from rag.retrieval.retriever import HybridRetriever


def ingest(
    corpus: str | Path,
    index: str | Path | IndexSettings = DEFAULT_INDEX,
    *,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    columns: Sequence[str] = (),
    encoding: str | None = None,
) -> SyncReport:
    """Bring an index up to date with the documents in the folder `corpus`, and report what changed.

    `include` and `exclude` are patterns as in .gitignore; `columns` of tables make up a document; `encoding` is
    that of text files that are not Unicode, otherwise guessed. Files that cannot be read are in the report's `failed`.
    Raises CorpusError, IndexProblem, SettingsError and ModelUnavailable.
    """
    from ingest.files import FilePatterns
    from ingest.formats import ReadOptions
    from ingest.sync import sync

    settings = _index_settings(index)
    return sync(
        Path(corpus),
        settings.folder,
        encoder_name=settings.encoder,
        server=settings.server,
        patterns=FilePatterns(tuple(include), tuple(exclude)),
        options=ReadOptions(tuple(columns), encoding),
    )


def open_index(index: str | Path | IndexSettings = DEFAULT_INDEX) -> Index:
    """Open an index. Raises IndexProblem."""
    from rag.index import reader

    settings = _index_settings(index)
    return reader.open_index(settings.folder, settings.encoder, settings.server)


def open_retriever(index: str | Path | IndexSettings = DEFAULT_INDEX) -> HybridRetriever:
    """Open the retriever of an index: `search(question)` returns hits, `invoke(question)` LangChain documents.

    Raises IndexProblem, and ModelUnavailable for a reranker that cannot be loaded.
    """
    return factory.open_retriever(_index_settings(index))


def open_model(model: str | ModelSettings = DEFAULT_MODEL) -> Model:
    """Open a model, which is loaded when it is first used. Raises SettingsError and ModelUnavailable."""
    return factory.open_model(_model_settings(model))


def open_chain(
    model: str | ModelSettings = DEFAULT_MODEL, index: str | Path | IndexSettings | None = DEFAULT_INDEX
) -> GroundedChain:
    """Open the chain of a model and an index: `invoke`, `batch` and `stream` take questions and return answers.

    `index=None` gives the same chain without retrieval. Raises IndexProblem, SettingsError and ModelUnavailable.
    """
    return factory.open_chain(_model_settings(model), None if index is None else _index_settings(index))


def evaluate_set(
    verify: str | Path | pd.DataFrame,
    out: str | Path,
    *,
    model: str | ModelSettings = DEFAULT_MODEL,
    index: str | Path | IndexSettings = DEFAULT_INDEX,
    conditions: Sequence[str] = ("no_rag", "rag"),
    languages: Sequence[Language] | None = None,
    columns: str = "",
    limit: int | None = None,
    sample: int | None = None,
    repeats: int = 1,
) -> StoredRun:
    """Answer a verification set, a file or a DataFrame, under each condition into the run folder `out`; read the run.

    The same call continues an interrupted run. `languages` are by default those of the set; `columns` says which column
    is which where the header does not: "question=NAME,reference=NAME". `limit` takes the first questions, `sample` a
    fixed sample of this size. Raises DatasetError, SettingsError, IndexProblem, ModelUnavailable and RunError.
    """
    from eval.dataset.load import load_dataset, load_frame
    from eval.runs import evaluate

    selection = evaluate.QuestionSelection(
        None if languages is None else tuple(languages),
        evaluate.parse_conditions(",".join(conditions)),
        limit,
        sample,
        repeats,
    )
    given = Path(verify) if isinstance(verify, str | Path) else None
    dataset = load_frame(verify, columns) if given is None else load_dataset(given, columns)
    evaluate.evaluate_set(dataset, Path(out), selection, _model_settings(model), _index_settings(index))
    return load_run(out)


def load_run(folder: str | Path) -> StoredRun:
    """Read a run: its questions, settings and answers. Raises RunError."""
    from eval.runs import run

    return run.load_run(Path(folder))


def build_report(*runs: str | Path, calibration: str | Path | None = None, encoder: str | None = None) -> Report:
    """Grade and compare runs, given by their folders or by a folder that holds several.

    `calibration` is a file of `kotae eval calibrate`, `encoder` the encoder it was made with. Raises RunError and
    GradingError.
    """
    from eval.report import build
    from eval.runs.multi_model import find_runs

    return build.build_report(
        find_runs(tuple(map(Path, runs))), None if calibration is None else Path(calibration), encoder
    )


def grade(
    question: str,
    answer: str,
    *references: str | Reference,
    kind: str = "open_qa",
    language: Language | None = None,
    answerable: bool | None = None,
) -> Verdict:
    """Grade an answer against one or several references, in either language.

    `kind` is "open_qa" or "classification"; `language` is the one to answer in, by default that of the question. Of a
    question that is not `answerable` an answer is right that declines; by default the references say whether it is.

    >>> grade("日本の首都は？", "答えは東京です。", "東京", "Tokyo").correct
    True
    """
    from eval.dataset.unanswerable import says_unanswerable
    from eval.grading import ladder
    from rag.text.language import detect

    accepted = [ladder.Reference(text, detect(text)) if isinstance(text, str) else text for text in references]
    if answerable is None:
        answerable = not accepted or not all(says_unanswerable(reference.text) for reference in accepted)
    return ladder.grade(question, answer, accepted, kind, language or detect(question), answerable=answerable)


def _model_settings(model: str | ModelSettings) -> ModelSettings:
    return ModelSettings(model) if isinstance(model, str) else model


def _index_settings(index: str | Path | IndexSettings) -> IndexSettings:
    return index if isinstance(index, IndexSettings) else IndexSettings(Path(index))
