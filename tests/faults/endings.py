"""Signals at any moment, several processes at once, and a clock that goes back."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from pathlib import Path

from tests.eval.scripted import lines
from tests.faults.forks import DELAY, Ended
from tests.faults.scene import QUESTIONS, Finding, Place, left_over

_SLOW = {DELAY: "0.05"}


def interrupted_ingest(place: Place, rounds: int, number: signal.Signals) -> Finding:
    """A signal at a random moment of an ingest; the next one completes."""
    finding = Finding(f"{number.name} at {rounds} random moments of an ingest")
    chance = random.Random(number)
    calm = _seconds(lambda: place.ingest(place.new("index"), env=_SLOW))
    for _ in range(rounds):
        index = place.new("index")
        running = place.forks.start(*place.ingesting(index), env=_SLOW)
        time.sleep(chance.uniform(0, calm))
        _end(running.pid, number)
        _note(finding, running.wait(), number)
        place.check_index(index, finding)
        finding.expect(not left_over(index), f"left over: {left_over(index)}")
        shutil.rmtree(index)
    return finding


def interrupted_run(place: Place, rounds: int, number: signal.Signals) -> Finding:
    """A signal at a random moment of an evaluation, each time in the same folder; the last one completes."""
    finding = Finding(f"{number.name} at {rounds} random moments of an evaluation")
    chance = random.Random(number)
    calm = _seconds(lambda: place.evaluate(place.new("run"), env=_SLOW))
    for _ in range(rounds):
        run = place.new("run")
        running = place.forks.start(*place.evaluating(run), env=_SLOW)
        time.sleep(chance.uniform(0, calm))
        _end(running.pid, number)
        _note(finding, running.wait(), number)
        kept = lines(run) if (run / "answers.jsonl").exists() and _whole(run) else []
        place.check_run(run, finding)
        finding.expect(lines(run)[: len(kept)] == kept, "answers that were finished were lost")
        finding.expect(len(lines(run)) == len(lines(place.run)), "answers were asked for twice")
        finding.expect(not left_over(run), f"left over: {left_over(run)}")
    return finding


def _whole(run: Path) -> bool:
    return (run / "answers.jsonl").read_bytes().endswith(b"\n")


def _seconds(command: object) -> float:
    began = time.monotonic()
    assert callable(command)
    command()
    return time.monotonic() - began


def _end(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return  # it was done before


def _note(finding: Finding, ended: Ended, number: signal.Signals) -> None:
    """Done before the signal came, or one line and 128 + its number."""
    if ended.code == 0:
        finding.note(ended)
        return
    if ended.code == -number and "Traceback" not in ended.err:
        finding.did["ended by the signal before the command began or after all was done"] += 1
        return
    finding.did[f"exit {ended.code}: {ended.said}"] += 1
    good = ended.code == 128 + number and ended.said.startswith("kotae: ") and "Traceback" not in ended.err
    finding.expect(good, f"exit {ended.code}: {ended.err[-2000:]}")


def two_at_once(place: Place, rounds: int) -> Finding:
    """Ingest beside ingest, ask beside ingest, run beside run."""
    finding = Finding("two processes: ingest + ingest, ingest + ask, run + run")
    for _ in range(max(1, rounds // 5)):
        index, run = place.copy(place.index), place.new("run")
        shutil.rmtree(index / "derived")
        with (place.corpus / "new.txt").open("w", encoding="utf-8") as file:
            file.write("新しい文書である。")
        try:
            both = [place.forks.start(*place.ingesting(index), env={DELAY: "1"}) for _ in range(2)]
            asked = place.ask(index)
            ended = [one.wait() for one in both]
        finally:
            (place.corpus / "new.txt").unlink()
        for one in (*ended, asked):
            finding.note(one)
        finding.expect(any(one.code == 0 for one in ended), "neither ingest came to its end")
        place.check_index(index, finding)
        runs = [place.forks.start(*place.evaluating(run), env=_SLOW) for _ in range(2)]
        for one in runs:
            finding.note(one.wait())
        place.check_run(run, finding)
    return finding


def clock_goes_back(place: Place, rounds: int) -> Finding:
    """Everything on disk is from the year 2100, and the clock of a run's second half is a year behind its first."""
    finding = Finding("the clock goes back (files from the future, a run that ends before it began)")
    index, run = place.copy(place.index), place.copy(place.run)
    for path in (*index.rglob("*"), *run.rglob("*")):
        os.utime(path, (4102444800, 4102444800))
    rows = (run / "answers.jsonl").read_bytes().splitlines(keepends=True)
    (run / "answers.jsonl").write_bytes(b"".join(rows[:7]))
    description = (run / "run.json").read_text(encoding="utf-8").replace('"20', '"21')
    (run / "run.json").write_text(description, encoding="utf-8")
    (place.corpus / "new.txt").write_text("新しい文書である。", encoding="utf-8")
    finding.note(place.ingest(index))
    (place.corpus / "new.txt").unlink()
    place.check_index(index, finding)
    asked = place.ask(index, QUESTIONS[0])
    finding.note(asked)
    finding.expect(place.said(asked) == place.answers[0], "another answer")
    place.check_run(run, finding)
    return finding


def model_replaced(place: Place, rounds: int) -> Finding:
    """Between two sessions of a run another file stands where the model's was: the run is not mixed."""
    finding = Finding("the model's file is replaced between two sessions of a run")
    run = place.copy(place.run)
    before = (run / "answers.jsonl").read_bytes()
    ended = place.evaluate(run, env={"KOTAE_TEST_IDENTITY": "scripted@2"})
    finding.note(ended)
    finding.expect(ended.code == 1, "the run went on with another model")
    finding.expect("'scripted@1' then, 'scripted@2' now" in ended.err, ended.err)
    finding.expect((run / "answers.jsonl").read_bytes() == before, "answers were changed")
    return finding
