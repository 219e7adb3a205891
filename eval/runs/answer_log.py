"""answers.jsonl: every answer of a run as one line, appended as soon as it is there, never rewritten.

A line ends with a check sum of what stands before it, so that a damaged answer is not taken for what a model said.
"""

from __future__ import annotations

import json
import os
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from eval.dataset.conditions import Condition
from rag.errors import RunError
from rag.records import Answer, Attempt, Chunk, Failure, Hit, Language
from rag.storage.disk_errors import translate_os_errors

FILE = "answers.jsonl"
_SUM = re.compile(rb', "crc32": "([0-9a-f]{8})"\}$')


@dataclass(frozen=True, slots=True)
class Recorded:
    """One line: the answer to one question in one language under one condition, or how it failed.

    `prompt` is a hash of prompt, model and settings, `key` of these and the question's place; `repeat` counts from 0
    how often the question was asked before. `seconds` is what the answer took, its share where many were asked in one
    pass. Runs made before there were repeats have no `prompt`; their answers are not taken over by others.
    `unanswered`: the question did not come through, which says nothing of the model; it still waits for its answer.
    """

    key: str
    number: str
    language: Language
    condition: Condition
    repeat: int
    prompt: str
    seconds: float
    answer: Answer | None
    failure: Failure | None
    unanswered: bool = False

    @property
    def text(self) -> str:
        """What was answered; empty for a failure."""
        return "" if self.answer is None else self.answer.text


class AnswerLog:
    """The lines of one run, by key. An answer stands once; a failure is superseded by what is written after it."""

    def __init__(self, folder: Path) -> None:
        """Read what is there, but for a last line that a crash has cut off. Raises RunError for other damage."""
        self._path = folder / FILE
        self._torn = False
        self.by_key: dict[str, Recorded] = {}
        for line, text in self._lines():
            try:
                recorded = _recorded(json.loads(_checked(text).decode("utf-8")))
            except (ValueError, KeyError, TypeError) as error:
                raise RunError(
                    "This line of the run is damaged",
                    where=f"{self._path}, line {line}",
                    do="Remove the line; its question is asked again by the next run.",
                ) from error
            self.by_key[recorded.key] = recorded

    def answered(self, key: str) -> bool:
        """Whether there is an answer (and not only a failure) under this key."""
        recorded = self.by_key.get(key)
        return recorded is not None and recorded.answer is not None

    def mend(self) -> None:
        """Remove a last line that a crash or a full disk has cut off, so that lines can follow. Raises CannotWrite."""
        if self._torn:
            whole = self._path.read_bytes().rfind(b"\n") + 1
            with translate_os_errors(self._path), self._path.open("r+b") as file:
                file.truncate(whole)
            self._torn = False

    def append(self, recorded: Recorded) -> None:
        """Add a line; it is on disk when this returns. Raises CannotWrite."""
        line = _summed(json.dumps(asdict(recorded), ensure_ascii=False).encode("utf-8", "replace"))
        with translate_os_errors(self._path), self._path.open("ab") as file:
            file.write(line + b"\n")
            file.flush()
            os.fsync(file.fileno())
        self.by_key[recorded.key] = recorded

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        if not self._path.exists():
            return
        data = self._path.read_bytes()
        whole = data.rfind(b"\n") + 1
        self._torn = whole < len(data)
        yield from enumerate(data[:whole].split(b"\n")[:-1], 1)


def _summed(line: bytes) -> bytes:
    return line.removesuffix(b"}") + b', "crc32": "%08x"}' % zlib.crc32(line)


def _checked(line: bytes) -> bytes:
    """The line without its check sum. Raises ValueError where that is wrong; older kotae wrote none."""
    found = _SUM.search(line)
    if found is None:
        return line
    bare = line[: found.start()] + b"}"
    if int(found.group(1), 16) != zlib.crc32(bare):
        raise ValueError("the check sum is wrong")
    return bare


def _recorded(stored: Mapping[str, Any]) -> Recorded:
    answer, failure = stored["answer"], stored["failure"]
    return Recorded(
        key=stored["key"],
        number=stored["number"],
        language=stored["language"],
        condition=Condition(stored["condition"]),
        repeat=stored.get("repeat", 0),
        prompt=stored.get("prompt", ""),
        seconds=stored["seconds"],
        answer=None if answer is None else _answer(answer),
        failure=None if failure is None else Failure(**failure),
        unanswered=stored.get("unanswered", False),
    )


def _answer(stored: Mapping[str, Any]) -> Answer:
    return Answer(
        question=stored["question"],
        language=stored["language"],
        attempts=tuple(Attempt(**attempt) for attempt in stored["attempts"]),
        hits=tuple(Hit(**{**hit, "chunk": Chunk(**hit["chunk"])}) for hit in stored["hits"]),
        dropped=stored["dropped"],
        left_out=tuple(stored.get("left_out", ())),
    )
