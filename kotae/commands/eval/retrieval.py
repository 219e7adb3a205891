"""`kotae eval retrieval`: measure retrieval by itself."""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from kotae.console import echo
from kotae.options import PATH, chroma_options, columns_option, encoder_option, json_option, option, reranker_option
from kotae.settings import as_json_text, chroma_server, index_settings
from rag.errors import DatasetError, SettingsError
from rag.messages import Message, display_language
from rag.records import LANGUAGES
from rag.settings import DEFAULT_ENCODER, DEFAULT_INDEX, cache_dir

if TYPE_CHECKING:
    from eval.retrieval.evaluate import Query, Rankings
    from rag.records import Language

VARIABLE: Final = ("top_k", "encoder", "reranker", "index", "retriever")
"""The keys of --vary."""


@click.command("retrieval", short_help="Measure retrieval alone.")
@click.argument("source", type=PATH)
@option("--index", type=PATH, help="Folder of the index; for a collection, by default one in the user cache.")
@chroma_options
@encoder_option
@reranker_option
@option("--question-lang", type=click.Choice(LANGUAGES), help="Only questions in this language.")
@option("--document-lang", type=click.Choice(LANGUAGES), help="Only documents in this language.")
@option("--distractors", type=PATH, multiple=True, help="Collection whose documents are searched too; can be repeated.")
@columns_option
@option("--limit", type=click.IntRange(1), help="Only the first LIMIT questions.")
@option("--top-k", type=click.IntRange(1), default=10, help="Documents per ranking.")
@option("--vary", multiple=True, metavar="KEY=VALUE,...",
        help="Compare values of an option on the same questions, such as top_k=3,5,8 or encoder=bundled,FOLDER; keys: "
        "top_k, encoder, reranker (or none), index, and retriever (hybrid, dense, lexical). Repeat it for all "
        "combinations.")  # fmt: skip
@option("--baseline", help="Combination that the others are compared with, such as top_k=3; by default the first.")
@option("--trec", type=PATH, metavar="DIR",
        help="Write the rankings there in the format of trec_eval: a run for each retriever, qrels.txt.")  # fmt: skip
@json_option
def retrieval_command(
    source: Path, as_json: bool, trec: Path | None, vary: tuple[str, ...], baseline: str | None, **settings: Any
) -> None:
    """Measure retrieval alone: hit@k, recall@k, MRR and nDCG by language pair and retriever, with intervals.

    SOURCE is a collection (a folder with documents.jsonl and questions.jsonl), which is indexed first, or a
    verification set whose evidence column names documents of an index.

    With --vary the paired difference of every figure from the baseline is printed too, with its interval.

    \b
    Example:
      kotae eval retrieval questions.xlsx --index .kotae/index --top-k 5
      kotae eval retrieval my-collection --vary top_k=3,5,8 --trec my-runs
    """
    from eval.retrieval.compare import RetrievalArm, compare_retrieval
    from eval.retrieval.evaluate import report_of
    from eval.retrieval.trec import write_trec
    from eval.runs.run_folders import folder_name

    arms = _arms(vary, baseline)
    measured = _Measured(source, settings)
    rankings = {arm: measured.rankings(arm.options) for arm in arms}
    if trec is not None:
        write_trec(trec, {arm.searched and folder_name(arm.searched): rankings[arm] for arm in arms})
    if vary:
        compared = [RetrievalArm(arm.name, rankings[arm], arm.retriever) for arm in arms]
        report: Any = compare_retrieval(compared, baseline or arms[0].name, measured.skipped)
    else:
        report = report_of(rankings[arms[0]], measured.skipped)
    echo(as_json_text(report) if as_json else report.text(display_language()))


@dataclass(frozen=True, slots=True)
class _Arm:
    """A combination of --vary: what differs, and which retriever is meant; `searched` names it without that one."""

    name: str
    searched: str
    changed: tuple[tuple[str, Any], ...]
    retriever: str

    @property
    def options(self) -> dict[str, Any]:
        return dict(self.changed)


def _arms(vary: tuple[str, ...], baseline: str | None) -> list[_Arm]:
    """Return the combinations of --vary, or the one without. Raises SettingsError, also for an unknown baseline."""
    from eval.retrieval.evaluate import LEGS
    from kotae.arms import read_value, read_variations

    arms = []
    values = read_variations(vary, VARIABLE)
    for combination in itertools.product(*values.values()):
        texts = dict(zip(values, combination, strict=True))
        name = ",".join(f"{key}={text}" for key, text in texts.items())
        retriever = texts.pop("retriever", LEGS[0])
        if retriever not in LEGS:
            raise SettingsError(
                Message("There is no retriever {retriever!r}", retriever=retriever),
                do=Message("Choose from: {legs}.", legs=", ".join(LEGS)),
            )
        searched = ",".join(f"{key}={text}" for key, text in texts.items())
        changed = tuple((key, None if text == "none" else read_value(key, text)) for key, text in texts.items())
        arms.append(_Arm(name, searched, changed, retriever))
    if baseline is not None and (not vary or baseline not in [arm.name for arm in arms]):
        known = (
            Message("The combinations are: {arms}.", arms="; ".join(arm.name for arm in arms))
            if vary
            else Message("Add --vary.")
        )
        raise SettingsError(
            Message("There is no combination {baseline!r} to compare with", baseline=baseline), do=known
        )
    return arms


class _Measured:
    """The questions of a collection or a verification set, searched for in an index with settings that may differ."""

    def __init__(self, source: Path, settings: dict[str, Any]) -> None:
        self._source, self._settings = source, settings
        self._known: dict[tuple[Any, ...], Rankings] = {}
        language, limit = settings["question_lang"], settings["limit"]
        self.skipped = 0
        if source.is_dir():
            from eval.retrieval.questions import load_questions

            questions = load_questions(source, language, settings["document_lang"], limit)
            self._queries, self.skipped = questions.queries, questions.skipped
        elif settings["distractors"] or settings["document_lang"]:
            raise SettingsError(
                "--distractors and --document-lang are for collections (folders with documents.jsonl)",
                where=str(source),
                do="Leave them out: a verification set is measured over the index as it is.",
            )
        else:
            self._queries = _queries(source, settings["columns"], language)[:limit]

    def rankings(self, changed: dict[str, Any]) -> Rankings:
        """Return the rankings with some settings changed; the same settings are not searched with twice."""
        settings = {**self._settings, **changed}
        key = tuple(settings[name] for name in VARIABLE if name != "retriever")
        if key not in self._known:
            self._known[key] = self._search(settings)
        return self._known[key]

    def _search(self, settings: dict[str, Any]) -> Rankings:
        from eval.retrieval.evaluate import rank_documents
        from rag.factory import open_retriever
        from rag.progress import count_bar

        if self._source.is_dir():
            settings |= _indexed((self._source, *settings["distractors"]), settings)
        retriever = open_retriever(index_settings({**settings, "index": settings["index"] or DEFAULT_INDEX}))
        retriever.index.require_complete()
        retriever.search("?")  # load the models before time is measured
        with count_bar("Searching") as progress:
            search = retriever.candidates_many
            return rank_documents(self._queries, search, depth=settings["top_k"], progress=progress)


def _indexed(folders: tuple[Path, ...], settings: dict[str, Any]) -> dict[str, Any]:
    """Bring the index of these collections up to date, and return the settings that say where it is."""
    from ingest.collection import sync_collections
    from rag.progress import bytes_bar

    language, encoder = settings["document_lang"], settings["encoder"]
    key = _key(folders, language, encoder)
    index = settings["index"] or cache_dir() / "retrieval" / key
    # never the collection on the server that may hold the user's index
    collection = f"retrieval-{key}"
    server = chroma_server({**settings, "chroma_collection": collection})
    with bytes_bar("Indexing") as progress:
        sync_collections(folders, index, language=language, encoder_name=encoder, server=server, progress=progress)
    return {"index": index, "chroma_collection": collection}


def _queries(verify: Path, columns: str, language: Language | None) -> tuple[Query, ...]:
    """Return the questions, or those in one language, that name documents. Raises DatasetError."""
    from eval.dataset.load import load_dataset
    from eval.retrieval.evaluate import queries_of

    named = queries_of(load_dataset(verify, columns))
    if queries := tuple(query for query in named if language in (None, query.language)):
        return queries
    raise DatasetError(
        "No question of this set names a document of an index as its evidence",
        where=str(verify),
        do="Name it in a column `evidence`, or with --columns gold=NAME.",
    )


def _key(folders: tuple[Path, ...], language: Language | None, encoder: str | None) -> str:
    """Return the name of the index of these collections."""
    key = "\0".join([*map(str, (folder.resolve() for folder in folders)), language or "", encoder or DEFAULT_ENCODER])
    return hashlib.sha256(key.encode()).hexdigest()[:16]
