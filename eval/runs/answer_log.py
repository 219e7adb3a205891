"""answers.jsonl: an append-only log with a line for every answer of a run.

A line ends with a checksum of its content, so that a damaged answer is not mistaken for the model's.
"""

from __future__ import annotations

import json
import os
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.dataset.conditions import Condition
from rag.errors import RunError
from rag.messages import Message, reason_of, unpacked
from rag.records import Answer, Failure, Language
from rag.serialize import from_json, to_jsonable
from rag.storage.disk_errors import translate_os_errors
from rag.storage.regular_files import MEBI, read_regular

FILE = "answers.jsonl"
_MAX_LOG, _MAX_LINE = 2048 * MEBI, 16 * MEBI
_CHECKSUM = re.compile(rb', "crc32": "([0-9a-f]{8})"\}$')


@dataclass(frozen=True, slots=True)
class LoggedFailure(Failure):
    """The failure of a question. `wording` has the template and values of its message (`rag.messages.packed`)."""

    wording: Mapping[str, Any] | None = None

    @property
    def reason(self) -> str:
        """The message; one from a log can be translated too."""
        stored = unpacked(self.wording)
        return stored if isinstance(stored, str) else self.message


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRecord:
    """A line: the answer to one question in one language under one condition, or its failure.

    `prompt` is a hash of prompt, model and settings; `key` also covers the number and condition of the question.
    `repeat` counts from 0. `seconds` is the time of the answer, its share if several were asked in one pass;
    `retrieval_seconds` that of its passages, None without retrieval and in runs that did not record it. Runs made
    before there were repeats have no `prompt`; other runs do not reuse their answers. `unanswered` marks a question
    that did not reach the model, which says nothing about the model; it is asked again.
    """

    key: str
    number: str
    language: Language
    condition: Condition
    repeat: int = 0
    prompt: str = ""
    seconds: float
    answer: Answer | None
    failure: LoggedFailure | None
    unanswered: bool = False
    retrieval_seconds: float | None = None

    @property
    def text(self) -> str:
        """The text of the answer; empty for a failure."""
        return "" if self.answer is None else self.answer.text


class AnswerLog:
    """The lines of one run by key. There is one answer per key; a later line replaces a failure."""

    def __init__(self, folder: Path) -> None:
        """Read the log, without a last line that a crash has cut off. Raises RunError for other damage."""
        self._path = folder / FILE
        self._torn = False
        self.by_key: dict[str, AnswerRecord] = {}
        for line, text in self._lines():
            recorded = _read(text, f"{self._path}, line {line}")
            self.by_key[recorded.key] = recorded

    def answered(self, key: str) -> bool:
        """Return whether there is an answer (not only a failure) under this key."""
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
        """Append a line and flush it to the disk. Raises CannotWrite."""
        fields = to_jsonable(recorded)
        if fields["answer"] is not None:
            del fields["answer"]["support"]  # looked up for every report, by the rules of its day
        if recorded.retrieval_seconds is None:
            del fields["retrieval_seconds"]
        line = _summed(json.dumps(fields, ensure_ascii=False).encode("utf-8", "replace"))
        with translate_os_errors(self._path), self._path.open("ab") as file:
            file.write(line + b"\n")
            file.flush()
            os.fsync(file.fileno())
        self.by_key[recorded.key] = recorded

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        if not self._path.exists():
            return
        try:
            data = read_regular(self._path, _MAX_LOG, follow=False)
        except OSError as error:
            raise RunError(
                Message("The answers cannot be read: {error}", error=reason_of(error)), where=str(self._path)
            ) from error
        whole = data.rfind(b"\n") + 1
        self._torn = whole < len(data)
        yield from enumerate(data[:whole].split(b"\n")[:-1], 1)


def _summed(line: bytes) -> bytes:
    return line.removesuffix(b"}") + b', "crc32": "%08x"}' % zlib.crc32(line)


def _read(line: bytes, where: str) -> AnswerRecord:
    """Return the answer on a line. Raises RunError where its checksum (older kotae wrote none) or a field is wrong."""

    def damaged(fault: str) -> RunError:
        return RunError(
            Message("This line of the run is damaged: {fault}", fault=fault),
            where=where,
            do="Delete the line; the next run asks its question again.",
        )

    checksum = _CHECKSUM.search(line)
    if checksum is not None:
        line = line[: checksum.start()] + b"}"
        if int(checksum.group(1), 16) != zlib.crc32(line):
            raise damaged("its checksum does not match")
    if len(line) > _MAX_LINE:
        raise damaged(f"it is longer than {_MAX_LINE // MEBI} MiB")
    return from_json(AnswerRecord, line, error=damaged)
