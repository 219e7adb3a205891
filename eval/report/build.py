"""Build the Report from the folders of runs: grade every answer, count every cell, make every comparison."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from eval.audit.result import audit_result, has_audit
from eval.dataset.conditions import Condition
from eval.dataset.load import ALL
from eval.fallback.graded_run import GradedRun, graded_run
from eval.grading.ladder import AnswerOutcome
from eval.report.abstention import abstention_counts, invention_comparison, withheld_comparison
from eval.report.breakdown import retrieval_split, spread
from eval.report.compare_runs import AnswerKey, RunResults, compare_runs, run_names
from eval.report.groundedness import groundedness_counts, with_support
from eval.report.records import Cell, Contrast, Cost, Report, RunReport
from eval.runs.answer_log import AnswerRecord
from eval.runs.cosine import THRESHOLDS
from eval.runs.description import ImportedRun, read_description
from eval.runs.graded import RunAnswer, paired
from eval.runs.imported import ImportedReport, imported_report
from eval.runs.run import StoredRun
from eval.runs.until_decided import COMPARED
from eval.statistics.paired import PairedOutcome, compare, rate
from eval.statistics.sequential import SequentialOutcome
from eval.statistics.verdicts import Direction, verdicts
from rag.errors import RunError


def build_report(
    folders: Sequence[Path],
    calibration: Path | None = None,
    encoder: str | None = None,
    labels: Path | None = None,
    *,
    baseline: Path | None = None,
) -> Report:
    """Grade and count the runs in these folders; counts without answers come last.

    Runs are compared with that in the folder `baseline`, without one each with each other. `calibration` (of
    similarity, with the encoder of that name) and judges' records decide what the ladder leaves open. `labels` are
    people's judgements of a sample of one run's answers. Raises RunError and GradingError, and DatasetError for
    judgements that cannot be used.
    """
    runs: list[RunReport] = []
    imported: list[ImportedReport] = []
    results = []
    names = run_names(folders)
    compared_with = next((name for folder, name in zip(folders, names, strict=True) if folder == baseline), None)
    for folder, name in zip(folders, names, strict=True):
        counts = read_description(folder)
        if isinstance(counts, ImportedRun):
            imported.append(imported_report(counts, [earlier.name for earlier in imported]))
            continue
        graded = graded_run(folder, calibration, encoder)
        runs.append(_run_report(graded, name))
        results.append(_results(graded.stored, runs[-1]))
    if labels is not None:
        runs = _with_audit(runs, folders, labels)
    return Report(tuple(runs), tuple(imported), compare_runs(results, compared_with))


def _with_audit(runs: Sequence[RunReport], folders: Sequence[Path], labels: Path) -> list[RunReport]:
    """Return the runs, the one that was judged with the result of its audit; a single run if none was."""
    if not runs:
        raise RunError("Imported counts have no answers for people to judge", where=str(folders[0]))
    by_name = dict(zip(run_names(folders), folders, strict=True))
    judged = next((run for run in runs if has_audit(by_name[run.name], labels)), runs[0])
    audit = audit_result(by_name[judged.name], labels, judged.answers, Condition.NO_RAG, Condition.RAG)
    return [replace(run, audit=audit) if run is judged else run for run in runs]


def _results(stored: StoredRun, run: RunReport) -> RunResults:
    return RunResults(
        name=run.name,
        identity=run.identity,
        finished=run.finished,
        conditions=run.conditions,
        places={
            (kind, language): {
                AnswerKey(answer.item.number, answer.language, answer.condition): answer.verdict.correct
                if answer.recorded
                else None
                for answer in chosen
            }
            for kind, language, chosen in _places(stored, run.answers)
        },
    )


def _run_report(graded: GradedRun, name: str) -> RunReport:
    run, times = graded.stored, graded.times
    answers = tuple(map(with_support, times[0]))
    finished = all(answer.recorded is not None for time in times for answer in time)
    lower = Condition.RAG if Condition.RAG in run.scope.conditions else Condition.NO_RAG
    items = run.scope.items(run.dataset)
    return RunReport(
        name=name,
        identity=run.identity,
        versions=run.versions,
        began=run.began,
        ended=run.ended,
        questions=len(items),
        of_questions=len(run.dataset.items),
        languages=run.scope.languages,
        conditions=run.scope.conditions,
        finished=finished,
        cells=tuple(_cells(run, answers)),
        contrasts=tuple(_contrasts(run, answers, Condition.NO_RAG, Condition.RAG, finished=finished)),
        ceiling=tuple(_contrasts(run, answers, lower, Condition.ORACLE, finished=finished)),
        splits=tuple(split for place in _places(run, answers) if (split := retrieval_split(*place)) is not None),
        spreads=tuple(spread(condition, times) for condition in run.scope.conditions) if len(times) > 1 else (),
        answers=answers,
        repeats=len(times),
        seconds=sum(answer.recorded.seconds for time in times for answer in time if answer.recorded is not None),
        uses=graded.uses,
        stopped=None if run.scope.sequential is None else run.scope.sequential.outcome,
        abstentions=abstention_counts(answers, run.scope.conditions),
        withheld=withheld_comparison(answers),
        inventions=invention_comparison(answers),
        groundedness=groundedness_counts(answers, run.scope.conditions),
    )


def _places(run: StoredRun, answers: Sequence[RunAnswer]) -> Iterable[tuple[str, str, list[RunAnswer]]]:
    """Yield every type and language of the run, sums last; a single type or language has no separate sum."""
    for kind in _with_sum(tuple(dict.fromkeys(answer.item.kind for answer in answers))):
        for language in _with_sum(run.scope.languages):
            chosen = [
                answer for answer in answers if kind in (ALL, answer.item.kind) and language in (ALL, answer.language)
            ]
            yield kind, language, chosen


def _with_sum(names: Sequence[str]) -> tuple[str, ...]:
    return (*names, ALL) if len(names) > 1 else tuple(names)


def _cells(run: StoredRun, answers: Sequence[RunAnswer]) -> Iterable[Cell]:
    for kind, language, chosen in _places(run, answers):
        for condition in run.scope.conditions:
            counted = [answer for answer in chosen if answer.condition is condition]
            verdicts_ = [answer.verdict for answer in counted]
            recorded = [answer.recorded for answer in counted if answer.recorded is not None]
            given = [record.answer for record in recorded if record.answer is not None]
            yield Cell(
                condition=condition,
                kind=kind,
                language=language,
                correct=rate(sum(verdict.correct for verdict in verdicts_), len(counted)),
                language_correct=rate(sum(verdict.language_correct for verdict in verdicts_), len(counted)),
                both=rate(sum(verdict.both for verdict in verdicts_), len(counted)),
                failed=len(recorded) - len(given),
                missing=len(counted) - len(recorded),
                unparsed=sum(verdict.content is AnswerOutcome.UNPARSED for verdict in verdicts_),
                refused=sum(verdict.content is AnswerOutcome.REFUSED for verdict in verdicts_),
                cut_off=sum(answer.cut_off for answer in given),
                asked_again=sum(len(answer.attempts) > 1 for answer in given),
                above=tuple(sum((answer.cosine or 0.0) >= cut for answer in counted) for cut in THRESHOLDS),
                cost=_cost([record for record in recorded if record.answer is not None]),
            )


def _cost(records: Sequence[AnswerRecord]) -> Cost | None:
    attempts = [attempt for record in records if record.answer is not None for attempt in record.answer.attempts]
    retrieval = [record.retrieval_seconds for record in records if record.retrieval_seconds is not None]
    if not records:
        return None
    return Cost(
        prompt_tokens=sum(attempt.prompt_tokens for attempt in attempts) / len(records),
        completion_tokens=sum(attempt.completion_tokens for attempt in attempts) / len(records),
        seconds=sum(record.seconds for record in records) / len(records),
        retrieval_seconds=sum(retrieval) / len(retrieval) if retrieval else None,
    )


def _contrasts(
    run: StoredRun, answers: Sequence[RunAnswer], baseline: Condition, treatment: Condition, *, finished: bool
) -> list[Contrast]:
    places = []
    for kind, language, chosen in _places(run, answers):
        pairs = [
            PairedOutcome(without.item.number, without.verdict.correct, with_.verdict.correct)
            for without, with_ in paired(chosen, baseline, treatment)
        ]
        if pairs:
            missing = sum(answer.recorded is None for pair in paired(chosen, baseline, treatment) for answer in pair)
            places.append((kind, language, missing, compare(pairs)))
    everything = range(len(places))
    effects = verdicts(
        [comparison for *_, comparison in places], everything[-1:], unfinished=() if finished else everything
    )
    contrasts = [
        Contrast(kind, language, baseline, treatment, effect, missing)
        for (kind, language, missing, _), effect in zip(places, effects, strict=True)
    ]
    plan = run.scope.sequential
    return contrasts if plan is None or plan.outcome is None else _stopped(contrasts, plan.outcome)


def _stopped(contrasts: Sequence[Contrast], outcome: SequentialOutcome) -> list[Contrast]:
    """Give the headline the verdict of the sequential test; nothing else is decided, as p values do not hold."""
    decided: Direction = outcome.state if outcome.state in ("helps", "hurts") else "undecided"
    changed = []
    for at, contrast in enumerate(contrasts, 1):
        compared = (contrast.baseline, contrast.treatment) == COMPARED and at == len(contrasts)
        direction = decided if compared else "undecided"
        if contrast.effect.direction != "unfinished":
            effect = replace(contrast.effect, direction=direction)
            contrast = replace(contrast, effect=effect, stopped=outcome)  # noqa: PLW2901
        changed.append(contrast)
    return changed
