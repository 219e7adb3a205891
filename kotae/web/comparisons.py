"""Comparisons that the page begins or continues: the same runs as those of `kotae eval run`."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from eval.dataset.conditions import Condition
from eval.dataset.items import Dataset
from eval.report.build import build_report
from eval.report.files import write_all
from eval.runs.description import Scope
from eval.runs.evaluate import Experiment, QuestionSelection, open_models, run_models
from eval.runs.run import load_run
from kotae.web.jobs import Job, JobKind, JobRunner, JobTurn, Work
from kotae.web.runs_view import RunList
from kotae.web.set_folder import SetEntry
from rag.errors import RequestError
from rag.factory import IndexSettings, ModelSettings
from rag.records import Language
from rag.retrieval.retriever import HybridRetriever


@dataclass(frozen=True, slots=True)
class InterruptedRun:
    """A run to continue: its folder, its set under the name that it had, and what is asked of it."""

    folder: Path
    dataset: Dataset
    scope: Scope


@dataclass(frozen=True, slots=True)
class Comparisons:
    """Comparisons with the model and the index of the page, in the folder of runs."""

    jobs: JobRunner
    model: ModelSettings
    index: IndexSettings
    runs: RunList

    def begin(self, entry: SetEntry, conditions: Sequence[Condition], language: Language) -> Job:
        """Begin to ask a set under each condition; `language` is that of the report's tables.

        Raises RequestError, SettingsError, and the error of a set that cannot be read.
        """
        dataset = entry.read()
        if not conditions or any(condition not in entry.conditions for condition in conditions):
            raise RequestError("Choose at least one way to answer that this set allows")
        out = self.runs.new_path(entry.path.stem)

        def work(job: Job, turn: JobTurn) -> None:
            selection = QuestionSelection(None, tuple(conditions))
            self._run(Experiment.open(dataset, selection, self.index), out, job, turn, language)

        return self._begin(entry.path.name, out, work)

    def stored(self, run_id: str) -> InterruptedRun:
        """Read a run that was interrupted. Raises RequestError, and RunError if it cannot be read."""
        out = self.runs.path(run_id)
        run = load_run(out)
        return InterruptedRun(out, replace(run.dataset, path=Path(run.identity.dataset)), run.scope)

    def resume(self, run: InterruptedRun, language: Language) -> Job:
        """Continue a run. Raises RequestError while other work is done."""

        def work(job: Job, turn: JobTurn) -> None:
            self._run(Experiment.open(run.dataset, run.scope, self.index), run.folder, job, turn, language)

        return self._begin(run.dataset.path.name, run.folder, work)

    def _begin(self, name: str, out: Path, work: Work) -> Job:
        return self.jobs.begin(JobKind.COMPARISON, name, self.runs.id_of(out), work)

    def _run(self, experiment: Experiment, out: Path, job: Job, turn: JobTurn, language: Language) -> None:
        retriever = experiment.retriever
        with ExitStack() as stack:
            if isinstance(retriever, HybridRetriever):
                stack.callback(retriever.index.close)
            models = open_models(experiment, self.model)
            run_models(experiment, out, models, self.model, progress=job.progress, turn=turn)
        write_all(build_report([out]), out, language)
