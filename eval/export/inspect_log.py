"""A run as logs of Inspect (UK AI Security Institute), one for each condition, for `inspect view` and its dataframes.

The layout is version 2 of its JSON log (class EvalLog of inspect_ai 0.3): a sample for every question and language, an
epoch for every repeat, the verdict as a score of C or I with what it rests on. Nothing of inspect_ai is needed here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from eval.export.jsonl import answer_fields
from eval.fallback.graded_run import GradedRun
from eval.runs.graded import RunAnswer
from eval.statistics.paired import rate

VERSION: Final = 2
SCORER: Final = "kotae"
_ABOUT: Final = (
    "type", "language", "condition", "references", "answerable", "passages", "evidence_in_prompt", "cosine", "attempts"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Sample:
    answer: RunAnswer
    repeat: int


def inspect_logs(run: GradedRun) -> Mapping[str, Mapping[str, Any]]:
    """Return the log of each condition by its name."""
    return {str(condition): _log(run, str(condition)) for condition in run.stored.scope.conditions}


def _log(run: GradedRun, condition: str) -> Mapping[str, Any]:
    samples = [
        _Sample(answer, repeat)
        for repeat, answers in enumerate(run.times)
        for answer in answers
        if str(answer.condition) == condition and answer.recorded is not None
    ]
    stored = run.stored
    finished = len(samples) == sum(str(answer.condition) == condition for time in run.times for answer in time)
    return {
        "version": VERSION,
        "status": "success" if finished else "cancelled",
        "eval": _spec(run, condition, samples),
        "plan": {"name": "plan", "steps": [{"solver": condition, "params": {}}]},
        "results": _results(samples),
        "stats": {"started_at": stored.began, "completed_at": stored.ended or stored.began, "model_usage": {
            stored.identity.model_identity: _usage([answer_fields(run, s.answer, s.repeat) for s in samples])
        }},
        "samples": [_sample(run, sample) for sample in samples],
    }  # fmt: skip


def _spec(run: GradedRun, condition: str, samples: Sequence[_Sample]) -> Mapping[str, Any]:
    stored = run.stored
    name = hashlib.sha256(f"{stored.name}\0{stored.began}\0{condition}".encode()).hexdigest()[:22]
    numbers = list(dict.fromkeys(_id(sample.answer) for sample in samples))
    identity = stored.identity
    return {
        "eval_id": name,
        "run_id": name,
        "created": stored.began,
        "task": f"{stored.name}/{condition}",
        "task_id": name,
        "task_version": 0,
        "task_args": {"condition": condition},
        "dataset": {"name": identity.dataset, "samples": len(numbers), "sample_ids": numbers, "shuffled": False},
        "model": identity.model_identity,
        "model_generate_config": {
            "temperature": identity.decoding.get("temperature"),
            "top_p": identity.decoding.get("top_p"),
            "max_tokens": identity.decoding.get("max_new_tokens"),
            "seed": identity.decoding.get("seed"),
        },
        "config": {"epochs": len(run.times)},
        "packages": {"kotae": stored.versions.get("kotae", "")},
        "metadata": {
            name: getattr(identity, name)
            for name in ("index", "encoder", "top_k", "reranker", "prompt", "dataset_sha256")
        },
    }  # fmt: skip


def _results(samples: Sequence[_Sample]) -> Mapping[str, Any]:
    right = rate(sum(sample.answer.verdict.correct for sample in samples), len(samples))
    accuracy = {"name": "accuracy", "value": right.value or 0.0, "params": {}}
    bounds = {
        name: {"name": name, "value": bound, "params": {"method": right.interval.method}}
        for name, bound in (("low_95", right.interval.low), ("high_95", right.interval.high))
    }
    score = {"name": SCORER, "scorer": SCORER, "params": {}, "metrics": {"accuracy": accuracy, **bounds}}
    return {"total_samples": len(samples), "completed_samples": len(samples), "scores": [score]}


def _sample(run: GradedRun, sample: _Sample) -> Mapping[str, Any]:
    answer = sample.answer
    fields = answer_fields(run, answer, sample.repeat)
    model, text = run.stored.identity.model_identity, fields["answer"] or ""
    cut_off = answer.recorded is not None and answer.recorded.answer is not None and answer.recorded.answer.cut_off
    assistant = {"role": "assistant", "content": text, "source": "generate", "model": model}
    choice = {"message": assistant, "stop_reason": "max_tokens" if cut_off else "stop"}
    usage = _usage([fields])
    return {
        "id": _id(answer),
        "epoch": sample.repeat + 1,
        "input": answer.question,
        "target": list(dict.fromkeys(fields["references"])),
        "messages": [{"role": "user", "content": answer.question, "source": "input"}, assistant],
        "output": {"model": model, "choices": [choice], "completion": text, "usage": usage, "time": fields["seconds"],
                   **({"error": fields["failure"]} if fields["failure"] else {})},
        "scores": {SCORER: {
            "value": "C" if fields["correct"] else "I",
            "answer": fields["read"],
            "explanation": fields["reason"],
            "metadata": {name: fields[name] for name in ("outcome", "rule", "language_correct")},
        }},
        "metadata": {name: fields[name] for name in _ABOUT},
        "model_usage": {model: usage},
        "total_time": fields["seconds"],
    }  # fmt: skip


def _usage(answers: Sequence[Mapping[str, Any]]) -> Mapping[str, int]:
    prompt, completion = (sum(fields[name] for fields in answers) for name in ("prompt_tokens", "completion_tokens"))
    return {"input_tokens": prompt, "output_tokens": completion, "total_tokens": prompt + completion}


def _id(answer: RunAnswer) -> str:
    return f"{answer.item.number}-{answer.language}"
