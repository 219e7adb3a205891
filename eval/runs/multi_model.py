"""Several models, one after the other, on the same questions with the same passages: a run folder for each."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

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
    """A model and the folder of its run; `error` is why it was not run to its end."""

    uri: str
    folder: Path
    error: KotaeError | None = None

    @property
    def stored(self) -> bool:
        """Whether there is anything to report on: this time's answers, or an earlier one's."""
        return (self.folder / FILE).exists()


def evaluate_models(
    verify: Path,
    out: Path,
    selection: QuestionSelection,
    models: Sequence[ModelSettings],
    index: IndexSettings,
    *,
    reuse: Sequence[Path] = (),
) -> tuple[ModelRun, ...]:
    """Run every model into a folder of its own in `out`, or go on there.

    Index and encoder are opened once. A model's memory is given back before the next one is loaded, and one that
    cannot be run does not keep the others from it. Raises DatasetError, SettingsError, IndexProblem, and RunError where
    `out` itself holds a run.
    """
    if (out / FILE).exists():
        raise RunError("This folder holds the run of one model", where=str(out), do="Give another --out.")
    names = folder_names([one.uri for one in models])
    experiment = Experiment.open(verify, selection, index)
    return tuple(_run(experiment, out / name, one, reuse) for one, name in zip(models, names, strict=True))


def _run(experiment: Experiment, folder: Path, settings: ModelSettings, reuse: Sequence[Path]) -> ModelRun:
    models: tuple[Model, ...] = ()
    try:
        models = open_models(experiment, settings)
        with count_bar(f"Answering, {folder.name}") as progress:
            run_models(experiment, folder, models, settings, reuse=reuse, progress=progress)
    except KotaeError as error:
        return ModelRun(settings.uri, folder, error)
    finally:
        for one in models:
            close_model(one)
    return ModelRun(settings.uri, folder)


def folder_names(uris: Sequence[str]) -> tuple[str, ...]:
    """A name for each model's folder: its kind and the last part of its path, Japanese letters kept.

    Where several would get the same name, a hash of the URI tells them apart. Raises SettingsError for a URI that is
    given twice.

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
    """The runs that these folders are or hold, each once: what stands twice would be compared twice.

    Raises RunError for a folder that is and holds none.
    """
    found = {run.resolve(): run for folder in folders for run in run_folders(folder)}
    for run in found.values():
        read_description(run)
    return tuple(found.values())


def refuse_folder_of_runs(out: Path, uri: str) -> None:
    """Raises RunError where the run of one model would be put beside those of several, which then cannot go on."""
    if run_folders(out) != (out,):
        own = out / folder_names([uri])[0]
        raise RunError("This folder holds runs of its own", where=str(out), do=f"Give another --out, such as {own}.")


def run_folders(folder: Path) -> tuple[Path, ...]:
    """The runs in a folder that is none itself, by name; else the folder alone."""
    if (folder / FILE).exists() or not folder.is_dir():
        return (folder,)
    return tuple(sorted(path.parent for path in folder.glob(f"*/{FILE}"))) or (folder,)


def _name(uri: str) -> str:
    kind, _, rest = uri.partition(":")
    last = next((part for part in reversed(re.split(r"[/\\]", rest)) if part.strip(". ")), "")
    name = _UNSAFE.sub("-", unicodedata.normalize("NFC", f"{kind}-{last}" if last else kind)).strip("-. ")
    while len(name.encode("utf-8", "replace")) > _LONGEST:
        name = name[:-1]
    return name or "model"


def _hash(uri: str) -> str:
    return hashlib.sha256(uri.encode("utf-8", "surrogatepass")).hexdigest()[:8]
