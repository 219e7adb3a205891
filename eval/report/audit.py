"""An audit in a report: its table, and in words how often verdicts were wrong and what the corrected figures are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from eval.audit.result import AuditResult
from eval.report.columns import TERMINAL, column
from eval.report.names import counted
from eval.report.records import Report
from eval.report.sentences import percent, points, points_interval
from eval.statistics.audited import CorrectedShare
from rag.records import Language
from rag.tables.output import SHARE, Column, OutputTable


@dataclass(frozen=True, slots=True)
class AuditRow:
    """A condition of a run: its verdicts that were judged, and its rate before and after correction."""

    run: str
    condition: str
    answers: int
    judged: int
    wrongly_right: int
    wrongly_wrong: int
    rate: CorrectedShare


AUDIT: Final[tuple[Column[AuditRow], ...]] = (
    column("run", lambda row: row.run, 13),
    column("condition", lambda row: row.condition, 10, on=TERMINAL),
    column("judged", lambda row: row.judged, 9, on=TERMINAL),
    column("wrongly graded right", lambda row: row.wrongly_right, on=TERMINAL),
    column("wrongly graded wrong", lambda row: row.wrongly_wrong, on=TERMINAL),
    column("rate", lambda row: row.rate.graded, 9, SHARE, on=TERMINAL),
    column("corrected", lambda row: row.rate.estimate, 10, SHARE, on=TERMINAL),
    column("low 95 %", lambda row: row.rate.interval.low, 10, SHARE, on=TERMINAL),
    column("high 95 %", lambda row: row.rate.interval.high, 11, SHARE, on=TERMINAL),
)


def audit_table(report: Report) -> OutputTable[AuditRow]:
    """Return a row for every condition of the runs whose answers were judged by people."""
    rows = [row for run in report.runs if run.audit is not None for row in _rows(run.name, run.audit)]
    return OutputTable("audit", AUDIT, rows)


def _rows(run: str, audit: AuditResult) -> list[AuditRow]:
    rows = []
    for corrected in audit.rates:
        groups = [group for group in audit.verdicts if group.condition == corrected.condition]
        wrongly_right = sum(group.judged - group.right for group in groups if group.verdict_right)
        wrongly_wrong = sum(group.right for group in groups if not group.verdict_right)
        answers, judged = sum(group.answers for group in groups), sum(group.judged for group in groups)
        rows.append(AuditRow(run, corrected.condition, answers, judged, wrongly_right, wrongly_wrong, corrected.rate))
    return rows


def audit_text(audit: AuditResult, language: Language) -> list[str]:
    """Say how often people agreed with the verdicts, and the corrected difference."""
    interval, right = _share_interval(audit.agreement, language), percent(audit.agreement.estimate)
    if language == "ja":
        judged = f"人が {audit.judged:,} 件の回答を判定しました。"
        lines = [f"{judged}この実行の判定のうち正しいのは {right}%（{interval}）です。"]
    else:
        judged = f"People judged {counted(audit.judged, 'answer')}"
        lines = [f"{judged}: of the verdicts of this run {right} % ({interval}) are right."]
    if audit.difference is not None:
        lines.append(_difference(audit.difference, language))
    return lines


def _difference(difference: CorrectedShare, language: Language) -> str:
    interval = points_interval(difference.interval, language)
    graded, corrected = points(difference.graded), points(difference.estimate)
    decided = difference.interval.low > 0 or difference.interval.high < 0
    if language == "ja":
        ending = "。" if decided else "。区間に 0 が含まれるため、判定の誤りを考えると差があるとはいえません。"
        return f"判定の誤りを補正した差は {corrected} ポイント（{interval}）、補正前は {graded} ポイントです{ending}"
    ending = "." if decided else ": allowing for wrong verdicts, there may be no difference."
    return f"Corrected for wrong verdicts, the difference is {corrected} points ({interval}; {graded} before){ending}"


def _share_interval(share: CorrectedShare, language: Language) -> str:
    low, high = percent(share.interval.low), percent(share.interval.high)
    level = f"{100 * share.interval.level:g}"
    return f"{level}%信頼区間 {low} から {high}" if language == "ja" else f"{level} % interval {low} to {high}"
