"""The sentences of a report: on a run, for a manager and for a statistician, on each of its cells, on two runs."""

from __future__ import annotations

from typing import Final

from eval.dataset.conditions import Condition
from eval.report.abstention import AbstentionCounts
from eval.report.compare_runs import RunComparison
from eval.report.names import counted, display_name
from eval.report.records import Contrast, Report, RunReport
from eval.report.sentences import (
    counts_sentence,
    figures_text,
    missing_text,
    outlook_text,
    p_text,
    points,
    run_comparison_sentence,
    sentence,
    total_text,
    unmeasurable,
    verdict_opening,
)
from eval.runs.imported import ImportedReport
from eval.statistics.paired import Comparison
from eval.statistics.sequential import SequentialOutcome
from rag.records import Language

GOLD: Final[dict[Language, str]] = {"en": "giving the gold passage", "ja": "根拠文書の提示"}
SEQUENTIAL: Final[dict[Language, str]] = {
    "en": " The run could stop at any question: p value and interval are those of a fixed number of questions, and do "
    "not hold here.",
    "ja": "判定がつき次第終える実行のため、問題数を固定した場合の p 値と区間は成り立ちません。",
}
_RUN_WORDS = {"helps": "better", "hurts": "worse"}


def effect_word(cell: Contrast | RunComparison) -> str:
    """Return the verdict in one word: helps or hurts (for two runs better or worse), undecided, unfinished."""
    direction = cell.effect.direction
    return _RUN_WORDS.get(direction, direction) if isinstance(cell, RunComparison) else direction


def contrast_text(cell: Contrast, language: Language) -> str:
    """Return the result of one cell of a run's comparison in words."""
    return sentence(cell.effect, language, _subject(cell, language), missing=cell.missing)


def comparison_text(cell: RunComparison, language: Language) -> str:
    """Return which of two runs is better, in words."""
    under = cell.condition if cell.condition is cell.old_condition else ""
    return run_comparison_sentence(cell.effect, language, cell.old, cell.new, under, missing=cell.missing)


def headline(run: RunReport, language: Language) -> str:
    """Return for a manager what was compared, the verdict, and how sure it is; or why there is no verdict."""
    sentences = [_verdict(run, language)]
    if run.finished and run.inventions is not None:
        sentences.append(invention_text(run.inventions, language))
    if run.finished:
        withheld = [counts for counts in run.abstentions if counts.condition is Condition.WITHHELD]
        sentences += [withheld_text(counts, run.withheld, language) for counts in withheld]
    return ("" if language == "ja" else " ").join(sentences)


def _verdict(run: RunReport, language: Language) -> str:
    if run.headline is not None:
        return _verdict_line(run.headline, run.identity.model_identity, language)
    lost = missing_text(run.missing, len(run.answers), language) if run.missing else ""
    if len(run.conditions) == 1:
        rate, under = run.cells[-1].correct, display_name(run.conditions[0], language)
        if language == "ja":
            return f"{under}では、{rate.total:,} 回答のうち {rate.correct:,} 件が正解でした。" + (
                f"{lost}。" if lost else ""
            )
        return f"{rate.correct:,} of {counted(rate.total, 'answer')} right {under}." + (f" {lost}." if lost else "")
    if language == "ja":
        return "比較できません：検索なしと検索ありの両方の結果がそろっていません。" + (f"{lost}。" if lost else "")
    return "Nothing to compare: retrieval was not run both ways." + (f" {lost}." if lost else "")


def invention_text(compared: Comparison, language: Language) -> str:
    """Return how much less or more is invented with retrieval, with the p of the paired exact test."""
    without, with_ = (compared.n - rate.correct for rate in (compared.baseline, compared.treatment))
    change = abs(without - with_)
    if language == "ja":
        word = f"{change} 件{'減' if with_ < without else '増'}" if change else "増減なし"
        return (
            f"回答できない質問（{total_text(compared, language)}）では、作り出された回答は"
            f"検索なしで {without} 件、検索ありで {with_} 件でした（{word}、{p_text(compared.p)}）。"
        )
    asked = total_text(compared, language) if compared.n != compared.questions else counted(compared.n, "question")
    word = f"{change} {'fewer' if with_ < without else 'more'}" if change else "no fewer"
    return (
        f"And it invents {word}: of {asked} that cannot be answered, {without} were invented without "
        f"retrieval and {with_} with it ({p_text(compared.p)})."
    )


def withheld_text(counts: AbstentionCounts, compared: Comparison | None, language: Language) -> str:
    """Return what the model does where the gold passage is withheld, and how much more or less it asserts wrongly."""
    total, declined, known, invented = (
        counts.invented.total,
        counts.declined,
        counts.from_memory,
        counts.invented.correct,
    )
    wrong = None if compared is None else compared.n - compared.baseline.correct
    if language == "ja":
        beside = "" if compared is None else f"（除かない検索での誤答は {wrong} 件、{p_text(compared.p)}）"
        return (
            f"根拠文書を除いて検索すると、{total:,} 回答のうち {declined} 件が回答を控え、{known} 件が記憶による正答、"
            f"{invented} 件が作り出した回答でした{beside}。"
        )
    beside = "" if compared is None else f"; with it, {wrong} were wrong ({p_text(compared.p)})"
    return (
        f"With the gold passage withheld, of {counted(total, 'answer')} {declined} declined, {known} were right from "
        f"memory, and {invented} were invented{beside}."
    )


def headline_figures(run: RunReport, language: Language) -> str | None:
    """Return the figures behind the headline, for statisticians; None if there is no comparison."""
    if run.headline is None:
        return None
    figures = figures_text(run.headline.effect, language)
    return figures if run.headline.stopped is None else figures + SEQUENTIAL[language]


def _verdict_line(cell: Contrast, model: str, language: Language) -> str:
    compared = cell.effect.comparison
    opening = verdict_opening(cell.effect, language, _subject(cell, language), missing=cell.missing)
    before, after = compared.baseline.correct, compared.treatment.correct
    without, with_ = (display_name(name, language) for name in (cell.baseline, cell.treatment))
    total = total_text(compared, language)
    if language == "ja":
        counts = f"{total}のうち、{model} の正解は{without}で {before}、{with_}で {after} でした。"
        return f"{opening}：{counts}{_sureness(cell, language)}"
    asked = total if compared.n != compared.questions else counted(compared.n, "question")
    counts = f"of {asked}, {model} got {before} right {without} and {after} {with_}."
    sureness = _sureness(cell, language)
    return f"{opening}: {counts}" + (f" {sureness}" if sureness else "")


def sequential_text(outcome: SequentialOutcome, language: Language) -> str:
    """Say where a run that could stop at any question ended, and why."""
    decided, futile = outcome.state in ("helps", "hurts"), outcome.state == "futile"
    if language == "ja":
        where = f"{outcome.planned:,} 問中 {outcome.asked:,} 問"
        if decided:
            return f"{where}で判定がつきました（どこで終えても誤りの確率は 5% 以下です）。"
        if futile:
            return f"残りを尋ねても判定がつく見込みがほとんどないため、{where}で終えました。"
        return f"全 {outcome.planned:,} 問を尋ねましたが、判定はつきませんでした。"
    where = f"{outcome.asked:,} of {counted(outcome.planned, 'question')}"
    if decided:
        return f"Decided after {where}; wherever it stops, the error is at most 5 %."
    if futile:
        return f"It stopped after {where}, as the others would hardly have given a verdict."
    return f"All {counted(outcome.planned, 'question')} were asked without a verdict."


def stopped_text(report: Report, language: Language) -> str | None:
    """Say which of several runs could stop at any question, as their p values do not hold; None if none could."""
    names = [run.name for run in report.runs if run.stopped is not None]
    if not names or len(report.names) == 1:
        return None
    if language == "ja":
        return f"{'、'.join(names)} は、判定がつき次第終える実行です。ほかの実行との比較の p 値は目安にとどまります。"
    could = f"{', '.join(names)} could stop at any question"
    return f"{could}: p values of comparisons with other runs are approximate."


def _sureness(cell: Contrast, language: Language) -> str:
    """Return how sure a verdict is; where the counts do not differ, why nothing can be said."""
    effect, compared = cell.effect, cell.effect.comparison
    if effect.direction == "unfinished" or not compared.n:
        return ""
    if cell.stopped is not None:
        return sequential_text(cell.stopped, language)
    parts = [outlook_text(effect, language)]
    low, high = (points(end) for end in (compared.difference.interval.low, compared.difference.interval.high))
    if language == "ja":
        if compared.fixed != compared.broken:
            parts.append(f"効果がないとしても、これほどの差は偶然に{_odds_ja(compared.p)}生じます。")
        if effect.direction == "undecided" and not unmeasurable(compared):
            parts.append(f"真の差は {low} から {high} ポイントのどこでもありえます。")
        return "".join(parts)
    if compared.fixed != compared.broken:
        parts.append(f"If there were no effect, chance would make a difference this large {_odds_en(compared.p)}.")
    if effect.direction == "undecided" and not unmeasurable(compared):
        parts.append(f"The true difference may be anything from {low} to {high} points.")
    return " ".join(part for part in parts if part)


def _odds_en(p: float) -> str:
    if p > 1 / 2:
        return "more often than not"
    return "less than once in 10,000 comparisons" if p < 0.0001 else f"about once in {round(1 / p):,} comparisons"


def _odds_ja(p: float) -> str:
    if p > 1 / 2:
        return "半分以上の割合で"
    return " 1 万回に 1 回未満の割合で" if p < 0.0001 else f"約 {round(1 / p):,} 回に 1 回の割合で"


def _subject(cell: Contrast, language: Language) -> str | None:
    return None if cell.treatment is Condition.RAG else GOLD[language]


def cost_sentence(run: RunReport, language: Language = "en") -> str:
    """Return what an answer cost under each condition; empty without answers."""
    parts = []
    for cell in run.cells:
        if cell.cost is None or (cell.kind, cell.language) != run.whole:
            continue
        cost, condition = cell.cost, display_name(cell.condition, language)
        if language == "ja":
            retrieval = "" if cost.retrieval_seconds is None else f"、検索 {cost.retrieval_seconds:.3f} 秒"
            tokens = f"{cost.prompt_tokens:,.0f} + {cost.completion_tokens:,.0f} トークン"
            parts.append(f"{condition}は {tokens}、{cost.seconds:.2f} 秒{retrieval}")
            continue
        retrieval = "" if cost.retrieval_seconds is None else f" and {cost.retrieval_seconds:.3f} s of retrieval"
        tokens = f"{cost.prompt_tokens:,.0f} + {cost.completion_tokens:,.0f} tokens"
        parts.append(f"{condition} {tokens}, {cost.seconds:.2f} s{retrieval}")
    if language == "ja" and parts:
        return f"回答 1 件あたり：{' / '.join(parts)}"
    return f"An answer took: {'; '.join(parts)}." if parts else ""


def imported_headline(run: ImportedReport, language: Language) -> str:
    """Return the result of imported counts over all types in words."""
    return counts_sentence(run.cells[-1].counts, language)
