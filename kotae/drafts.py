"""Draft a verification set from a folder of documents: index, draft, write; what is done is kept until the end."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from kotae.parts import model_settings
from rag.errors import IndexMismatch, RunBusy, SettingsError
from rag.factory import IndexSettings, ModelSettings, open_model, open_retriever
from rag.generation.prompt_file import load_prompt
from rag.messages import Message
from rag.records import LANGUAGES, Language
from rag.settings import DEFAULT_MODEL
from rag.storage.locks import folder_lock

if TYPE_CHECKING:
    import pandas as pd
    from langchain_core.language_models import BaseChatModel

    from eval.drafting.draft import DraftedSet
    from ingest.files import FilePatterns
    from ingest.formats import ReadOptions
    from rag.retrieval.retriever import HybridRetriever


def make_set(
    corpus: str | Path,
    out: str | Path,
    n: int = 50,
    *,
    model: str | ModelSettings | BaseChatModel = DEFAULT_MODEL,
    index: str | Path | None = None,
    languages: Sequence[Language] | None = None,
    seed: int = 0,
    language: Language = "en",
) -> pd.DataFrame:
    """Draft a verification set of `n` questions from the documents in `corpus` into the file `out`, and return it.

    Review the file: rows whose `keep` says no are left out by `evaluate`. `index` is one of `corpus`; without it one is
    built for the time. `languages` are those of the documents to ask about. The same seed drafts the same set, and the
    same call continues an interrupted one. `language` is that of the file's header. Raises CorpusError, SettingsError,
    IndexProblem, ModelUnavailable, RunError and CannotWrite.
    """
    from eval.drafting.sheet import set_table
    from rag.progress import count_bar

    with count_bar("Drafting") as progress:
        drafted = draft_file(
            Path(corpus), Path(out), model_settings(model) if isinstance(model, str) else model, n,
            index=None if index is None else Path(index), languages=languages, seed=seed, language=language,
            progress=progress,
        )  # fmt: skip
    return set_table(drafted, language).to_dataframe()


def draft_file(
    corpus: Path,
    out: Path,
    model: ModelSettings | BaseChatModel,
    count: int,
    *,
    index: Path | None = None,
    encoder: str | None = None,
    patterns: FilePatterns | None = None,
    options: ReadOptions | None = None,
    languages: Sequence[Language] | None = None,
    seed: int = 0,
    language: Language = "en",
    progress: Callable[[int, int], None] | None = None,
) -> DraftedSet:
    """Draft into the file `out`, which must not exist; until it is written, `<out>.drafts` has what was done so far.

    `patterns` and `options` say which documents are read, and how. Raises as `make_set` does.
    """
    from eval.drafting.draft_set import draft_set
    from eval.drafting.sheet import write_set

    _refuse(corpus, out, model)
    kept = out.with_name(f"{out.name}.drafts")
    busy = RunBusy("Another process is drafting this set", where=str(out), do="Wait for it to end, then try again.")
    with folder_lock(kept, busy):
        if index is None:
            index = kept / "index"
            _build(corpus, index, encoder, patterns, options)
        chat = open_model(model) if isinstance(model, ModelSettings) else model
        prompt = model.prompt if isinstance(model, ModelSettings) else load_prompt()
        retriever = open_retriever(IndexSettings(index, encoder))
        with closing(retriever.index):
            _require_index_of(retriever, corpus)
            asked = tuple(languages or LANGUAGES)
            drafted = draft_set(retriever, chat, prompt, kept, count, asked, seed, progress=progress)
        write_set(drafted, out, language)
        shutil.rmtree(kept)
    return drafted


def _refuse(corpus: Path, out: Path, model: ModelSettings | BaseChatModel) -> None:
    from eval.drafting.sheet import require_suffix

    require_suffix(out)
    if out.exists():
        raise SettingsError(
            "This file exists already, and may have been reviewed", where=str(out), do="Choose another --out."
        )
    if corpus.is_dir() and out.resolve().is_relative_to(corpus.resolve()):
        raise SettingsError(
            "The set would be among the documents, and the next index would hold its answers", where=str(out),
            do="Choose an --out outside the folder of documents.",
        )  # fmt: skip
    if isinstance(model, ModelSettings) and model.prompt.raw:
        raise SettingsError(
            Message("Questions are drafted in a chat, and the prompt {name!r} is raw text", name=model.prompt.name),
            do="Leave out --prompt.",
        )


def _build(
    corpus: Path, folder: Path, encoder: str | None, patterns: FilePatterns | None, options: ReadOptions | None
) -> None:
    """Build the index, or go on with it. Documents that cannot be read are named on stderr."""
    from ingest.sync import sync
    from rag.progress import bytes_bar, notice

    with bytes_bar("Ingesting documents") as progress:
        report = sync(corpus, folder, encoder_name=encoder, patterns=patterns, options=options, progress=progress)
    if not report.sound:
        notice(report.text())


def _require_index_of(retriever: HybridRetriever, corpus: Path) -> None:
    """Raise IndexMismatch for an index of other documents, whose names would be no evidence here."""
    from ingest.files import origin_of

    index = retriever.index
    index.require_complete()
    if index.manifest.corpus not in ("", origin_of(corpus)):
        raise IndexMismatch(
            Message("This index is not of {corpus}, but of {other}", corpus=corpus, other=index.manifest.corpus),
            where=index.location.where,
            do="Name the index of these documents, or leave out --index: one is then built for the time.",
        )  # fmt: skip
