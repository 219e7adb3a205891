"""Evaluate a model end to end: from a verification set, an index and a model to a run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

from langchain_core.retrievers import BaseRetriever

from eval.dataset.conditions import Condition
from eval.dataset.load import Dataset, Item, load_dataset
from eval.dataset.sample import stratified_sample
from eval.runs.ask import Progress
from eval.runs.cosine import compute_cosines
from eval.runs.description import RunIdentity, Scope, stored_prompt
from eval.runs.evidence import evidence_retriever, needs_index, retriever_beside_twins
from eval.runs.own_parts import model_settings_of, retriever_identity
from eval.runs.run import execute, load_run
from eval.runs.turns import ModelTurn, at_once
from eval.runs.until_decided import sequential_plan
from rag.encoders.embeddings import Encoder, open_encoder
from rag.errors import SettingsError
from rag.factory import IndexSettings, ModelSettings, RetrieverShelf, open_model
from rag.generation.chain import GroundedChain, Model, build_chain
from rag.generation.prompt import Prompt
from rag.generation.prompt_file import load_prompt
from rag.index.manifest import Manifest
from rag.messages import Message
from rag.models.invoke import batch_size, context_window, identifying_parameters, model_build, model_identity
from rag.progress import notice
from rag.records import LANGUAGES, Language
from rag.retrieval.retriever import HybridRetriever
from rag.safety.injection_filter import InjectionFilter
from rag.settings import DEFAULT_ENCODER
from rag.storage.fingerprint import fingerprint

RUNS: Final = Path(".kotae/runs")
"""The folder of runs that are not given one."""


@dataclass(frozen=True, slots=True)
class QuestionSelection:
    """The part of a verification set to ask: the first `limit` questions, a fixed `sample`, or all.

    `languages` are those to ask in, None for all that the set has. `until_decided` asks in random order until the
    comparison is decided.
    """

    languages: tuple[Language, ...] | None
    conditions: tuple[Condition, ...]
    limit: int | None = None
    sample: int | None = None
    repeats: int = 1
    until_decided: bool = False

    def scope(self, dataset: Dataset) -> Scope:
        """Return the selected questions of `dataset`.

        Raises SettingsError if both limit and sample are given, and for a language that no question is in.
        """
        if self.limit is not None and self.sample is not None:
            raise SettingsError("--limit and --sample cannot be combined", do="Use one of them.")
        languages = tuple(language for language in self.languages or LANGUAGES if language in dataset.languages)
        if self.languages is not None and len(self.languages) == 1 and not languages:
            raise SettingsError(
                Message("No question of this set is in the language {languages}", languages=self.languages[0]),
                where=str(dataset.path),
                do=Message("Use --language {languages}, or leave it out.", languages=dataset.languages[0]),
            )
        asked = tuple(item for item in dataset.items if any(language in item.questions for language in languages))
        items = asked[: self.limit] if self.sample is None else stratified_sample(asked, self.sample)
        plan = sequential_plan(items, self.conditions, self.repeats) if self.until_decided else None
        return Scope(tuple(item.number for item in items), languages, self.conditions, self.repeats, plan)


def parse_conditions(text: str) -> tuple[Condition, ...]:
    """Parse a comma-separated list of conditions, in the order given. Raises SettingsError for an unknown name."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in set(Condition)]
    if unknown or not names:
        known = ", ".join(Condition)
        raise SettingsError(
            Message("Unknown condition {unknown}", unknown=", ".join(map(repr, unknown)) or repr(text)),
            do=Message("Choose from: {known}.", known=known),
        )
    return tuple(dict.fromkeys(Condition(name) for name in names))


@dataclass(frozen=True, slots=True)
class Experiment:
    """The questions of an evaluation, the retriever of its passages, opened, and the one of each condition."""

    dataset: Dataset
    scope: Scope
    retriever: BaseRetriever | None
    retrievers: Mapping[Condition, BaseRetriever | None]

    @classmethod
    def open(
        cls,
        verify: Path | Dataset,
        selection: QuestionSelection | Scope,
        index: IndexSettings | BaseRetriever,
        shelf: RetrieverShelf | None = None,
    ) -> Experiment:
        """Open the set and the index, which gold passages that come with the set do not need.

        The scope of a run that goes on may stand in for the selection, and any retriever for the index. Raises
        DatasetError, IndexProblem, and SettingsError, also if the index holds the verification set, or lacks evidence.
        """
        dataset = verify if isinstance(verify, Dataset) else load_dataset(verify)
        scope = selection if isinstance(selection, Scope) else selection.scope(dataset)
        named = Condition.ORACLE in scope.conditions and needs_index(scope.items(dataset))
        searched = {Condition.RAG, Condition.WITHHELD} & {*scope.conditions}
        needed = named or searched
        retriever = None if not needed else index
        with ExitStack() as on_failure:
            if isinstance(retriever, IndexSettings):
                retriever = (shelf or RetrieverShelf()).open(retriever)
                if shelf is None and isinstance(retriever, HybridRetriever):
                    on_failure.callback(retriever.index.close)
            if isinstance(retriever, HybridRetriever):
                retriever.index.require_complete()
                _refuse_leak(dataset, retriever.index.manifest)
            elif named or Condition.WITHHELD in scope.conditions:
                raise SettingsError(
                    Message(
                        "The condition {kind} needs an index of kotae, not another retriever",
                        kind="oracle" if named else "withheld",
                    ),
                    do="Omit it, or name the index.",
                )
            retrievers = _retrievers(scope.items(dataset), scope.conditions, retriever)
            on_failure.pop_all()
        return cls(dataset, scope, retriever, retrievers)

    def chains(self, models: Sequence[Model], prompt: Prompt) -> dict[Condition, list[GroundedChain]]:
        """Return the chains of each condition, one a model. Raises SettingsError for a prompt that does not fit."""
        for language in self.scope.languages:
            prompt.wording(language)
        return {
            condition: [build_chain(model, self.retrievers[condition], prompt) for model in models]
            for condition in self.scope.conditions
        }


def evaluate_set(
    verify: Path | Dataset,
    out: Path | None,
    selection: QuestionSelection,
    model: ModelSettings | Model,
    index: IndexSettings | BaseRetriever,
    *,
    prompt: Prompt | None = None,
    reuse: Sequence[Path] = (),
    progress: Progress | None = None,
) -> Path:
    """Answer the questions of `verify` under each condition into the run folder `out`, or resume it.

    Any LangChain model and retriever will do for `model` and `index`; `prompt` is for a model without settings.
    Without `out` the folder is that of the same questions, model and index in RUNS, and is announced. Answers in the
    run folders `reuse` to the same prompts, with the same model and settings, are copied. Returns the folder. Raises
    DatasetError, SettingsError, IndexProblem, ModelUnavailable, RunError.
    """
    experiment = Experiment.open(verify, selection, index)
    settings = model if isinstance(model, ModelSettings) else model_settings_of(model, prompt or load_prompt())
    models = open_models(experiment, model)
    if out is None:
        out = _default_folder(_identity(experiment.dataset, settings, models[0], experiment.retriever))
        notice(Message("The run is in {out}", out=out))
    run_models(experiment, out, models, settings, reuse=reuse, progress=progress)
    return out


def open_models(experiment: Experiment, model: ModelSettings | Model) -> tuple[Model, ...]:
    """Return the model, not loaded yet, once per repeat; all share one engine."""
    repeats = range(experiment.scope.repeats)
    if not isinstance(model, ModelSettings):
        return tuple(model for _ in repeats)
    return tuple(open_model(_reseeded(model, repeat)) for repeat in repeats)


def _default_folder(identity: RunIdentity) -> Path:
    """Return the folder for runs of this identity: the same call finds it again, another one has another."""
    stated = {name: value for name, value in asdict(identity).items() if value}  # a new setting changes no old name
    content = json.dumps(stated, sort_keys=True)
    return RUNS / f"{Path(identity.dataset).stem}-{hashlib.sha256(content.encode()).hexdigest()[:8]}"


def run_models(
    experiment: Experiment,
    out: Path,
    models: Sequence[Model],
    settings: ModelSettings,
    *,
    reuse: Sequence[Path] = (),
    progress: Progress | None = None,
    turn: ModelTurn = at_once,
) -> None:
    """Run an experiment, with a model for each repeat; work with the model takes a `turn`.

    Raises SettingsError, ModelUnavailable, RunError.
    """
    dataset, scope, retriever = experiment.dataset, experiment.scope, experiment.retriever
    chains = experiment.chains(models, settings.prompt)
    turn(lambda: context_window(models[0]))  # raises before a run is begun, as do the chains
    identity = _identity(dataset, settings, models[0], retriever)
    execute(
        out, dataset, chains, scope, identity,
        reuse=reuse, batch_size=batch_size(models[0]), progress=progress, turn=turn,
    )  # fmt: skip
    compute_cosines(out, dataset, load_run(out).log, _encoder(retriever))


def _refuse_leak(dataset: Dataset, manifest: Manifest) -> None:
    set_fingerprint = fingerprint(dataset.sha256, dataset.path.suffix)
    for source, state in manifest.sources.items():
        if state.sha256 == set_fingerprint:
            raise SettingsError(
                "The verification set, with its answers, is among the documents of the index",
                where=source,
                do=Message(
                    'Move it out of the folder, or add this to `kotae ingest`: --exclude "{source}"', source=source
                ),
            )


def _reseeded(settings: ModelSettings, repeat: int) -> ModelSettings:
    decoding = replace(settings.decoding, seed=settings.decoding.seed + repeat)
    return replace(settings.to_compare(), decoding=decoding)


def _retrievers(
    items: Sequence[Item], conditions: Sequence[Condition], retriever: BaseRetriever | None
) -> dict[Condition, BaseRetriever | None]:
    indexed = retriever if isinstance(retriever, HybridRetriever) else None
    return {
        condition: evidence_retriever(condition, items, indexed)
        if condition.needs_evidence
        else None
        if condition is Condition.NO_RAG
        else retriever
        if indexed is None
        else retriever_beside_twins(items, indexed)
        for condition in conditions
    }


def _identity(dataset: Dataset, settings: ModelSettings, model: Model, retriever: BaseRetriever | None) -> RunIdentity:
    searched = retriever_identity(retriever)
    return RunIdentity(
        model=settings.uri,
        model_identity=model_identity(model),
        build=model_build(model),
        decoding=identifying_parameters(model) or asdict(settings.decoding),
        context=settings.context,
        prompt=stored_prompt(settings.prompt.name),
        wording=settings.prompt.texts,
        decline="allowed" if settings.prompt.decline else "",
        injection_filter=stored_filter(settings.prompt.injection_filter),
        dataset=dataset.path.name,
        dataset_sha256=dataset.sha256,
        index=searched.index,
        encoder=searched.encoder,
        top_k=searched.top_k,
        reranker=searched.reranker,
        columns=dataset.columns,
    )


def stored_filter(injection_filter: InjectionFilter) -> str:
    """Return a filter as runs record it."""
    return "" if injection_filter is InjectionFilter.DROP else str(injection_filter)


def _encoder(retriever: BaseRetriever | None) -> Encoder:
    return retriever.index.encoder if isinstance(retriever, HybridRetriever) else open_encoder(DEFAULT_ENCODER)
