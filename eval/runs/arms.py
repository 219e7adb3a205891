"""The arms of an experiment: the same questions asked in several ways, each in a run folder of its own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from langchain_core.language_models import BaseChatModel, BaseLLM
from langchain_core.retrievers import BaseRetriever

from eval.dataset.conditions import Condition
from eval.dataset.load import Dataset, load_dataset
from eval.runs.description import FILE
from eval.runs.evaluate import Experiment, QuestionSelection, open_models, run_models
from eval.runs.own_parts import model_settings_of
from eval.runs.run_folders import EXPERIMENT, ExperimentArms, read_arms
from rag.errors import KotaeError, RunError, SettingsError
from rag.factory import IndexSettings, ModelSettings, RetrieverShelf
from rag.generation.prompt import Prompt
from rag.generation.prompt_file import load_prompt
from rag.messages import Message
from rag.models.invoke import close_model
from rag.progress import count_bar
from rag.serialize import to_jsonable
from rag.storage.atomic import write_bytes, write_text


@dataclass(frozen=True, slots=True)
class Arm:
    """A way to ask: a model with its prompt, an index with its retrieval, and the conditions to ask under.

    `name` is that of its run folder. Any LangChain model and retriever will do for `model` and `index`; `prompt` is for
    a model without settings. Without `conditions` they are those of the experiment.
    """

    name: str
    model: ModelSettings | BaseChatModel | BaseLLM = field(default_factory=ModelSettings)
    index: IndexSettings | BaseRetriever = field(default_factory=IndexSettings)
    conditions: tuple[Condition, ...] = ()
    prompt: Prompt | None = None


@dataclass(frozen=True, slots=True)
class ArmRun:
    """The run of an arm; `error` is set if it did not finish."""

    arm: Arm
    folder: Path
    error: KotaeError | None = None

    @property
    def stored(self) -> bool:
        """Whether the folder holds answers to report on, of this time or an earlier one."""
        return (self.folder / FILE).exists()


def evaluate_arms(
    verify: Path | Dataset,
    out: Path,
    selection: QuestionSelection,
    arms: Sequence[Arm],
    *,
    baseline: str | None = None,
    reuse: Sequence[Path] = (),
    source: bytes = b"",
) -> tuple[ArmRun, ...]:
    """Run every arm into its own folder in `out`, or resume there; the others are compared with `baseline`.

    That is by default the first. An index is opened once, a model stays loaded while the next arm has it too, and the
    same prompt to the same model is asked once. An arm with settings that cannot be used ends the experiment before the
    first question; one that fails later does not stop the others. `source`, the experiment file, is kept in `out`.
    Raises DatasetError, SettingsError, IndexProblem, ModelUnavailable, and RunError if `out` is a run itself.
    """
    if (out / FILE).exists():
        raise RunError("This folder contains a single run", where=str(out), do="Choose another --out.")
    _check_names([arm.name for arm in arms], baseline)
    dataset = verify if isinstance(verify, Dataset) else load_dataset(verify)
    shelf = RetrieverShelf()
    experiments = {arm.name: _opened(dataset, selection, arm, shelf) for arm in arms}
    _write_arms(out, [arm.name for arm in arms], baseline)
    if source:
        write_bytes(out / "experiment.toml", source)
    engines = [_engine_of(arm) for arm in arms]
    in_turn = sorted(arms, key=lambda arm: engines.index(_engine_of(arm)))
    runs = []
    for arm, following in zip(in_turn, [*in_turn[1:], None], strict=True):
        siblings = [out / other.name for other in arms if other.name != arm.name and other.model == arm.model]
        known = [*reuse, *(folder for folder in siblings if (folder / FILE).exists())]
        keep = following is not None and _engine_of(following) == _engine_of(arm)
        runs.append(_run(experiments[arm.name], out / arm.name, arm, known, keep=keep))
    return tuple(runs)


def _check_names(names: Sequence[str], baseline: str | None) -> None:
    if baseline is not None and baseline not in names:
        raise SettingsError(
            Message("There is no arm {baseline!r}", baseline=baseline),
            do=Message("The arms are: {names}.", names=", ".join(names)),
        )
    folded = [name.casefold() for name in names]
    if twice := [name for name in names if folded.count(name.casefold()) > 1]:
        raise SettingsError(
            Message("Two arms are called {twice!r}", twice=twice[0]), do="Give each arm once, under a name of its own."
        )


def _opened(dataset: Dataset, selection: QuestionSelection, arm: Arm, shelf: RetrieverShelf) -> Experiment:
    """Return the experiment of an arm whose settings can be used together; its model is not loaded."""
    selection = replace(selection, conditions=arm.conditions or selection.conditions)
    try:
        experiment = Experiment.open(dataset, selection, arm.index, shelf)
        experiment.chains(open_models(experiment, arm.model), _prompt(arm))
    except KotaeError as error:
        error.what = Message("{arm}: {error}", arm=arm.name, error=Message.of(error.what))
        raise
    return experiment


def _prompt(arm: Arm) -> Prompt:
    return arm.model.prompt if isinstance(arm.model, ModelSettings) else arm.prompt or load_prompt()


def _settings(arm: Arm) -> ModelSettings:
    """Return the settings of an arm's model; one that was opened elsewhere is loaded for it."""
    return arm.model if isinstance(arm.model, ModelSettings) else model_settings_of(arm.model, _prompt(arm))


def _write_arms(out: Path, names: Sequence[str], baseline: str | None) -> None:
    """Write `experiment.json`; arms of earlier calls stay in it, and so does their baseline."""
    before = read_arms(out)
    kept = () if before is None else before.arms
    chosen = baseline or (names[0] if before is None else before.baseline)
    arms = ExperimentArms(tuple(dict.fromkeys((*kept, *names))), chosen)
    write_text(out / EXPERIMENT, json.dumps(to_jsonable(arms), ensure_ascii=False, indent=1) + "\n")


def _engine_of(arm: Arm) -> tuple[object, ...]:
    """Return what decides which engine an arm loads."""
    model = arm.model
    if not isinstance(model, ModelSettings):
        return (id(model),)
    where = model.server, model.gpus, model.llama_server
    return model.uri, model.context, model.kernel, model.gpu_memory, model.batch_invariant, *where


def _run(experiment: Experiment, folder: Path, arm: Arm, reuse: Sequence[Path], *, keep: bool) -> ArmRun:
    models = open_models(experiment, arm.model)
    try:
        with count_bar(Message("Answering, {arm}", arm=arm.name)) as progress:
            run_models(experiment, folder, models, _settings(arm), reuse=reuse, progress=progress)
    except KotaeError as error:
        return ArmRun(arm, folder, error)
    finally:
        for model in models if isinstance(arm.model, ModelSettings) and not keep else ():
            close_model(model)
    return ArmRun(arm, folder)
