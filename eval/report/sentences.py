"""Statistics in words, English and Japanese: numbers to text and verdicts to sentences, nothing computed.

Every character can be written in cp932 (hence "-" for minus and から for a range), for consoles and Excel on Windows.
"""

from __future__ import annotations

from typing import Final

from eval.report.names import counted, display_name
from eval.statistics.paired import Comparison, Interval, Rate
from eval.statistics.unpaired_counts import UnpairedBounds
from eval.statistics.verdicts import Direction, Effect
from rag.records import Language

SUBJECT: Final[dict[Language, str]] = {"en": "retrieval", "ja": "文書検索"}
OPENING: Final[dict[Language, dict[Direction, str]]] = {
    "en": {
        "helps": "{} helps",
        "hurts": "{} hurts",
        "undecided": "undecided whether {} helps",
        "unfinished": "no verdict yet on whether {} helps",
    },
    "ja": {
        "helps": "{}は有効です",
        "hurts": "{}は逆効果です",
        "undecided": "{}の効果は判定できません",
        "unfinished": "{}の効果はまだ判定できません",
    },
}
UNMEASURABLE: Final[dict[Language, str]] = {"en": "Nothing could be measured", "ja": "効果を測れませんでした"}
ALL_WRONG: Final[dict[Language, str]] = {
    "en": "Every answer is wrong. Usually the documents do not hold the answers, the model failed, or the grader "
    "cannot read what the model says: look at a few answers.",
    "ja": "すべて不正解です。多くの場合、文書に答えが含まれていないか、モデルが回答に失敗したか、回答の書き方を採点が"
    "読み取れていません。回答をいくつか確かめてください。",
}
ALL_RIGHT: Final[dict[Language, str]] = {
    "en": "Every answer is right. Usually the questions are too easy: they can be answered without the documents.",
    "ja": "すべて正解です。多くの場合、問題がやさしすぎて、文書がなくても答えられます。",
}
BETTER: Final[dict[Language, dict[Direction, str]]] = {
    "en": {
        "helps": "{new} is better than {old}",
        "hurts": "{new} is worse than {old}",
        "undecided": "Undecided whether {new} or {old} is better",
        "unfinished": "No verdict yet on {new} and {old}",
    },
    "ja": {
        "helps": "{new} は {old} より優れています",
        "hurts": "{new} は {old} より劣ります",
        "undecided": "{new} と {old} の優劣は判定できません",
        "unfinished": "{new} と {old} の優劣はまだ判定できません",
    },
}


def points(difference: float) -> str:
    """Format a difference in percentage points with its sign: 0.09 is "+9.0", -0.05 is "-5.0", 0 is "0.0"."""
    text = f"{100 * difference:+.1f}"
    return "0.0" if text in ("+0.0", "-0.0") else text


def percent(share: float | None) -> str:
    """Format a share in per cent, without the sign: 0.36 is "36.0"; "-" for None."""
    return "-" if share is None else f"{100 * share:.1f}"


def p_text(p: float) -> str:
    """Format a p-value with four decimals below 0.1, else three: "p < 0.0001", "p = 0.0039", "p = 0.125"."""
    if p < 0.0001:
        return "p < 0.0001"
    return f"p = {p:.4f}" if p < 0.1 else f"p = {p:.3f}"


def points_interval(interval: Interval, language: Language) -> str:
    """Format the interval of a difference: "95 % interval +3.6 to +16.4" or "95%信頼区間 +3.6 から +16.4"."""
    return _interval(interval.level, points(interval.low), points(interval.high), language)


def rate_text(rate: Rate, language: Language) -> str:
    """Format a rate with its denominator: "36 of 100 (36.0 %, 95 % interval 27.3 to 45.8)"."""
    interval = _interval(rate.interval.level, percent(rate.interval.low), percent(rate.interval.high), language)
    if language == "ja":
        return f"{rate.total} 問中 {rate.correct} 問（{percent(rate.value)}%、{interval}）"
    return f"{rate.correct} of {rate.total} ({percent(rate.value)} %, {interval})"


def sentence(effect: Effect, language: Language, subject: str | None = None, *, missing: int = 0) -> str:
    """Say the verdict in one or two sentences; `subject` replaces "retrieval", as where the gold passage was given.

    "Retrieval helps: 36 → 45 of 100 (+9.0 points, 95 % interval +3.6 to +16.4, p = 0.0039, exact McNemar; 9 fixed,
    0 broken)." An unfinished run has no verdict; its `missing` answers count as wrong. Raises ValueError for a language
    other than en and ja.
    """
    separator = "：" if language == "ja" else ": "
    return f"{verdict_opening(effect, language, subject, missing=missing)}{separator}{figures_text(effect, language)}"


def verdict_opening(effect: Effect, language: Language, subject: str | None = None, *, missing: int = 0) -> str:
    """Return the verdict alone: "Retrieval helps", "Nothing could be measured", "No verdict yet (...)"."""
    if effect.direction == "unfinished":
        reason = _unfinished(missing, 2 * effect.comparison.n, language)
        return f"まだ判定できません（{reason}）" if language == "ja" else f"No verdict yet ({reason})"
    if unmeasurable(effect.comparison):
        return UNMEASURABLE[language]
    return _opening(effect.direction, language, subject)


def unmeasurable(cell: Comparison) -> bool:
    """Return whether everything was right, or everything wrong, on both sides, so that nothing could differ."""
    return cell.n > 0 and cell.baseline.correct == cell.treatment.correct and cell.baseline.correct in (0, cell.n)


def run_comparison_sentence(
    effect: Effect, language: Language, old: str, new: str, condition: str, *, missing: int = 0
) -> str:
    """Say which of two runs is better on the same questions, under a condition if one is named.

    "B is better than A with retrieval: 36 → 45 of 100 (+9.0 points, ...; 9 right only with B, 0 only with A)."
    """
    cell, under = effect.comparison, display_name(condition, language) if condition else ""
    verdict = BETTER[language][effect.direction].format(old=old, new=new)
    lost = _unfinished(missing, 2 * cell.n, language)
    if language == "ja":
        changed = f"{new} のみ正解 {cell.fixed}、{old} のみ正解 {cell.broken}"
        opening = f"{under}では {verdict}" if under else verdict
        if effect.direction == "unfinished":
            opening = f"{under}での {verdict}（{lost}）" if under else f"{verdict}（{lost}）"
    else:
        changed = f"{cell.fixed} right only with {new}, {cell.broken} only with {old}"
        opening = f"{verdict} {under}".strip() + (f" ({lost})" if effect.direction == "unfinished" else "")
    separator = "：" if language == "ja" else ": "
    return f"{opening}{separator}{figures_text(effect, language, changed)}"


def missing_text(missing: int, total: int, language: Language) -> str:
    """Say how many answers are not there: "142 of 400 answers are missing and count as wrong"."""
    if language == "ja":
        return f"{total:,} 回答中 {missing:,} 件が未回答で、不正解に数えています"
    verbs = "is missing and counts" if missing == 1 else "are missing and count"
    return f"{missing:,} of {counted(total, 'answer')} {verbs} as wrong"


def _unfinished(missing: int, total: int, language: Language) -> str:
    if missing:
        return missing_text(missing, total, language)
    return "実行が終わっていません" if language == "ja" else "the run is not finished"


def figures_text(effect: Effect, language: Language, changed: str | None = None) -> str:
    """Return the figures behind a verdict, for statisticians: counts, difference, interval, p, test and changes."""
    cell = effect.comparison
    estimate = cell.difference.estimate
    if estimate is None:
        return "比較した問題がありません。" if language == "ja" else "no questions were compared."
    interval = points_interval(cell.difference.interval, language)
    if changed is None:
        fixed, broken = ("改善 {}", "、悪化 {}") if language == "ja" else ("{} fixed", ", {} broken")
        changed = fixed.format(cell.fixed) + broken.format(cell.broken)
    outlook = outlook_text(effect, language)
    if language == "ja":
        return (
            f"{total_text(cell, language)}中 {cell.baseline.correct} → {cell.treatment.correct} 正解"
            f"（{points(estimate)} ポイント、{interval}、{_p_values(effect, language)}、"
            f"{display_name(cell.test, language)}。{changed}）。{outlook}"
        )
    return (
        f"{cell.baseline.correct} → {cell.treatment.correct} of {total_text(cell, language)} "
        f"({points(estimate)} points, {interval}, {_p_values(effect, language)}, {cell.test}; {changed})."
        + (f" {outlook}" if outlook else "")
    )


def counts_sentence(counts: UnpairedBounds, language: Language) -> str:
    """Say what two counts without their pairing show: the range of p, and what would have to be known.

    "Undecided whether retrieval helps: 32 of 61 (...) → 36 of 61 (...). Which questions changed was not recorded: p =
    0.125 with 0 broken to p = 0.683 with 25 broken. Even the best case is not significant at 5 %."
    """
    opening = _opening(counts_direction(counts), language)
    net = counts.net
    before, after = rate_text(counts.baseline, language), rate_text(counts.treatment, language)
    if language == "ja":
        return f"{opening}：{before} → {after}。{_pairing_ja(counts, net)}"
    return f"{opening}: {before} → {after}. {_pairing_en(counts, net)}"


def counts_direction(counts: UnpairedBounds) -> Direction:
    """Return the verdict that holds for every possible pairing; undecided if it depends on the pairing."""
    if counts.allowed_contrary != counts.possible_contrary:
        return "undecided"
    return "helps" if counts.net > 0 else "hurts"


def _pairing_en(counts: UnpairedBounds, net: int) -> str:
    if net == 0:
        return "The counts do not differ."
    contrary = "broken" if net > 0 else "fixed"
    level = f"{100 * counts.alpha:g} %"
    text = (
        f"Which questions changed was not recorded: {p_text(counts.best_p)} with {counts.least_contrary} {contrary} to "
        f"{p_text(counts.worst_p)} with {counts.possible_contrary} {contrary}. "
    )
    if counts.allowed_contrary is None:
        return f"{text}Even the best case is not significant at {level}."
    if counts.allowed_contrary == counts.possible_contrary:
        return f"{text}Every case is significant at {level}."
    return f"{text}Significant at {level} only with at most {counts.allowed_contrary} {contrary}."


def _pairing_ja(counts: UnpairedBounds, net: int) -> str:
    if net == 0:
        return "正解数に差はありません。"
    contrary = "悪化" if net > 0 else "改善"
    level = f"{100 * counts.alpha:g}%"
    text = (
        f"どの問題が変わったかは記録されていません：{contrary} {counts.least_contrary} 問なら {p_text(counts.best_p)}、"
        f"{contrary} {counts.possible_contrary} 問なら {p_text(counts.worst_p)}。"
    )
    if counts.allowed_contrary is None:
        return f"{text}最良の場合でも {level}水準で有意ではありません。"
    if counts.allowed_contrary == counts.possible_contrary:
        return f"{text}いずれの場合も {level}水準で有意です。"
    return f"{text}{level}水準で有意なのは{contrary}が {counts.allowed_contrary} 問以下の場合だけです。"


def _opening(direction: Direction, language: Language, subject: str | None = None) -> str:
    if language not in OPENING:
        raise ValueError(f"language={language!r}: expected en or ja")
    text = OPENING[language][direction].format(SUBJECT[language] if subject is None else subject)
    return text[:1].upper() + text[1:]


def _interval(level: float, low: str, high: str, language: Language) -> str:
    if language == "ja":
        return f"{100 * level:g}%信頼区間 {low} から {high}"
    return f"{100 * level:g} % interval {low} to {high}"


def total_text(cell: Comparison, language: Language) -> str:
    """Return how many questions, or answers to how many questions: "100", "200 answers to 100 questions"."""
    if cell.n == cell.questions:
        return f"{cell.n:,} 問" if language == "ja" else f"{cell.n:,}"
    if language == "ja":
        return f"{cell.questions:,} 問の {cell.n:,} 回答"
    return f"{counted(cell.n, 'answer')} to {counted(cell.questions, 'question')}"


def _p_values(effect: Effect, language: Language) -> str:
    single = p_text(effect.comparison.p)
    adjusted = p_text(effect.adjusted_p)
    if effect.adjusted_p == effect.comparison.p:
        return single
    return f"{single}、Holm 補正後 {adjusted}" if language == "ja" else f"{single}, Holm-adjusted {adjusted}"


def outlook_text(effect: Effect, language: Language) -> str:
    """Say why there is no verdict where the counts do not differ; empty where they do, or the run is unfinished."""
    cell = effect.comparison
    if effect.direction != "undecided" or cell.fixed != cell.broken:
        return ""
    if unmeasurable(cell):
        return (ALL_RIGHT if cell.baseline.correct else ALL_WRONG)[language]
    if not cell.fixed:
        return "判定が変わった回答はありません。" if language == "ja" else "No verdict changed."
    if language == "ja":
        return f"判定は {2 * cell.fixed:,} 件変わり、改善と悪化が同数でした。"
    return f"{2 * cell.fixed:,} verdicts changed, as many for the better as for the worse."
