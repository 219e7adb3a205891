"""A run as runs of MLflow, one for each condition: a trace for every answer, with its verdict as feedback.

Runs of one verification set are in one experiment, and a question has the same inputs in all of them, so that MLflow
pairs them (`mlflow.genai.compare_evaluations`, new in 3.18).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from eval.export.jsonl import answer_fields
from eval.fallback.graded_run import GradedRun
from eval.statistics.paired import rate
from rag.errors import SettingsError, first_line
from rag.messages import Message
from rag.storage.disk_errors import translate_os_errors

_INSTALL: Final = 'pip install "mlflow-skinny>=3.17,<4"'
_ENVIRONMENT: Final = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ASYNC_TRACE_LOGGING": "false",  # a trace is there when its feedback is logged
    "MLFLOW_ALLOW_FILE_STORE": "true",  # from 3.18 on a folder is refused without
}
_INPUTS: Final = ("number", "language", "question", "repeat")
_OUTPUTS: Final = ("answer", "failure")
_ABOUT: Final = ("type", "outcome", "rule", "read", "passages", "evidence_in_prompt", "cosine", "attempts", "seconds")
_SETTINGS: Final = ("model_identity", "prompt_name", "index", "encoder", "top_k", "reranker", "dataset_sha256")


def log_runs(run: GradedRun, store: Path | str) -> Mapping[str, str]:
    """Log a run to a tracking store, the URI of one or a folder; return the id of the MLflow run of each condition.

    Raises SettingsError without MLflow, and if it cannot use the store; CannotWrite for a folder.
    """
    mlflow = _import_mlflow()
    try:
        with translate_os_errors(Path(store)):
            mlflow.set_tracking_uri(store if isinstance(store, str) else store.absolute().as_uri())
            mlflow.set_experiment(run.stored.identity.dataset)
            return {str(condition): _log(mlflow, run, str(condition)) for condition in run.stored.scope.conditions}
    except mlflow.exceptions.MlflowException as error:
        raise SettingsError(
            Message("MLflow cannot store this run: {error}", error=first_line(error)), do="Choose another --out."
        ) from error


def _import_mlflow() -> Any:
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    try:
        import mlflow
    except ImportError as error:
        raise SettingsError(
            "This format needs the package mlflow-skinny, or mlflow",
            do=Message("Run: {install}", install=_INSTALL),
        ) from error
    return mlflow


def _log(mlflow: Any, run: GradedRun, condition: str) -> str:
    answers = list(_answers(run, condition))
    identity = run.stored.identity
    with mlflow.start_run(run_name=f"{run.stored.name}/{condition}") as started:
        settings = {name: getattr(identity, name) for name in _SETTINGS} | dict(identity.decoding)
        mlflow.log_params({"condition": condition, **settings})
        for fields in answers:
            _log_answer(mlflow, fields)
        mlflow.log_metrics(_metrics(answers))
    return str(started.info.run_id)


def _answers(run: GradedRun, condition: str) -> Iterator[Mapping[str, Any]]:
    """Yield the fields of each answer that is there, as UTF-8 can hold them."""
    for repeat, answers in enumerate(run.times):
        for answer in answers:
            if answer.recorded is not None and str(answer.condition) == condition:
                text = json.dumps(answer_fields(run, answer, repeat), ensure_ascii=False)
                yield json.loads(text.encode("utf-8", "replace"))


def _log_answer(mlflow: Any, fields: Mapping[str, Any]) -> None:
    from mlflow.entities import AssessmentSource

    prompt, completion = fields["prompt_tokens"], fields["completion_tokens"]
    with mlflow.start_span(name="answer") as span:
        span.set_inputs({name: fields[name] for name in _INPUTS})
        span.set_outputs({name: fields[name] for name in _OUTPUTS})
        span.set_attributes({name: fields[name] for name in _ABOUT})
        usage = {"input_tokens": prompt, "output_tokens": completion, "total_tokens": prompt + completion}
        span.set_attribute("mlflow.chat.tokenUsage", usage)
    source = AssessmentSource("CODE", "kotae")
    about = {"trace_id": span.trace_id, "source": source}
    mlflow.log_feedback(name="correct", value=fields["correct"], rationale=fields["reason"], **about)
    mlflow.log_feedback(name="language_correct", value=fields["language_correct"], **about)
    mlflow.log_expectation(name="references", value=fields["references"], **about)


def _metrics(answers: Sequence[Mapping[str, Any]]) -> Mapping[str, float]:
    """Return the rate of right answers with its interval, and what an answer took on average."""
    if not answers:
        return {}
    right = rate(sum(fields["correct"] for fields in answers), len(answers))
    means = {
        f"{name}/mean": sum(fields[name] for fields in answers) / len(answers)
        for name in ("prompt_tokens", "completion_tokens", "seconds")
    }
    bounds = {"correct/low_95": right.interval.low, "correct/high_95": right.interval.high}
    return {"correct/mean": right.value or 0.0, **bounds, **means}
