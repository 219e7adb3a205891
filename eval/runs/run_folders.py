"""Folders of runs: their names, and the runs that a folder holds."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from eval.runs.description import FILE, read_description
from rag.errors import RunError, SettingsError
from rag.messages import Message, reason_of
from rag.serialize import from_json
from rag.storage.regular_files import read_stored

EXPERIMENT: Final = "experiment.json"
_UNSAFE = re.compile(r'[\s<>:"/\\|?*\x00-\x1f\x7f]+')
_LONGEST = 150  # bytes of a folder's name; file systems take 255


@dataclass(frozen=True, slots=True)
class ExperimentArms:
    """The content of `experiment.json`: the names of the arms, which are folders next to it, and of the baseline."""

    arms: tuple[str, ...]
    baseline: str
    format: int = 1


def read_arms(folder: Path) -> ExperimentArms | None:
    """Return the arms of the experiment in a folder; None if it holds none. Raises RunError for a damaged file."""
    path = folder / EXPERIMENT
    if not path.is_file():
        return None

    def damaged(fault: str) -> RunError:
        return RunError(
            Message("This file is damaged: {fault}", fault=fault), where=str(path), do="Delete it, and give --baseline."
        )

    try:
        return from_json(ExperimentArms, read_stored(path, follow=False), error=damaged)
    except OSError as error:
        raise RunError(Message("This file cannot be read: {error}", error=reason_of(error)), where=str(path)) from error


def folder_names(uris: Sequence[str]) -> tuple[str, ...]:
    """Return a folder name for each model: its kind and the last part of its path; Japanese letters are kept.

    A hash of the URI tells equal names apart. Raises SettingsError for a URI that is given twice.

    >>> folder_names(["bundled", "gguf:/models/模型.gguf", "gptq:owner/name@main"])
    ('bundled', 'gguf-模型.gguf', 'gptq-name@main')
    """
    if twice := sorted({uri for uri in uris if uris.count(uri) > 1}):
        raise SettingsError(Message("--model {twice} is given twice", twice=twice[0]), do="Give each model once.")
    names = [_model_name(uri) for uri in uris]
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


def find_baseline(folders: Sequence[Path]) -> Path | None:
    """Return the run that the arms in a folder are compared with; None for other runs, and where it is not there."""
    plan = read_arms(folders[0]) if len(folders) == 1 else None
    run = None if plan is None else folders[0] / plan.baseline
    return run if run is not None and (run / FILE).exists() else None


def refuse_folder_of_runs(out: Path, name: str) -> None:
    """Raise RunError if a single run would be written into a folder of several runs, which then cannot resume."""
    if run_folders(out) != (out,):
        raise RunError(
            "This folder contains the runs of several models",
            where=str(out),
            do=Message("Choose another --out, such as {out}.", out=out / name),
        )


def run_folders(folder: Path) -> tuple[Path, ...]:
    """Return the runs in a folder, arms in their order; the folder alone if it is a run itself or holds none."""
    if (folder / FILE).exists() or not folder.is_dir():
        return (folder,)
    plan = read_arms(folder)
    order = {name: position for position, name in enumerate(plan.arms)} if plan is not None else {}
    runs = sorted(path.parent for path in folder.glob(f"*/{FILE}"))
    return tuple(sorted(runs, key=lambda run: order.get(run.name, len(order)))) or (folder,)


def folder_name(text: str) -> str:
    """Return a text as the name of a folder on any system, cut to its longest; Japanese letters are kept."""
    name = _UNSAFE.sub("-", unicodedata.normalize("NFC", text)).strip("-. ")
    while len(name.encode("utf-8", "replace")) > _LONGEST:
        name = name[:-1]
    return name or "arm"


def _model_name(uri: str) -> str:
    kind, _, path = uri.partition(":")
    last = next((part for part in reversed(re.split(r"[/\\]", path)) if part.strip(". ")), "")
    return folder_name(f"{kind}-{last}" if last else kind)


def _hash(uri: str) -> str:
    return hashlib.sha256(uri.encode("utf-8", "surrogatepass")).hexdigest()[:8]
