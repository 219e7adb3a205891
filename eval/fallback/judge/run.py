"""Asking a judge: first about labelled answers, which measures it, then about the open answers of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final

from langchain_core.prompt_values import ChatPromptValue

from eval.fallback.agreement import LabelledAnswer, grade_by_ladder, load_labelled_answers
from eval.fallback.interface import GradedAnswer, QuestionPool
from eval.fallback.judge.prompt import Reply, judge_prompt, prompt_key, read_reply
from eval.fallback.judge.record import FILE, JudgeIdentity, Judgement, JudgeRecord, Measured, load_judge, save_judge
from eval.fallback.open import graded_answer, run_questions
from eval.fallback.similarity.calibration import table_hash
from eval.runs.ask import Progress
from eval.runs.circuit_breaker import Outage, is_unanswered
from eval.runs.graded import ladder_answers
from eval.runs.run import load_run
from eval.statistics.agreement import agreement
from rag.errors import DatasetError, GradingError
from rag.factory import ModelSettings, open_model
from rag.generation.chain import Model
from rag.generation.prompt import PromptStyle
from rag.models.engine import Completion
from rag.models.invoke import batch_size, invoke_batch, model_identity
from rag.models.server.address import ModelServer
from rag.records import Decoding

CONTEXT: Final = 4096
DECODING: Final = Decoding(max_new_tokens=8)
"""Greedy, and room for the one word that is asked for."""


def judge_settings(uri: str, server: ModelServer | None = None) -> ModelSettings:
    """How the model of a URI is opened as a judge, on a server where that has it."""
    return ModelSettings(uri, DECODING, CONTEXT, PromptStyle.DEFAULT, server=server)


def judge_run(
    folder: Path, labelled: Path, settings: ModelSettings, *, progress: Progress | None = None
) -> JudgeRecord:
    """Measure a judge on labelled answers and have it judge the open answers of a run, or go on with both.

    Replies are kept in the run's `judge.json` as they come; what failed is asked again. Raises RunError, DatasetError,
    ModelUnavailable, and GradingError where another judge's record is there.
    """
    run = load_run(folder)
    labelled_answers = load_labelled_answers(labelled)
    known = _labelled_places(labelled_answers, labelled)
    model = open_model(settings)
    judge = JudgeIdentity(settings.uri, model_identity(model), asdict(settings.decoding), settings.context)
    record = load_judge(folder) or JudgeRecord(judge)
    if record.judge != judge:
        raise GradingError(
            f"The run was judged by {record.judge.model_identity} (rubric {record.judge.rubric}), "
            f"and not by {judge.model_identity} (rubric {judge.rubric})",
            where=str(folder / FILE),
            do="Remove the file to judge anew.",
        )
    record = replace(record, measured=None, failures={})
    pool = QuestionPool(labelled.set_question for labelled in labelled_answers)
    record = _ask(record, [place for place, _ in known], pool, model, folder, progress)
    record = replace(record, measured=_measure(record, known, pool, labelled_answers, labelled))
    save_judge(record, folder)
    open_ = [place for one in ladder_answers(run) if (place := graded_answer(one)).open]
    return _ask(record, open_, QuestionPool(run_questions(run)), model, folder, progress)


def _labelled_places(labelled_answers: Sequence[LabelledAnswer], path: Path) -> list[tuple[GradedAnswer, bool]]:
    """The labelled answers that the ladder leaves open, each with its label."""
    places = zip(grade_by_ladder(labelled_answers), labelled_answers, strict=True)
    found = [(place, labelled.label) for place, labelled in places if place.open and labelled.label is not None]
    if not found:
        raise DatasetError(
            "The ladder leaves none of the labelled answers open, so a judge cannot be measured on them",
            where=str(path),
            do="Give a table with a column label (1 or 0) and answers that eval grade reports with the rung none.",
        )
    return found


def _measure(
    record: JudgeRecord,
    known: Sequence[tuple[GradedAnswer, bool]],
    pool: QuestionPool,
    labelled_answers: Sequence[LabelledAnswer],
    path: Path,
) -> Measured:
    said = [record.judgement(place.question, place.answer, pool) for place, _ in known]
    counts = Counter(said)
    return Measured(
        judge=record.judge,
        labelled=path.name,
        labelled_sha256=table_hash(path),
        answers=sum(labelled.label is not None for labelled in labelled_answers),
        agreement=agreement([one is Judgement.YES for one in said], [label for _, label in known]),
        counts={str(judgement): counts[judgement] for judgement in Judgement},
    )


def _ask(
    record: JudgeRecord,
    places: Sequence[GradedAnswer],
    pool: QuestionPool,
    model: Model,
    folder: Path,
    progress: Progress | None,
) -> JudgeRecord:
    """Ask what has no reply yet: about every answer, then about every yes with another question."""
    prompts = [judge_prompt(place.question, place.answer) for place in places]
    record = _call(record, prompts, model, folder, progress)
    checks = [
        judge_prompt(other, place.answer)
        for place, prompt in zip(places, prompts, strict=True)
        if read_reply(record.replies.get(prompt_key(prompt), "")) is Reply.CORRECT
        and (other := pool.another(place.question)) is not None
    ]
    return _call(record, checks, model, folder, progress)


def _call(
    record: JudgeRecord,
    prompts: Sequence[ChatPromptValue],
    model: Model,
    folder: Path,
    progress: Progress | None,
) -> JudgeRecord:
    todo = {key: prompt for prompt in prompts if (key := prompt_key(prompt)) not in record.replies}
    keys, size, outage = list(todo), batch_size(model), Outage()
    for start in range(0, len(keys), size):
        group = keys[start : start + size]
        said = dict(zip(group, invoke_batch(model, [todo[key] for key in group], [], None), strict=True))
        replies = {key: one.text for key, one in said.items() if isinstance(one, Completion)}
        failures = {key: f"{type(one).__name__}: {one}" for key, one in said.items() if isinstance(one, Exception)}
        record = replace(record, replies={**record.replies, **replies}, failures={**record.failures, **failures})
        save_judge(record, folder)
        for one in said.values():
            outage.see(str(one) if is_unanswered(one) else None)
        if progress is not None:
            progress(start + len(group), len(keys))
    return record
