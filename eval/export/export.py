"""Write a run in the format of another program."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Final, Literal

from eval.export.inspect_log import inspect_logs
from eval.export.jsonl import joined, jsonl_lines
from eval.export.mlflow_runs import log_runs
from eval.fallback.graded_run import GradedRun, graded_run
from rag.errors import SettingsError
from rag.messages import Message
from rag.storage.atomic import write_bytes, write_text

Format = Literal["jsonl", "inspect", "mlflow"]
_UNSAFE: Final = re.compile(r"[^\w.-]+")


def export_run(
    folder: Path, to: Format, out: Path | str, calibration: Path | None = None, encoder: str | None = None
) -> list[str]:
    """Write a run to `out`, and return the files, or the ids of the runs of MLflow, that were written.

    `out` is a file of JSON Lines, a folder of Inspect logs, or a tracking store of MLflow: a folder or its URI. Raises
    RunError for a folder without answers, SettingsError for a file where a folder is needed or the reverse, and
    CannotWrite.
    """
    if isinstance(out, str) and to != "mlflow":
        raise SettingsError(Message("{to} is written to a file or folder, not to a URL", to=to))
    run = graded_run(folder, calibration, encoder)
    if to == "mlflow":
        return list(log_runs(run, out).values())
    return [str(path) for path in _written(run, to, Path(out))]


def _written(run: GradedRun, to: Format, out: Path) -> list[Path]:
    if to == "jsonl":
        if out.is_dir():
            raise SettingsError(
                "This is a folder; jsonl is one file",
                where=str(out),
                do=Message("Use --out {out}", out=out / "run.jsonl"),
            )
        write_bytes(out, joined(jsonl_lines(run)))
        return [out]
    if out.is_file():
        raise SettingsError("This is a file; Inspect logs need a folder", where=str(out), do="Choose another --out.")
    began = _UNSAFE.sub("-", run.stored.began)
    paths = []
    for condition, log in inspect_logs(run).items():
        paths.append(
            out
            / f"{began}_{_UNSAFE.sub('-', run.stored.name)}-{_UNSAFE.sub('-', condition)}_{log['eval']['eval_id']}.json"
        )
        write_text(paths[-1], json.dumps(log, ensure_ascii=False, indent=1) + "\n")
    return paths
