"""Very many small files: an ingest, one that finds nothing to do, and one that follows changes."""

from __future__ import annotations

import os
import time

from tests.faults.scene import QUESTIONS, Finding, Place

FILES = int(os.environ.get("KOTAE_TEST_FILES", "100000"))


def many_files(place: Place, rounds: int) -> Finding:
    """`FILES` files of a sentence each, in folders of a thousand; a few with three rounds or fewer."""
    count = FILES if rounds > 3 else 300
    finding = Finding(f"{count:,} small files: ingest, nothing to do, ten changed and ten gone, ask")
    corpus, index = place.new("many"), place.new("many-index")
    for number in range(count):
        folder = corpus / f"{number // 1000:03}"
        if number % 1000 == 0:
            folder.mkdir(parents=True)
        (folder / f"{number}.txt").write_text(f"第{number}号の倉庫は東京都{number}番地にある。", encoding="utf-8")
    for step in ("ingest", "nothing to do", "changes"):
        if step == "changes":
            for number in range(10):
                (corpus / f"000/{number}.txt").write_text(f"第{number}号の倉庫は閉じた。", encoding="utf-8")
                (corpus / f"000/{number + 10}.txt").unlink()
        began = time.monotonic()
        ended = place.forks.run("ingest", corpus, "--index", index)
        finding.note(ended)
        finding.did[f"{step}: {time.monotonic() - began:.0f} s, {ended.megabytes:.0f} MB"] += 1
        finding.expect(ended.code == 0, f"{step}: {ended.err[-1000:]}")
    finding.note(place.ask(index, QUESTIONS[0]))
    return finding
