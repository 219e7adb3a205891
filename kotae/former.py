"""Functions of version 0.1 under their former names; each says what it is called now."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kotae import experiments

if TYPE_CHECKING:
    import pandas as pd

    from eval.report.records import Report
    from eval.runs.run import StoredRun


def evaluate_set(verify: str | Path | pd.DataFrame, out: str | Path, **settings: Any) -> StoredRun:
    """Evaluate as `kotae.evaluate` does, and return the run as it is stored."""
    from eval.runs import run

    _notify("evaluate_set", "evaluate, which returns tables and a report")
    return run.load_run(experiments.evaluate(verify, out, **settings).folder)


def build_report(*runs: str | Path, calibration: str | Path | None = None, encoder: str | None = None) -> Report:
    """Return the report of runs, as `kotae.load_run(...).report` does."""
    _notify("build_report", "load_run(...).report")
    return experiments.load_run(*runs, calibration=calibration, encoder=encoder).report


def _notify(former: str, now: str) -> None:
    warnings.warn(f"kotae.{former} is now kotae.{now}; the old name still works.", FutureWarning, stacklevel=3)
