"""Result of an audit: how often the verdicts of a run were wrong, and its corrected rates and difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.audit.key import AuditKey, content_of, load_key, place_of, stratum_of
from eval.audit.sheet import audit_of, read_judgements
from eval.dataset.conditions import Condition
from eval.runs.graded import RunAnswer
from eval.statistics.audited import Audit, AuditedAnswer, CorrectedShare
from rag.errors import RunError
from rag.messages import Message


@dataclass(frozen=True, slots=True)
class JudgedVerdicts:
    """Of a condition's answers with one verdict: how many there are, were judged, and were judged right."""

    condition: str
    verdict_right: bool
    answers: int
    judged: int
    right: int


@dataclass(frozen=True, slots=True)
class ConditionRate:
    """The corrected rate of a condition."""

    condition: str
    rate: CorrectedShare


@dataclass(frozen=True, slots=True)
class AuditResult:
    """The outcome of an audit; `difference` is None if the run has no two conditions on the same questions."""

    id: str
    judged: int
    agreement: CorrectedShare
    verdicts: tuple[JudgedVerdicts, ...]
    rates: tuple[ConditionRate, ...]
    difference: CorrectedShare | None


def has_audit(folder: Path, labels: Path) -> bool:
    """Tell whether the judgements in a file are of this run. Raises DatasetError for a file that has none."""
    return (folder / f"audit-{audit_of(labels)}.json").exists()


def audit_result(
    folder: Path, labels: Path, answers: Sequence[RunAnswer], baseline: Condition, treatment: Condition
) -> AuditResult:
    """Correct the figures of a run's answers by the judgements in `labels`.

    Raises DatasetError for judgements that are missing or not of these answers, and RunError if they are of another run
    or if the run's answers changed after the sample was drawn.
    """
    key = load_key(folder, audit_of(labels))
    _refuse_changes(folder, key, answers)
    judgements = read_judgements(labels, key, answers)
    strata = {keyed.place: keyed.stratum for keyed in key.answers}
    audited = [
        AuditedAnswer(
            answer.item.number, str(answer.condition), answer.verdict.correct, strata[place_of(answer)],
            judgements.get(place_of(answer)),
        )
        for answer in answers
    ]  # fmt: skip
    conditions = tuple(dict.fromkeys(str(answer.condition) for answer in answers))
    audit = Audit(audited)
    compared = {str(baseline), str(treatment)} <= {*conditions}
    return AuditResult(
        key.id,
        len(judgements),
        audit.agreement(),
        tuple(_verdicts(answers, judgements)),
        tuple(ConditionRate(condition, audit.rate(condition)) for condition in conditions),
        audit.difference(str(baseline), str(treatment)) if compared else None,
    )


def _refuse_changes(folder: Path, key: AuditKey, answers: Sequence[RunAnswer]) -> None:
    before = {keyed.place: keyed.content for keyed in key.answers}
    now = {place_of(answer): content_of(answer) for answer in answers}
    changed = sum(before.get(place) != content for place, content in now.items()) + len(before.keys() - now.keys())
    if changed:
        raise RunError(
            Message(
                "{changed} answers of this run changed after the audit {key} was drawn", changed=changed, key=key.id
            ),
            where=str(folder),
            do="Draw a new audit with `kotae eval audit`.",
        )


def _verdicts(answers: Sequence[RunAnswer], judgements: dict[tuple[str, str, str], bool]) -> list[JudgedVerdicts]:
    groups: dict[tuple[str, bool], list[RunAnswer]] = {}
    for answer in answers:
        if stratum_of(answer) is not None:
            groups.setdefault((str(answer.condition), answer.verdict.correct), []).append(answer)
    counts = []
    for (condition, right), members in groups.items():
        judged = [judgements[place_of(answer)] for answer in members if place_of(answer) in judgements]
        counts.append(JudgedVerdicts(condition, right, len(members), len(judged), sum(judged)))
    return counts
