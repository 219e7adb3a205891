"""Estimate the cost of a run: answers, time and tokens, at the rate of a stored run or at a stated one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from eval.dataset.conditions import Condition
from eval.runs.answer_log import AnswerRecord
from eval.runs.run import StoredRun
from rag.errors import RunError


@dataclass(frozen=True, slots=True)
class AnswerRate:
    """What an answer takes on average: seconds, and the tokens of all its attempts, None if unknown."""

    seconds: float
    tokens: AnswerTokens | None = None


@dataclass(frozen=True, slots=True)
class AnswerTokens:
    """Tokens of the prompts and the completions."""

    prompt: float
    completion: float


@dataclass(frozen=True, slots=True)
class Rates:
    """The rates of answers without passages, as of the baseline, and with them, as of the arms; and their source."""

    baseline: AnswerRate
    arm: AnswerRate
    english: str
    japanese: str


STATED: Final = Rates(
    AnswerRate(2.0, AnswerTokens(99.0, 10.0)),
    AnswerRate(8.0, AnswerTokens(530.0, 8.5)),
    "rate of the bundled model on 2 idle cores, on verify100 (docs/measured.md)",
    "同梱モデル・2 コア・verify100 での値（docs/measured.md）",
)


@dataclass(frozen=True, slots=True)
class RunCost:
    """The cost of a run: `answers`, and at these `rates` the seconds and tokens of all; tokens are None if unknown."""

    answers: int
    seconds: float
    tokens: AnswerTokens | None
    rates: Rates


def measured_rates(run: StoredRun) -> Rates:
    """Return the rates of a stored run: without retrieval and with it, or of all its answers where one is not there.

    Raises RunError for a run without answers.
    """
    records = [record for record in run.log.by_key.values() if record.answer is not None]
    if not records:
        raise RunError("This run has no answers, so it shows no speed", where=run.name, do="Name a run with answers.")
    without = [record for record in records if record.condition is Condition.NO_RAG]
    with_passages = [record for record in records if record.condition is not Condition.NO_RAG]
    model = run.identity.model_identity
    return Rates(
        _rate(without or records), _rate(with_passages or records),
        f"rate of {model} in {run.name}", f"{run.name} での {model} の速度",
    )  # fmt: skip


def run_cost(pairs: int, arms: int, rates: Rates) -> RunCost:
    """Return the cost of a baseline and so many arms, each of which answers `pairs` questions in a language."""
    baseline, arm = rates.baseline, rates.arm
    tokens = None
    if baseline.tokens is not None and arm.tokens is not None:
        tokens = AnswerTokens(
            pairs * (baseline.tokens.prompt + arms * arm.tokens.prompt),
            pairs * (baseline.tokens.completion + arms * arm.tokens.completion),
        )
    return RunCost(pairs * (1 + arms), pairs * (baseline.seconds + arms * arm.seconds), tokens, rates)


def _rate(records: Sequence[AnswerRecord]) -> AnswerRate:
    attempts = [attempt for record in records if record.answer is not None for attempt in record.answer.attempts]
    prompt, completion = (
        sum(getattr(attempt, name) for attempt in attempts) / len(records)
        for name in ("prompt_tokens", "completion_tokens")
    )
    seconds = sum(record.seconds for record in records) / len(records)
    return AnswerRate(seconds, AnswerTokens(prompt, completion))
