"""Ask many questions, each recorded as a line of answers.jsonl; answered questions are not asked again."""

from __future__ import annotations

import functools
import hashlib
import itertools
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from langchain_core.runnables import RunnableConfig

from eval.dataset.conditions import Condition
from eval.runs.answer_log import AnswerLog, AnswerRecord, LoggedFailure
from eval.runs.circuit_breaker import CircuitBreaker, is_unanswered
from eval.runs.evidence import NUMBER
from eval.runs.settings_probe import model_answers
from eval.runs.turns import ModelTurn, at_once
from rag.errors import IndexChanged, KotaeError, SettingsError, first_line
from rag.generation.chain import GroundedChain, Prepared, Question
from rag.messages import packed
from rag.records import Answer
from rag.retrieval.retriever import BATCH

Progress = Callable[[int, int], None]
Chains = Mapping[Condition, Sequence[GroundedChain]]
"""A chain per condition and repeat; repeats differ only in the seed of the model."""


@dataclass(frozen=True, slots=True)
class RunQuestion:
    """A question of a run: its number in the set, its condition, and the repeat (from 0)."""

    number: str
    question: Question
    condition: Condition
    repeat: int = 0


@dataclass(frozen=True, slots=True)
class Task:
    """A question with its prompt, or the error that prevented one.

    `prompt` is a hash of everything the answer depends on: prompt, model, settings and repeat; `key` also covers the
    number and condition of the question, and identifies its line in the log.
    """

    question: RunQuestion
    prepared: Prepared | Exception
    prompt: str
    key: str


def prepare(
    questions: Iterable[RunQuestion], chains: Chains, settings: str, *, turn: ModelTurn = at_once
) -> Iterator[Task]:
    """Retrieve passages for every question and write its prompt. `settings` is all else that the answer depends on.

    Tokens are counted by the model, many questions a `turn`. Raises IndexChanged if another process changes the index,
    SettingsError if no prompt would fit, and RunError if consecutive questions do not reach a server, of passages or of
    the model.
    """
    breaker = CircuitBreaker()
    for (condition, repeat), of_pass in itertools.groupby(questions, _chain_of):
        chain, rest = chains[condition][repeat], iter(of_pass)
        while together := list(itertools.islice(rest, BATCH)):
            configs: list[RunnableConfig] = [{"metadata": {NUMBER: question.number}} for question in together]
            asked = [question.question for question in together]
            prepared = turn(functools.partial(_prepare_many, chain, asked, configs))
            for question, ready in zip(together, prepared, strict=True):
                if isinstance(ready, IndexChanged | SettingsError):  # a changed index or a prompt without room, for all
                    raise ready
                breaker.record(str(ready) if is_unanswered(ready) else None)
                yield _task(question, ready, chain, settings)


def _prepare_many(
    chain: GroundedChain, asked: Sequence[Question], configs: Sequence[RunnableConfig]
) -> list[Prepared | Exception]:
    return list(chain.prepare_many(asked, configs))


def _task(question: RunQuestion, prepared: Prepared | Exception, chain: GroundedChain, settings: str) -> Task:
    language, prompt = question.question.language, question.question.text
    if isinstance(prepared, Prepared):
        prompt = prepared.prompt.to_string() + chain.prompt.frame(language)
    content = _hash(language, prompt, settings, question.repeat)
    return Task(question, prepared, content, _hash(question.number, question.condition, content))


def answer(
    tasks: Sequence[Task],
    chains: Chains,
    log: AnswerLog,
    *,
    others: Sequence[AnswerLog] = (),
    batch_size: int,
    progress: Progress | None = None,
    turn: ModelTurn = at_once,
) -> None:
    """Ask the questions that the log has no answer to, `batch_size` in one pass of the model, and append the answers.

    Each pass takes a `turn`. An answer to exactly the same prompt, in the log, one of `others` or of an earlier
    condition, is copied. Raises SettingsError if the model takes no question with these settings, and RunError if
    consecutive questions do not get through; answers to the others are kept.
    """
    log.mend()
    known = {
        record.prompt: record
        for source in (*others, log)
        for record in source.by_key.values()
        if record.answer is not None
    }
    done, breaker, answers = 0, CircuitBreaker(), False
    for (condition, repeat), of_pass in itertools.groupby(tasks, _pass_of):
        todo = []
        for task in of_pass:
            if task.prompt in known and isinstance(task.prepared, Prepared) and not log.answered(task.key):
                log.append(_copied(known[task.prompt], task, task.prepared))
            if not log.answered(task.key):
                todo.append(task)
            else:
                done += 1
        for start in range(0, len(todo), batch_size):
            group = todo[start : start + batch_size]
            chain = chains[condition][repeat]
            records, answers = turn(functools.partial(_ask_first, group, chain, answers))
            for recorded in records:
                log.append(recorded)
                if recorded.answer is not None:
                    known[recorded.prompt] = recorded
            done += len(records)
            if progress is not None:  # which may end the run, with every answer that was given in the log
                progress(done, len(tasks))
            for recorded in records:
                breaker.record(recorded.failure.message if recorded.unanswered and recorded.failure else None)


def _ask_first(tasks: Sequence[Task], chain: GroundedChain, answers: bool) -> tuple[list[AnswerRecord], bool]:
    """Ask, and tell whether the model answers, unless that is known. Raises SettingsError if it takes no question."""
    records = _ask(tasks, chain)
    return records, answers or model_answers(records, chain)


def _ask(tasks: Sequence[Task], chain: GroundedChain) -> list[AnswerRecord]:
    began = time.monotonic()
    answers = iter(chain.answer([task.prepared for task in tasks if isinstance(task.prepared, Prepared)]))
    outcomes = [next(answers) if isinstance(task.prepared, Prepared) else task.prepared for task in tasks]
    for outcome in outcomes:
        if isinstance(outcome, SettingsError):  # which concerns all questions
            raise outcome
    seconds = round((time.monotonic() - began) / len(tasks), 3)
    return [_recorded(task, outcome, seconds) for task, outcome in zip(tasks, outcomes, strict=True)]


def _recorded(task: Task, outcome: Answer | Exception, seconds: float) -> AnswerRecord:
    question = task.question
    failure = None if isinstance(outcome, Answer) else _failure(question, outcome)
    return AnswerRecord(
        key=task.key,
        number=question.number,
        language=question.question.language,
        condition=question.condition,
        repeat=question.repeat,
        prompt=task.prompt,
        seconds=seconds,
        answer=outcome if isinstance(outcome, Answer) else None,
        failure=failure,
        unanswered=is_unanswered(outcome),
        retrieval_seconds=task.prepared.retrieval_seconds if isinstance(task.prepared, Prepared) else None,
    )


def _failure(question: RunQuestion, error: Exception) -> LoggedFailure:
    message = error.message if isinstance(error, KotaeError) else first_line(error)
    return LoggedFailure(question.question.text[:60], type(error).__name__, message, packed(message))


def _chain_of(question: RunQuestion) -> tuple[Condition, int]:
    return question.condition, question.repeat


def _pass_of(task: Task) -> tuple[Condition, int]:
    return _chain_of(task.question)


def _copied(known: AnswerRecord, task: Task, prepared: Prepared) -> AnswerRecord:
    """Return a known answer as that of another question with the same prompt."""
    question = task.question
    answer = known.answer
    if answer is not None:
        answer = replace(
            answer,
            hits=prepared.hits,
            dropped=prepared.dropped,
            left_out=prepared.left_out,
            marked=prepared.marked,
        )
    return replace(
        known,
        key=task.key,
        number=question.number,
        condition=question.condition,
        repeat=question.repeat,
        answer=answer,
        retrieval_seconds=prepared.retrieval_seconds,
    )


def _hash(*parts: object) -> str:
    text = json.dumps(parts, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
