"""Asking many questions, one line of answers.jsonl each: what is answered already is not asked again."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from eval.answers import AnswerLog, Recorded
from eval.conditions import Condition
from rag.chain import GroundedChain, Prepared, Question
from rag.records import Answer, Failure

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a set: its number there, and the condition it is asked under."""

    number: str
    question: Question
    condition: Condition


@dataclass(frozen=True, slots=True)
class Task:
    """A question with its prompt, or what went wrong in writing that; `key` names its line in the log."""

    asked: Asked
    prepared: Prepared | Exception
    key: str


def prepare(questions: Iterable[Asked], chains: Mapping[Condition, GroundedChain], settings: str) -> Iterator[Task]:
    """Retrieve and write the prompt of every question. `settings` is what the answer depends on beside the prompt."""
    for asked in questions:
        prepared: Prepared | Exception
        try:
            prepared = chains[asked.condition].prepare(asked.question)
            prompt = prepared.prompt.to_string()
        except Exception as error:  # one question that cannot be prepared must not end the run
            prepared, prompt = error, asked.question.text
        parts = [asked.number, asked.question.language, asked.condition, prompt, settings]
        text = json.dumps(parts, ensure_ascii=False)
        yield Task(asked, prepared, hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32])


def answer(
    tasks: Sequence[Task],
    chains: Mapping[Condition, GroundedChain],
    log: AnswerLog,
    *,
    batch_size: int,
    progress: Progress | None = None,
) -> None:
    """Ask what the log has no answer to, `batch_size` questions in one pass of the model, and append what is said."""
    todo = [task for task in tasks if not log.answered(task.key)]
    done = len(tasks) - len(todo)
    for group in _groups(todo, batch_size):
        for recorded in _ask(group, chains[group[0].asked.condition]):
            log.append(recorded)
            done += 1
            if progress is not None:
                progress(done, len(tasks))


def _groups(tasks: Sequence[Task], size: int) -> Iterator[Sequence[Task]]:
    """Up to `size` neighbours of one condition at a time."""
    start = 0
    while start < len(tasks):
        end = start
        while end < len(tasks) and end - start < size and tasks[end].asked.condition is tasks[start].asked.condition:
            end += 1
        yield tasks[start:end]
        start = end


def _ask(tasks: Sequence[Task], chain: GroundedChain) -> Iterator[Recorded]:
    began = time.monotonic()
    answers = iter(chain.answer([task.prepared for task in tasks if isinstance(task.prepared, Prepared)]))
    said = [next(answers) if isinstance(task.prepared, Prepared) else task.prepared for task in tasks]
    seconds = round((time.monotonic() - began) / len(tasks), 3)
    for task, one in zip(tasks, said, strict=True):
        asked = task.asked
        failure = None if isinstance(one, Answer) else Failure(asked.question.text[:60], type(one).__name__, str(one))
        yield Recorded(
            key=task.key,
            number=asked.number,
            language=asked.question.language,
            condition=asked.condition,
            seconds=seconds,
            answer=one if isinstance(one, Answer) else None,
            failure=failure,
        )
