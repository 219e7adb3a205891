"""answers.jsonl: every answer of a run as one line, appended as soon as it is there, never rewritten.

A line ends with a check sum of what stands before it, so that a damaged answer is not taken for what a model said.
"""

from __future__ import annotations

import json
import os
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from eval.dataset.conditions import Condition
from rag.errors import RunError
from rag.records import Answer, Failure, Language
from rag.serialize import from_json, to_jsonable
from rag.storage.disk_errors import translate_os_errors

FILE = "answers.jsonl"
_CHECKSUM = re.compile(rb', "crc32": "([0-9a-f]{8})"\}$')


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRecord:
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
    repeat: int = 0
    prompt: str = ""
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
        self.by_key: dict[str, AnswerRecord] = {}
        for line, text in self._lines():
            recorded = _read(text, f"{self._path}, line {line}")
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

    def append(self, recorded: AnswerRecord) -> None:
        """Add a line; it is on disk when this returns. Raises CannotWrite."""
        line = _summed(json.dumps(to_jsonable(recorded), ensure_ascii=False).encode("utf-8", "replace"))
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


def _read(line: bytes, where: str) -> AnswerRecord:
    """Return the answer on a line. Raises RunError where its checksum (older kotae wrote none) or a field is wrong."""

    def damaged(fault: str) -> RunError:
        return RunError(
            f"This line of the run is damaged: {fault}",
            where=where,
            do="Remove the line; its question is asked again by the next run.",
        )

    checksum = _CHECKSUM.search(line)
    if checksum is not None:
        line = line[: checksum.start()] + b"}"
        if int(checksum.group(1), 16) != zlib.crc32(line):
            raise damaged("its checksum is wrong")
    return from_json(AnswerRecord, line, error=damaged)
