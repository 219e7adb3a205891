"""Files that are cut off, or have a bit changed."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

from tests.eval.scripted import lines, records
from tests.faults.scene import QUESTIONS, Finding, Place, flipped


def files_of(index: Path, kind: str) -> list[Path]:
    """The files of an index of a kind, in a fixed order; empty ones have nothing to damage."""
    patterns = {
        "chroma.sqlite3": "chroma/*.sqlite3",
        "vectors (.bin)": "chroma/*/*.bin",
        "manifest.json": "manifest.json",
        "derived": "derived/[!.]*/**/*",
    }
    return sorted(path for path in index.glob(patterns[kind]) if path.is_file() and path.stat().st_size)


def damaged_index(place: Place, rounds: int, kind: str, *, cut: bool) -> Finding:
    """One file is damaged at a time: asking gives the right answer or a named error."""
    finding = Finding(f"index: {kind}, {'cut off' if cut else 'a bit flipped'}")
    chance = random.Random(kind)
    for round_ in range(rounds):
        index = place.copy(place.index)
        files = files_of(index, kind)
        path = files[round_ % len(files)]
        data = path.read_bytes()
        path.write_bytes(data[: chance.randrange(len(data))] if cut else flipped(data, chance))
        at = round_ % len(QUESTIONS)
        ended = place.ask(index, QUESTIONS[at])
        finding.note(ended)
        if ended.code == 0 and place.said(ended) != place.answers[at]:
            finding.did["done, with other scores or passages"] += 1
        if kind == "derived":
            finding.expect(ended.code == 0, f"{path.name} was not made anew")
            finding.expect(place.said(ended) == place.answers[at], f"{path.name}: another answer")
            place.check_index(index, finding)
    return finding


def damaged_vectors(place: Place, rounds: int) -> Finding:
    """Chroma's vector files of an index that is big enough to be read from them: no answer may be wrong silently."""
    finding = Finding("index of 1,500 chunks: vectors (.bin) cut off or a bit flipped")
    chance = random.Random(11)
    question = QUESTIONS[0]
    good = place.said(place.ask(place.big, question))
    for round_ in range(rounds):
        index = place.copy(place.big)
        files = files_of(index, "vectors (.bin)")
        path = files[round_ % len(files)]
        data = path.read_bytes()
        near = min(len(data), (200, len(data))[round_ % 2])  # every other time near the beginning
        at = chance.randrange(near)
        path.write_bytes(data[:at] if round_ % 3 == 0 else flipped(data[: at + 1], chance) + data[at + 1 :])
        ended = place.ask(index, question)
        finding.note(ended)
        if ended.code == 0 and place.said(ended)["hits"] != good["hits"]:
            finding.did[f"done, with other passages ({path.name})"] += 1
    return finding


REPLACEMENTS: dict[str, Callable[[bytes, bytes, random.Random], bytes | None]] = {
    "missing": lambda data, other, chance: None,
    "empty": lambda data, other, chance: b"",
    "zeros": lambda data, other, chance: bytes(len(data)),
    "random bytes": lambda data, other, chance: chance.randbytes(len(data)),
    "ones from the middle on": lambda data, other, chance: data[: len(data) // 2] + b"\xff" * (len(data) // 2),
    "bytes after the end": lambda data, other, chance: data + chance.randbytes(4096),
    "another file of the index": lambda data, other, chance: other,
}


def replaced_vectors(place: Place, rounds: int) -> Finding:
    """Chroma's vector files gone, filled with something else, or exchanged: no answer may be wrong silently."""
    finding = Finding("index of 1,500 chunks: vector files missing, emptied, overwritten, exchanged")
    chance = random.Random(19)
    good = place.said(place.ask(place.big, QUESTIONS[0]))
    names = [path.relative_to(place.big) for path in files_of(place.big, "vectors (.bin)")]
    cases = [(name, what) for name in names for what in REPLACEMENTS]
    chance.shuffle(cases)
    for name, what in cases[: max(rounds, 1)]:
        index = place.copy(place.big)
        other = chance.choice([path for path in names if path.name != name.name] or names)
        data = REPLACEMENTS[what]((index / name).read_bytes(), (index / other).read_bytes(), chance)
        if data is None:
            (index / name).unlink()
        else:
            (index / name).write_bytes(data)
        ended = place.ask(index, QUESTIONS[0])
        finding.note(ended)
        if ended.code == 0:
            same = place.said(ended)["hits"] == good["hits"]
            finding.expect(same, f"{name.name}, {what}: other passages")
    return finding


def dropped_and_rebuilt(place: Place, rounds: int) -> Finding:
    """What an error says to do helps, whatever is damaged: drop, then ingest."""
    finding = Finding("damaged index, dropped and ingested as the error says")
    chance = random.Random(7)
    for kind in ("chroma.sqlite3", "vectors (.bin)", "manifest.json")[: rounds or 1]:
        index = place.copy(place.index)
        for path in files_of(index, kind):
            path.write_bytes(chance.randbytes(path.stat().st_size // 2))
        finding.note(place.ask(index))
        dropped = place.forks.run("index", "drop", "--yes", "--index", index)
        finding.expect(dropped.code == 0, f"drop failed: {dropped.err[-500:]}")
        place.check_index(index, finding)
    return finding


def damaged_answers(place: Place, rounds: int) -> Finding:
    """The line is named, or was cut off and is asked again; no answer changes."""
    finding = Finding("answers.jsonl cut off, with a bit flipped, with NUL bytes")
    chance = random.Random(3)
    good = (place.run / "answers.jsonl").read_bytes()
    for round_ in range(rounds):
        run = place.copy(place.run)
        path = run / "answers.jsonl"
        at = chance.randrange(len(good))
        path.write_bytes((good[:at], flipped(good, chance), good[:at] + b"\0" * 4096)[round_ % 3])
        ended = place.evaluate(run)
        finding.note(ended)
        if ended.code:
            number = int(ended.said.partition(", line ")[2].partition(")")[0])
            rows = path.read_bytes().split(b"\n")
            path.write_bytes(b"\n".join(rows[: number - 1] + rows[number:]))
        place.check_run(run, finding)
    return finding


def damaged_run_files(place: Place, rounds: int) -> Finding:
    """run.json, the cosines and the copy of the set: named, or without effect on the answers."""
    finding = Finding("run.json, cosines.json or the copy of the set damaged")
    chance = random.Random(5)
    names = ("run.json", "cosines.json", "verification.csv")
    for round_ in range(rounds):
        run = place.copy(place.run)
        path = run / names[round_ % 3]
        data = path.read_bytes()
        path.write_bytes(data[: chance.randrange(len(data))] if round_ % 2 else flipped(data, chance))
        finding.note(place.forks.run("eval", "report", run, "--out", place.new("report")))
        finding.note(place.evaluate(run))
        finding.expect(records(run) == records(place.run), "an answer changed")
        path.unlink()
        place.check_run(run, finding)
        finding.expect(len(lines(run)) == len(lines(place.run)), "answers were asked for twice")
    return finding
