"""Run several models in turn on the same questions with the same passages, each into a run folder."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.dataset.items import Dataset
from eval.runs.description import FILE, read_description
from eval.runs.evaluate import Experiment, QuestionSelection, open_models, run_models
from rag.errors import KotaeError, RunError, SettingsError
from rag.factory import IndexSettings, ModelSettings
from rag.generation.chain import Model
from rag.models.invoke import close_model
from rag.progress import count_bar

_UNSAFE = re.compile(r'[\s<>:"/\\|?*\x00-\x1f\x7f]+')
_LONGEST = 150  # bytes of a folder's name; file systems take 255


@dataclass(frozen=True, slots=True)
class ModelRun:
    """A model and the folder of its run; `error` is set if the run did not finish."""

    uri: str
    folder: Path
    error: KotaeError | None = None

    @property
    def stored(self) -> bool:
        """Whether the folder holds answers to report on, of this time or an earlier one."""
        return (self.folder / FILE).exists()


def evaluate_models(
    verify: Path | Dataset,
    out: Path,
    selection: QuestionSelection,
    models: Sequence[ModelSettings],
    index: IndexSettings,
    *,
    reuse: Sequence[Path] = (),
) -> tuple[ModelRun, ...]:
    """Run every model into its own folder in `out`, or resume there.

    Index and encoder are opened once. The memory of a model is freed before the next is loaded, and a model that fails
    does not stop the others. Raises DatasetError, SettingsError, IndexProblem, and RunError if `out` is a run itself.
    """
    if (out / FILE).exists():
        raise RunError("This folder contains the run of one model", where=str(out), do="Choose another --out.")
    names = folder_names([settings.uri for settings in models])
    experiment = Experiment.open(verify, selection, index)
    return tuple(_run(experiment, out / name, settings, reuse) for settings, name in zip(models, names, strict=True))


def _run(experiment: Experiment, folder: Path, settings: ModelSettings, reuse: Sequence[Path]) -> ModelRun:
    models: tuple[Model, ...] = ()
    try:
        models = open_models(experiment, settings)
        with count_bar(f"Answering, {folder.name}") as progress:
            run_models(experiment, folder, models, settings, reuse=reuse, progress=progress)
    except KotaeError as error:
        return ModelRun(settings.uri, folder, error)
    finally:
        for model in models:
            close_model(model)
    return ModelRun(settings.uri, folder)


def folder_names(uris: Sequence[str]) -> tuple[str, ...]:
    """Return a folder name for each model: its kind and the last part of its path; Japanese letters are kept.

    A hash of the URI tells equal names apart. Raises SettingsError for a URI that is given twice.

    >>> folder_names(["bundled", "gguf:/models/模型.gguf", "gptq:owner/name@main"])
    ('bundled', 'gguf-模型.gguf', 'gptq-name@main')
    """
    if twice := sorted({uri for uri in uris if uris.count(uri) > 1}):
        raise SettingsError(f"--model {twice[0]} is given twice", do="Give each model once.")
    names = [_name(uri) for uri in uris]
    folded = [name.casefold() for name in names]
    return tuple(
        name if folded.count(name.casefold()) == 1 else f"{name}-{_hash(uri)}"
        for name, uri in zip(names, uris, strict=True)
    )


def find_runs(folders: Iterable[Path]) -> tuple[Path, ...]:
    """Return the runs that these folders are or hold, each once, or it would be compared with itself.

    Raises RunError for a folder that is not a run and holds none.
    """
    runs = {run.resolve(): run for folder in folders for run in run_folders(folder)}
    for run in runs.values():
        read_description(run)
    return tuple(runs.values())


def refuse_folder_of_runs(out: Path, uri: str) -> None:
    """Raise RunError if a single run would be written into a folder of several runs, which then cannot resume."""
    if run_folders(out) != (out,):
        own = out / folder_names([uri])[0]
        raise RunError(
            "This folder contains the runs of several models",
            where=str(out),
            do=f"Choose another --out, such as {own}.",
        )


def run_folders(folder: Path) -> tuple[Path, ...]:
    """Return the runs in a folder, by name; the folder alone if it is a run itself or holds none."""
    if (folder / FILE).exists() or not folder.is_dir():
        return (folder,)
    return tuple(sorted(path.parent for path in folder.glob(f"*/{FILE}"))) or (folder,)


def _name(uri: str) -> str:
    kind, _, path = uri.partition(":")
    last = next((part for part in reversed(re.split(r"[/\\]", path)) if part.strip(". ")), "")
    name = _UNSAFE.sub("-", unicodedata.normalize("NFC", f"{kind}-{last}" if last else kind)).strip("-. ")
    while len(name.encode("utf-8", "replace")) > _LONGEST:
        name = name[:-1]
    return name or "model"


def _hash(uri: str) -> str:
    return hashlib.sha256(uri.encode("utf-8", "surrogatepass")).hexdigest()[:8]
