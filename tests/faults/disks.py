"""Disks that are full or read-only."""

from __future__ import annotations

import os
from pathlib import Path

from tests.eval.scripted import lines
from tests.faults.scene import Finding, Place, make_room, small_disk


def full_during_ingest(place: Place, rounds: int) -> Finding:
    """The disk has a little more room each time, up to what the index needs."""
    finding = Finding("disk full during ingest (Chroma, manifest, derived index)")
    for round_ in range(rounds):
        with small_disk(place.new("disk"), 8 + round_ * 400 // rounds) as disk:
            finding.note(place.ingest(disk / "index"))
            make_room(disk)
            place.check_index(disk / "index", finding)
    return finding


def full_while_following(place: Place, rounds: int) -> Finding:
    """An index that is there must follow a changed corpus, with a little more room each time; it can be asked still."""
    finding = Finding("disk full while an index follows a changed corpus")
    before = place.folder / "before"
    if not before.exists():
        before.mkdir()
        (before / "old.txt").write_text("古い文書である。" * 20, encoding="utf-8")
        same = next(path for path in sorted(place.corpus.rglob("*")) if path.is_file()).relative_to(place.corpus)
        (before / same).parent.mkdir(parents=True, exist_ok=True)
        (before / same).write_text("のちに改められる文書である。", encoding="utf-8")
    for round_ in range(rounds):
        with small_disk(place.new("disk"), 64 * 1024) as disk:
            assert place.forks.run("ingest", before, "--index", disk / "index").code == 0
            fill(disk, leave=4096 * round_ * (60 // rounds or 1))
            finding.note(place.ingest(disk / "index"))
            (disk / "filling").unlink()
            place.check_index(disk / "index", finding)
    return finding


def fill(disk: Path, leave: int) -> None:
    """Take all room but so many bytes."""
    free = os.statvfs(disk)
    with (disk / "filling").open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(4096, free.f_bavail * free.f_frsize - leave))


def full_during_a_run(place: Place, rounds: int) -> Finding:
    """run.json, the copy of the set, answers.jsonl, the cosines, and then the reports find no room."""
    finding = Finding("disk full during a run (answers.jsonl, run.json, xlsx, html, csv)")
    for round_ in range(rounds):
        with small_disk(place.new("disk"), 4 + round_ * 160 // rounds) as disk:
            finding.note(place.evaluate(disk / "run"))
            make_room(disk)
            kept = (disk / "run/answers.jsonl").read_bytes() if (disk / "run/answers.jsonl").exists() else b""
            place.check_run(disk / "run", finding)
            whole = kept[: kept.rfind(b"\n") + 1]
            finding.expect((disk / "run/answers.jsonl").read_bytes().startswith(whole), "answers were lost")
            finding.expect(len(lines(disk / "run")) == len(lines(place.run)), "answers were asked for twice")
            finding.expect((disk / "run/report.xlsx").exists(), "there is no report")
    return finding


EXPANSIONS = {
    "the bundled language model is put together": "from rag.models.bundled import assemble; assemble()",
    "the encoder is expanded": "from rag.encoders.bundled import expand; expand()",
    "the dictionary is expanded": "from rag.lexical.dictionary import open_dictionary; open_dictionary()",
}


def full_while_expanding(place: Place, rounds: int) -> Finding:
    """What comes packed in packages finds no room in the user cache; nothing half-made stays there."""
    finding = Finding("disk full while model, encoder and dictionary are made in the cache")
    for what, code in EXPANSIONS.items():
        for megabytes in (0, 3, 9)[:rounds]:
            with small_disk(place.new("disk"), 1024 * megabytes + 16) as disk:
                finding.note(place.forks.run(code=code, env={"KOTAE_CACHE": str(disk)}))
                found = [path.name for path in disk.rglob("*") if path.is_file() and not path.name.endswith(".lock")]
                finding.expect(not found, f"{what}: {found} stayed")
    return finding


def read_only(place: Place, rounds: int) -> Finding:
    """Index and run may be read only, and nothing in them changes."""
    finding = Finding("read-only index folder, read-only run folder")
    index, run = place.copy(place.index), place.copy(place.run)
    with (run / "answers.jsonl").open("ab") as file:
        file.write(b'{"torn')
    before = contents(index) | contents(run)
    for path in [index, run, *index.rglob("*"), *run.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    for command in (
        ("ask", "日本の首都は？", "--index", index, "--model", "scripted"),
        place.ingesting(index),
        ("index", "info", "--index", index),
        ("index", "drop", "--yes", "--index", index),
        place.evaluating(run),
        ("eval", "report", run, "--out", run),
    ):
        ended = place.forks.run(*command, obedient=True)
        finding.note(ended)
        finding.expect(ended.code == 1, f"{command} ended with {ended.code}")
    ended = place.forks.run("eval", "report", run, "--out", place.new("elsewhere"), obedient=True)
    finding.note(ended)
    finding.expect(ended.code == 0, "a report on a read-only run, written elsewhere, failed")
    finding.expect(contents(index) | contents(run) == before, "something was changed")
    for path in [index, run, *index.rglob("*"), *run.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    place.check_index(index, finding)
    place.check_run(run, finding)
    return finding


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
