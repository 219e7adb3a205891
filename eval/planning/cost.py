"""What a run will cost: answers, time and tokens, at the rate of a stored run or at a stated one."""

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
    """What an answer takes on average: seconds, and tokens of prompt and completion with all attempts."""

    seconds: float
    prompt_tokens: float
    completion_tokens: float


@dataclass(frozen=True, slots=True)
class Rates:
    """The rates of answers without passages, as of the baseline, and with them, as of the arms; and their source."""

    baseline: AnswerRate
    arm: AnswerRate
    english: str
    japanese: str


STATED: Final = Rates(
    AnswerRate(2.0, 70.0, 30.0),
    AnswerRate(8.0, 800.0, 30.0),
    "rate of the bundled model on 2 idle cores, docs/measured.md",
    "同梱モデル・2 コアでの速度、docs/measured.md",
)


@dataclass(frozen=True, slots=True)
class RunCost:
    """The cost of a run: `answers`, and with `rates` the seconds and tokens of all."""

    answers: int
    seconds: float
    prompt_tokens: int
    completion_tokens: int
    rates: Rates


def measured_rates(run: StoredRun) -> Rates:
    """Return the rates of a stored run: without retrieval and with it, or of all its answers where one is not there.

    Raises RunError for a run without answers.
    """
    records = [record for record in run.log.by_key.values() if record.answer is not None]
    if not records:
        raise RunError("This run has no answers, so it shows no rate", where=run.name, do="Name a run with answers.")
    without = [record for record in records if record.condition is Condition.NO_RAG]
    with_passages = [record for record in records if record.condition is not Condition.NO_RAG]
    model = run.identity.model_identity
    return Rates(
        _rate(without or records), _rate(with_passages or records),
        f"rate of {model} in {run.name}", f"{run.name} での {model} の速度",
    )  # fmt: skip


def run_cost(pairs: int, arms: int, rates: Rates) -> RunCost:
    """Return the cost of a baseline and so many arms, each of which answers `pairs` questions in a language."""

    def total(name: str) -> float:
        baseline: float = getattr(rates.baseline, name)
        arm: float = getattr(rates.arm, name)
        return pairs * (baseline + arms * arm)

    prompt, completion = round(total("prompt_tokens")), round(total("completion_tokens"))
    return RunCost(pairs * (1 + arms), total("seconds"), prompt, completion, rates)


def _rate(records: Sequence[AnswerRecord]) -> AnswerRate:
    attempts = [attempt for record in records if record.answer is not None for attempt in record.answer.attempts]
    return AnswerRate(
        sum(record.seconds for record in records) / len(records),
        sum(attempt.prompt_tokens for attempt in attempts) / len(records),
        sum(attempt.completion_tokens for attempt in attempts) / len(records),
    )
