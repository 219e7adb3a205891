"""The key of an audit: which answers were drawn, from which strata of which answers. It stays in the run's folder.

The workbook that people fill in has codes only, so that they see neither verdict nor arm.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from eval.audit.sample import allocate
from eval.runs.graded import RunAnswer
from rag.errors import RunError
from rag.messages import Message
from rag.serialize import from_json, to_jsonable
from rag.storage.atomic import write_text
from rag.storage.regular_files import read_stored

_NAME: Final = "audit-{}.json"


@dataclass(frozen=True, slots=True)
class KeyedAnswer:
    """An answer of a run by its question, language and condition; `content` is a hash of its question and text.

    `stratum` is None for an answer that nobody needs to judge: it failed or is empty, and so is wrong. `code` is the
    one that the workbook has for it, empty if it was not drawn.
    """

    number: str
    language: str
    condition: str
    content: str
    stratum: str | None
    code: str = ""

    @property
    def place(self) -> tuple[str, str, str]:
        """What identifies the answer in its run."""
        return self.number, self.language, self.condition


@dataclass(frozen=True, slots=True)
class AuditKey:
    """An audit: its name, the seed of its sample, and all answers of the run."""

    id: str
    seed: int
    answers: tuple[KeyedAnswer, ...]
    format: int = 1

    @property
    def drawn(self) -> tuple[KeyedAnswer, ...]:
        """The answers to be judged, in the order of the workbook."""
        return tuple(sorted((answer for answer in self.answers if answer.code), key=lambda answer: answer.code))


def draw(answers: Sequence[RunAnswer], sample: int, seed: int) -> AuditKey:
    """Draw answers at random, stratified by condition and verdict, in random order. The same seed draws the same.

    Raises RunError for a run with missing answers, or with none that anybody could judge.
    """
    missing = sum(answer.recorded is None for answer in answers)
    if missing:
        raise RunError(
            Message("{missing} of {answers} answers are missing", missing=missing, answers=len(answers)),
            do="Finish the run with `kotae eval run` first.",
        )
    strata: dict[str, list[int]] = defaultdict(list)
    for at, answer in enumerate(answers):
        if (stratum := stratum_of(answer)) is not None:
            strata[stratum].append(at)
    if not strata:
        raise RunError(
            "This run has no answer for people to judge", do="Correct what made its answers fail, and run it again."
        )
    generator = random.Random(seed)  # noqa: S311
    seats = allocate({name: len(members) for name, members in strata.items()}, sample)
    chosen = [at for name, members in strata.items() for at in generator.sample(members, seats[name])]
    generator.shuffle(chosen)
    contents = [content_of(answer) for answer in answers]
    name = hashlib.sha256("\n".join([str(seed), str(sample), *contents]).encode()).hexdigest()[:8]
    codes = {at: f"{name}-{row:04d}" for row, at in enumerate(chosen, 1)}
    return AuditKey(
        name,
        seed,
        tuple(
            KeyedAnswer(*place_of(answer), contents[at], stratum_of(answer), codes.get(at, ""))
            for at, answer in enumerate(answers)
        ),
    )


def place_of(answer: RunAnswer) -> tuple[str, str, str]:
    """Return what identifies an answer in its run."""
    return answer.item.number, answer.language, str(answer.condition)


def stratum_of(answer: RunAnswer) -> str | None:
    """Return the stratum of an answer, its condition and verdict; None where nothing is to be judged."""
    if not answer.answer.strip():
        return None
    return f"{answer.condition}, {'right' if answer.verdict.correct else 'not right'}"


def content_of(answer: RunAnswer) -> str:
    """Return the hash of a question and its answer."""
    text = json.dumps([answer.question, answer.answer], ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def save_key(folder: Path, key: AuditKey) -> None:
    """Write a key into the folder of its run. Raises CannotWrite."""
    write_text(folder / _NAME.format(key.id), json.dumps(to_jsonable(key), ensure_ascii=False) + "\n")


def load_key(folder: Path, name: str) -> AuditKey:
    """Read a key from the folder of its run. Raises RunError if it is not there or damaged."""
    path = folder / _NAME.format(name)
    try:
        text = read_stored(path, follow=False)
    except OSError as error:
        raise RunError(
            Message("This run has no audit {name}: the labels are of another run, or its key was deleted", name=name),
            where=str(folder),
            do="Name the run whose answers were judged.",
        ) from error
    return from_json(AuditKey, text, error=lambda fault: _damaged(path, fault))


def _damaged(path: Path, fault: str) -> RunError:
    return RunError(
        Message("The key of this audit is damaged: {fault}", fault=fault),
        where=str(path),
        do="Make a new audit with `kotae eval audit`.",
    )
