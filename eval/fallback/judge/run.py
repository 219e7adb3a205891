"""Ask a judge: first about labelled answers, which measures it, then about the open answers of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final

from langchain_core.prompt_values import ChatPromptValue

from eval.fallback.agreement import LabelledAnswer, grade_by_ladder, load_labelled_answers
from eval.fallback.factory import graded_answer, run_questions
from eval.fallback.interface import GradedAnswer, QuestionPool
from eval.fallback.judge.prompt import Reply, judge_prompt, prompt_key, read_reply
from eval.fallback.judge.record import FILE, JudgeIdentity, Judgement, JudgeRecord, Measured, load_judge, save_judge
from eval.fallback.similarity.calibration import table_hash
from eval.runs.ask import Progress
from eval.runs.circuit_breaker import CircuitBreaker, is_unanswered
from eval.runs.graded import ladder_answers
from eval.runs.run import load_run
from eval.statistics.agreement import agreement
from rag.errors import DatasetError, GradingError
from rag.factory import ModelSettings, open_model
from rag.generation.chain import Model
from rag.messages import Message
from rag.models.engine import Completion
from rag.models.invoke import batch_size, invoke_batch, model_identity
from rag.models.server.address import ModelServer
from rag.records import Decoding

CONTEXT: Final = 4096
DECODING: Final = Decoding(max_new_tokens=8)
"""Greedy, with room for the one word asked for."""


def judge_settings(uri: str, server: ModelServer | None = None) -> ModelSettings:
    """Return the settings that open the model of a URI as a judge."""
    return ModelSettings(uri, DECODING, CONTEXT, server=server)


def judge_run(
    folder: Path, labelled: Path, settings: ModelSettings, *, progress: Progress | None = None
) -> JudgeRecord:
    """Measure a judge on labelled answers, then have it judge the open answers of a run; resume both if interrupted.

    Replies are saved to the run's `judge.json` as they arrive; failed requests are repeated. Raises RunError,
    DatasetError, ModelUnavailable, and GradingError if the run holds another judge's record.
    """
    run = load_run(folder)
    labelled_answers = load_labelled_answers(labelled)
    examples = _open_examples(labelled_answers, labelled)
    model = open_model(settings)
    judge = JudgeIdentity(settings.uri, model_identity(model), asdict(settings.decoding), settings.context)
    record = load_judge(folder) or JudgeRecord(judge)
    if record.judge != judge:
        raise GradingError(
            Message(
                "This run was judged by {model_identity} (rubric {rubric}), not by {model_identity_2} (rubric "
                "{rubric_2})",
                model_identity=record.judge.model_identity,
                rubric=record.judge.rubric,
                model_identity_2=judge.model_identity,
                rubric_2=judge.rubric,
            ),
            where=str(folder / FILE),
            do="Delete the file to start over with this judge.",
        )
    record = replace(record, measured=None, failures={})
    pool = QuestionPool(labelled.set_question for labelled in labelled_answers)
    record = _ask(record, [answer for answer, _ in examples], pool, model, folder, progress)
    record = replace(record, measured=_measure(record, examples, pool, labelled_answers, labelled))
    save_judge(record, folder)
    open_answers = [answer for answer in map(graded_answer, ladder_answers(run)) if answer.open]
    return _ask(record, open_answers, QuestionPool(run_questions(run)), model, folder, progress)


def _open_examples(labelled_answers: Sequence[LabelledAnswer], path: Path) -> list[tuple[GradedAnswer, bool]]:
    """Return the labelled answers that the ladder leaves undecided, each with its label."""
    pairs = zip(grade_by_ladder(labelled_answers), labelled_answers, strict=True)
    examples = [(graded, labelled.label) for graded, labelled in pairs if graded.open and labelled.label is not None]
    if not examples:
        raise DatasetError(
            "The grader decides every labelled answer, so there is nothing left to measure the judge on",
            where=str(path),
            do="Give a table with a `label` column (1 or 0) and answers that end on rule none in `kotae eval grade`.",
        )
    return examples


def _measure(
    record: JudgeRecord,
    examples: Sequence[tuple[GradedAnswer, bool]],
    pool: QuestionPool,
    labelled_answers: Sequence[LabelledAnswer],
    path: Path,
) -> Measured:
    judgements = [record.judgement(answer.question, answer.answer, pool) for answer, _ in examples]
    counts = Counter(judgements)
    return Measured(
        judge=record.judge,
        labelled=path.name,
        labelled_sha256=table_hash(path),
        answers=sum(labelled.label is not None for labelled in labelled_answers),
        agreement=agreement([judgement is Judgement.YES for judgement in judgements], [label for _, label in examples]),
        counts={str(judgement): counts[judgement] for judgement in Judgement},
    )


def _ask(
    record: JudgeRecord,
    answers: Sequence[GradedAnswer],
    pool: QuestionPool,
    model: Model,
    folder: Path,
    progress: Progress | None,
) -> JudgeRecord:
    """Ask about every answer without a reply, then about every yes with another question."""
    prompts = [judge_prompt(answer.question, answer.answer) for answer in answers]
    record = _call(record, prompts, model, folder, progress)
    checks = [
        judge_prompt(other, answer.answer)
        for answer, prompt in zip(answers, prompts, strict=True)
        if read_reply(record.replies.get(prompt_key(prompt), "")) is Reply.CORRECT
        and (other := pool.another(answer.question)) is not None
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
    keys, size, breaker = list(todo), batch_size(model), CircuitBreaker()
    for start in range(0, len(keys), size):
        group = keys[start : start + size]
        results = dict(zip(group, invoke_batch(model, [todo[key] for key in group], [], None), strict=True))
        replies = {key: result.text for key, result in results.items() if isinstance(result, Completion)}
        errors = {key: result for key, result in results.items() if isinstance(result, Exception)}
        failures = {key: str(error) for key, error in errors.items()}
        record = replace(record, replies={**record.replies, **replies}, failures={**record.failures, **failures})
        save_judge(record, folder)
        for result in results.values():
            breaker.record(str(result) if is_unanswered(result) else None)
        if progress is not None:
            progress(start + len(group), len(keys))
    return record
