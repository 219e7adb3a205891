"""A plan: the power of the paired test on a set, the smallest effect it can show, questions needed, and the cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eval.dataset.items import Dataset
from eval.planning.assumptions import STATED, Assumption, measured_assumption
from eval.planning.cost import STATED as STATED_RATES
from eval.planning.cost import RunCost, measured_rates, run_cost
from eval.runs.run import StoredRun
from eval.statistics.paired import ALPHA, POWER
from eval.statistics.power import PairedEffect, SetSize, needed_for, power, smallest_effect
from rag.errors import SettingsError
from rag.records import Language
from rag.tables.output import SHARE, Column, Medium, OutputTable


@dataclass(frozen=True, slots=True)
class Outlook:
    """Under an assumption: the power for the effect, the smallest effect shown (None: none), and questions needed."""

    assumption: Assumption
    power: float
    smallest: float | None
    needed: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What a set can show of `effect` (a share) with so many arms against a baseline, each tested at `alpha`."""

    size: SetSize
    arms: int
    effect: float
    alpha: float
    outlooks: tuple[Outlook, ...]
    cost: RunCost


def make_plan(
    dataset: Dataset, languages: Sequence[Language], effect: float, arms: int = 1, run: StoredRun | None = None
) -> Plan:
    """Plan a run of a set in these languages; `run`, a stored one, says what changes and what an answer takes.

    Each arm is tested at 5 % over the number of arms, the first step of Holm's method, so that the power of several
    arms is a lower bound. Raises SettingsError if no question is in a language, and RunError for a run without answers.
    """
    asked = [sum(language in item.questions for language in languages) for item in dataset.items]
    size = SetSize(asked.count(1), asked.count(2))
    if not size.questions:
        raise SettingsError("No question of this set is in the language asked for", where=str(dataset.path))
    assumptions = STATED if run is None else (measured_assumption(run), *STATED)
    alpha = ALPHA / arms
    return Plan(
        size,
        arms,
        effect,
        alpha,
        tuple(_outlook(size, effect, alpha, assumption) for assumption in assumptions),
        run_cost(size.pairs, arms, STATED_RATES if run is None else measured_rates(run)),
    )


def _outlook(size: SetSize, effect: float, alpha: float, assumption: Assumption) -> Outlook:
    wanted = PairedEffect.of(effect, assumption.discordant, assumption.correlation)
    return Outlook(
        assumption,
        power(size, wanted, alpha),
        smallest_effect(size, assumption.discordant, assumption.correlation, alpha),
        needed_for(size, wanted, alpha),
    )


def plan_table(plan: Plan, language: Language = "en") -> OutputTable[Outlook]:
    """Return a row for every assumption."""
    points, on = f"{100 * plan.effect:g}", Medium.TERMINAL
    columns: tuple[Column[Outlook], ...] = (
        Column("assumption", lambda row: row.assumption.source(language), 46, japanese="前提", medium=on),
        Column("verdicts changed", lambda row: row.assumption.discordant, 10, SHARE,
               japanese="判定が変わる割合", medium=on),
        Column("correlation of languages", lambda row: row.assumption.correlation, 10, "0.00", japanese="言語間の相関"),
        Column(f"power for {points} points", lambda row: row.power, 10, SHARE,
               japanese=f"{points} ポイント差の検出力", medium=on),
        Column("smallest effect, points", lambda row: None if row.smallest is None else 100 * row.smallest, 10, "0.0",
               japanese="検出できる最小の差（ポイント）", medium=on),
        Column(f"questions for {points} points", lambda row: row.needed, 10,
               japanese=f"{points} ポイント差に必要な問題数", medium=on),
    )  # fmt: skip
    return OutputTable("plan", columns, plan.outlooks)


def plan_text(plan: Plan, language: Language = "en") -> list[str]:
    """Say what is asked, what it costs, and what the figures of the table rest on."""
    cost, size, level, share = plan.cost, plan.size, f"{100 * plan.alpha:.2g}", f"{100 * POWER:.0f}"
    minutes, tokens = _minutes(cost.seconds), _tokens(cost, language)
    if language == "ja":
        return [
            f"{size.questions:,} 問（うち {size.double:,} 問は 2 言語）、比較元と {plan.arms} 条件で"
            f" {cost.answers:,} 回答。"
            f"約 {minutes} 分{tokens}（{cost.rates.japanese}）。",
            f"検定は問題単位の対応あり・両側で、各条件の水準は {level}% です。"
            f"最小の差と必要な問題数は、検出力 {share}% のときの値です。",
        ]
    arms = "1 arm" if plan.arms == 1 else f"{plan.arms} arms"
    return [
        f"{size.questions:,} questions, {size.double:,} of them in both languages, a baseline and {arms}: "
        f"{cost.answers:,} answers, about {minutes} minutes{tokens} ({cost.rates.english}).",
        f"The test is paired by question and two-sided, each arm at {level} %; smallest effect and questions needed "
        f"are those of a power of {share} %.",
    ]


def _tokens(cost: RunCost, language: Language) -> str:
    if cost.tokens is None:
        return ""
    prompt, completion = f"{cost.tokens.prompt:,.0f}", f"{cost.tokens.completion:,.0f}"
    if language == "ja":
        return f"、プロンプト {prompt} トークン、回答 {completion} トークン"
    return f", {prompt} prompt and {completion} completion tokens"


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:,.0f}" if seconds >= 600 else f"{seconds / 60:.1f}"
