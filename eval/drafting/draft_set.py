"""Draft a set with one model from one index; its replies are kept in a folder until the set is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from langchain_core.language_models import BaseChatModel

from eval.drafting.draft import DraftedSet, Drafter, DraftSettings
from eval.drafting.journal import ReplyJournal
from eval.runs.turns import ModelTurn, at_once
from rag.errors import CorpusError, EmptyCorpus
from rag.generation.chain import Model
from rag.generation.prompt import Prompt
from rag.messages import Message
from rag.models.invoke import batch_size
from rag.records import Language
from rag.retrieval.retriever import HybridRetriever


def draft_set(
    retriever: HybridRetriever,
    chat: BaseChatModel | Model,
    prompt: Prompt,
    kept: Path,
    count: int,
    languages: tuple[Language, ...],
    seed: int,
    *,
    turn: ModelTurn = at_once,
    progress: Callable[[int, int], None] | None = None,
) -> DraftedSet:
    """Draft `count` questions; the replies of an interrupted drafting are in `kept`.

    Work with the model takes a `turn`. Raises EmptyCorpus, CorpusError where no draft can be kept, ModelUnavailable,
    SettingsError, RunError and CannotWrite.
    """
    where = retriever.index.manifest.corpus or retriever.index.location.where
    settings = DraftSettings(count, prompt, languages, seed, turn(lambda: batch_size(chat)))
    drafted = Drafter(retriever, ReplyJournal(chat, kept, turn), settings).draft(progress)
    if not drafted.wanted:
        raise EmptyCorpus("No passage is in a language to ask in", where=where, do="Choose another --language.")
    if not drafted.kept:
        raise CorpusError(
            Message("None of {count} drafts can be kept", count=len(drafted.drafts)), where=where,
            do="Name a larger --model, or documents with more text in sentences.",
        )  # fmt: skip
    return drafted
