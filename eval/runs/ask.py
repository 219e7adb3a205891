"""Asking many questions, one line of answers.jsonl each: what is answered already is not asked again."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from eval.dataset.conditions import Condition
from eval.runs.answer_log import AnswerLog, AnswerRecord
from eval.runs.circuit_breaker import CircuitBreaker, is_unanswered
from rag.errors import IndexChanged, SettingsError
from rag.generation.chain import GroundedChain, Prepared, Question
from rag.records import Answer, Failure

Progress = Callable[[int, int], None]
Chains = Mapping[Condition, Sequence[GroundedChain]]
"""For each condition a chain for each time that a question is asked; they differ in the seed of the model alone."""


@dataclass(frozen=True, slots=True)
class RunQuestion:
    """A question of a set: its number there, the condition it is asked under, and for which time (from 0)."""

    number: str
    question: Question
    condition: Condition
    repeat: int = 0


@dataclass(frozen=True, slots=True)
class Task:
    """A question with its prompt, or what went wrong in writing that.

    `prompt` is a hash of all that its answer depends on: prompt, model, settings, and the time it is asked; `key` is of
    these and its place in the set, and names its line in the log.
    """

    asked: RunQuestion
    prepared: Prepared | Exception
    prompt: str
    key: str


def prepare(questions: Iterable[RunQuestion], chains: Chains, settings: str) -> Iterator[Task]:
    """Retrieve and write the prompt of every question. `settings` is what the answer depends on beside the prompt.

    Raises IndexChanged where another process ingests meanwhile, SettingsError where no prompt would fit, and RunError
    where questions in a row do not come through, to a server of passages or of the model.
    """
    breaker = CircuitBreaker()
    for asked in questions:
        prepared: Prepared | Exception
        try:
            prepared = chains[asked.condition][asked.repeat].prepare(asked.question)
            prompt = prepared.prompt.to_string()
        except (IndexChanged, SettingsError):  # of all questions alike: passages of two states of the index, no room
            raise
        except Exception as error:  # one question that cannot be prepared must not end the run
            prepared, prompt = error, asked.question.text
        breaker.record(str(prepared) if is_unanswered(prepared) else None)
        content = _hash(asked.question.language, prompt, settings, asked.repeat)
        yield Task(asked, prepared, content, _hash(asked.number, asked.condition, content))


def answer(
    tasks: Sequence[Task],
    chains: Chains,
    log: AnswerLog,
    *,
    others: Sequence[AnswerLog] = (),
    batch_size: int,
    progress: Progress | None = None,
) -> None:
    """Ask what the log has no answer to, `batch_size` questions in one pass of the model, and append what is said.

    What the log or one of `others` has an answer to at another place, to the very same prompt, is taken from there.
    Raises RunError where questions in a row do not come through; what was answered beside them is kept.
    """
    log.mend()
    known = {one.prompt: one for source in (*others, log) for one in source.by_key.values() if one.answer is not None}
    todo = []
    for task in tasks:
        if log.answered(task.key):
            continue
        if task.prompt in known and isinstance(task.prepared, Prepared):
            log.append(_placed(known[task.prompt], task, task.prepared))
        else:
            todo.append(task)
    done, breaker = len(tasks) - len(todo), CircuitBreaker()
    for group in _groups(todo, batch_size):
        said = list(_ask(group, chains[group[0].asked.condition][group[0].asked.repeat]))
        for recorded in said:
            log.append(recorded)
            done += 1
            if progress is not None:
                progress(done, len(tasks))
        for recorded in said:
            breaker.record(recorded.failure.message if recorded.unanswered and recorded.failure else None)


def _groups(tasks: Sequence[Task], size: int) -> Iterator[Sequence[Task]]:
    """Up to `size` neighbours of one condition and repeat at a time."""
    start = 0
    while start < len(tasks):
        end = start
        while end < len(tasks) and end - start < size and _pass_of(tasks[end]) == _pass_of(tasks[start]):
            end += 1
        yield tasks[start:end]
        start = end


def _ask(tasks: Sequence[Task], chain: GroundedChain) -> Iterator[AnswerRecord]:
    began = time.monotonic()
    answers = iter(chain.answer([task.prepared for task in tasks if isinstance(task.prepared, Prepared)]))
    said = [next(answers) if isinstance(task.prepared, Prepared) else task.prepared for task in tasks]
    seconds = round((time.monotonic() - began) / len(tasks), 3)
    for task, one in zip(tasks, said, strict=True):
        asked = task.asked
        failure = None if isinstance(one, Answer) else Failure(asked.question.text[:60], type(one).__name__, str(one))
        yield AnswerRecord(
            key=task.key,
            number=asked.number,
            language=asked.question.language,
            condition=asked.condition,
            repeat=asked.repeat,
            prompt=task.prompt,
            seconds=seconds,
            answer=one if isinstance(one, Answer) else None,
            failure=failure,
            unanswered=is_unanswered(one),
        )


def _pass_of(task: Task) -> tuple[Condition, int]:
    return task.asked.condition, task.asked.repeat


def _placed(known: AnswerRecord, task: Task, prepared: Prepared) -> AnswerRecord:
    """An answer that is known, at the place of another question with the same prompt."""
    asked = task.asked
    answer = known.answer
    if answer is not None:
        answer = replace(answer, hits=prepared.hits, dropped=prepared.dropped, left_out=prepared.left_out)
    return replace(
        known, key=task.key, number=asked.number, condition=asked.condition, repeat=asked.repeat, answer=answer
    )


def _hash(*parts: object) -> str:
    text = json.dumps(parts, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
