"""Every command that writes a file, on a disk that has a little more room each time."""

from __future__ import annotations

from pathlib import Path

from tests.faults.scene import MODEL, Finding, Place, left_over, make_room, small_disk

Command = tuple[str | Path, ...]


def commands(place: Place, out: Path) -> dict[str, Command]:
    """The commands and what they write into `out`."""
    questions = place.folder / "questions.txt"
    questions.write_text("日本の首都は？\nWhat is the capital of Japan?\n" * 20, encoding="utf-8")
    asked = ("batch", questions, "--index", place.index, *MODEL, "--out")
    counts = ("--counts", "open_qa:61:32:36", "--name", "GPT4All")
    return {
        "batch, csv": (*asked, out / "answers.csv"),
        "batch, xlsx": (*asked, out / "answers.xlsx"),
        "eval report": ("eval", "report", place.run, "--out", out / "report"),
        "eval compare": ("eval", "compare", f"{place.run}:no_rag", f"{place.run}:rag", "--junit", out / "gate.xml",
                         "--markdown", out / "gate.md"),
        "eval import-counts": ("eval", "import-counts", *counts, "--out", out / "counts"),
    }  # fmt: skip


def full_while_writing(place: Place, rounds: int) -> Finding:
    """It is named, nothing half-written stays, and with room the same command writes what it writes elsewhere."""
    finding = Finding("disk full while batch, report, compare and import-counts write")
    for name in commands(place, place.folder):
        for round_ in range(max(2, rounds // 4)):
            with small_disk(place.new("disk"), 4 + 300 * round_ // max(2, rounds // 4)) as disk:
                command = commands(place, disk)[name]
                ended = place.forks.run(*command)
                finding.note(ended)
                finding.expect(not left_over(disk), f"{name}: left over {left_over(disk)}")
                make_room(disk)
                again = place.forks.run(*command)
                finding.expect(again.named and "disk" not in again.err, f"{name}: then {again.err[-1000:]}")
    return finding
