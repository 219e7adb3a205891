"""A place with a corpus, an index and a run that are known to be good, and the record of what a fault did."""

from __future__ import annotations

import functools
import json
import os
import random
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.eval.scripted import ROWS, records, write_set
from tests.faults.forks import Ended, Forks
from tests.ingest.snapshots import assert_same_index
from tests.samples import SMALL_CORPUS, write_corpus

QUESTIONS = ("日本の首都はどこですか？", "What is the highest mountain in Japan?")
MANY = 1500
"""Chunks; Chroma keeps the last 1,000 or fewer in its log."""
MODEL = ("--model", "scripted")


@dataclass
class Finding:
    """What kotae did under a fault, how often, and what went wrong: tracebacks, and whatever finished work was lost."""

    fault: str
    did: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def note(self, ended: Ended) -> None:
        """Take in how a command ended."""
        self.did[outcome(ended)] += 1
        if not ended.named:
            self.wrong.append(f"exit {ended.code}: {ended.err[-2000:]}")

    def expect(self, good: bool, otherwise: str) -> None:
        """Note what should have been so, where it is not."""
        if not good:
            self.wrong.append(otherwise)


def outcome(ended: Ended) -> str:
    """How a command ended, in words that name no place."""
    if ended.code == 0:
        rebuilt = " after rebuilding the lexical index" if "being rebuilt" in ended.err else ""
        return f"done{rebuilt}"
    if ended.code < 0:
        return f"killed by signal {-ended.code}"
    if not ended.named:
        return f"TRACEBACK {ended.said[:150]}"
    said = re.sub(r" \((?:/|[^()]*?/)[^()]*\).*", "", ended.said.removeprefix("kotae: "))
    return re.sub(r"/\S+|'[^']*'|\d{2,}", "…", said)[:160] or f"exit {ended.code}"


class Place:
    """A folder with a corpus, a verification set, and the index and run that an undisturbed kotae makes of them."""

    def __init__(self, folder: Path, forks: Forks) -> None:
        self.folder = folder
        self.forks = forks
        self.corpus = write_corpus(folder / "corpus", SMALL_CORPUS)
        self.verify = write_set(folder / "set.csv", ROWS)
        self.index, self.run = folder / "calm-index", folder / "calm-run"
        self._count = 0
        assert self.ingest(self.index).code == 0
        assert self.evaluate(self.run).code == 0
        self.answers = [self.said(self.ask(self.index, one)) for one in QUESTIONS]

    @functools.cached_property
    def big(self) -> Path:
        """An index so big that Chroma has written its vectors to their own files and reads them from there."""
        rows = "".join(f"第{n}号の首都は東京{n}である。\n" for n in range(MANY))
        (self.folder / "big").mkdir()
        (self.folder / "big/rows.csv").write_text(f"text\n{rows}", encoding="utf-8")
        index = self.folder / "calm-big"
        assert self.forks.run("ingest", self.folder / "big", "--index", index).code == 0
        return index

    def new(self, name: str) -> Path:
        """A path that is not taken."""
        self._count += 1
        return self.folder / f"{name}-{self._count}"

    def copy(self, of: Path) -> Path:
        return Path(shutil.copytree(of, self.new(of.name)))

    def ingest(self, index: Path, **how: Any) -> Ended:
        return self.forks.run(*self.ingesting(index), **how)

    def ask(self, index: Path, question: str = QUESTIONS[0], **how: Any) -> Ended:
        return self.forks.run("ask", question, "--index", index, "--json", *MODEL, **how)

    def evaluate(self, run: Path, **how: Any) -> Ended:
        return self.forks.run(*self.evaluating(run), **how)

    def ingesting(self, index: Path) -> tuple[str | Path, ...]:
        return ("ingest", self.corpus, "--index", index)

    def evaluating(self, run: Path, *options: str | Path) -> tuple[str | Path, ...]:
        return ("eval", "run", self.verify, "--out", run, "--index", self.index, *MODEL, *options)

    @staticmethod
    def said(ended: Ended) -> dict[str, Any]:
        """What `ask --json` answered."""
        return dict(json.loads(ended.out))

    def check_index(self, index: Path, finding: Finding) -> None:
        """The next ingest completes, and the index is the one that an undisturbed kotae makes."""
        again = self.ingest(index)
        finding.expect(again.code == 0, f"the next ingest failed: {again.err[-1500:]}")
        try:
            assert_same_index(index, self.index)
        except AssertionError as error:
            finding.wrong.append(f"the index is not as it should be: {str(error)[:500]}")

    def check_run(self, run: Path, finding: Finding) -> None:
        """The next run completes, and its answers are those of an undisturbed one."""
        again = self.evaluate(run)
        finding.expect(again.code == 0, f"the next run failed: {again.err[-1500:]}")
        finding.expect(records(run) == records(self.run), "the answers are not as they should be")


def flipped(data: bytes, chance: random.Random) -> bytes:
    """The data with one bit changed."""
    out = bytearray(data)
    out[chance.randrange(len(out))] ^= 1 << chance.randrange(8)
    return bytes(out)


def left_over(folder: Path) -> list[str]:
    """Names of half-written files and folders below a folder."""
    pattern = re.compile(r"\.making-|\.[0-9a-f]{16}$")
    return sorted(str(path.relative_to(folder)) for path in folder.rglob(".*") if pattern.search(path.name))


def can_mount() -> bool:
    """Whether a small disk can be had: of root, where the system lets it mount."""
    return (
        os.geteuid() == 0
        and subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode == 0
    )


@contextmanager
def small_disk(folder: Path, kilobytes: int) -> Iterator[Path]:
    """A disk of its own, of so many kilobytes, in a folder that is made."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def make_room(disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
