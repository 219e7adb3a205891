"""Provokes every fault and prints what kotae did, as a Markdown table.

python -m tests.faults [--rounds N] [NAME ...]; what needs a small disk needs root.
"""

from __future__ import annotations

import argparse
import signal
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.faults import damage, disks, endings, many, outputs, servers, texts
from tests.faults.forks import forks
from tests.faults.scene import Finding, Place

Scene = Callable[[Place, int], Finding]
KINDS = ("chroma.sqlite3", "vectors (.bin)", "manifest.json", "derived")
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
SCENES: dict[str, Scene] = {
    "full-ingest": disks.full_during_ingest,
    "full-following": disks.full_while_following,
    "full-run": disks.full_during_a_run,
    "full-outputs": outputs.full_while_writing,
    "full-cache": disks.full_while_expanding,
    "read-only": disks.read_only,
    **{f"flip-{kind}": partial(damage.damaged_index, kind=kind, cut=False) for kind in KINDS},
    **{f"cut-{kind}": partial(damage.damaged_index, kind=kind, cut=True) for kind in KINDS},
    "vectors": damage.damaged_vectors,
    "vectors-replaced": damage.replaced_vectors,
    **{f"{one.name}-ingest": partial(endings.interrupted_ingest, number=one) for one in SIGNALS},
    **{f"{one.name}-run": partial(endings.interrupted_run, number=one) for one in SIGNALS},
    "server-killed": servers.killed_during_ingest,
    "many-files": many.many_files,
    "two": endings.two_at_once,
    "clock": endings.clock_goes_back,
    "model": endings.model_replaced,
    "characters": texts.strange_characters,
    "names": texts.strange_names,
    "long": texts.long_questions,
    "many-csv": partial(texts.many_questions, ending="csv"),
    "many-xlsx": partial(texts.many_questions, ending="xlsx"),
    "rebuilt": damage.dropped_and_rebuilt,
    "answers": damage.damaged_answers,
    "run-files": damage.damaged_run_files,
}


def main() -> None:
    """Run the scenes named, or all."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--rounds", type=int, default=20, help="how often each fault is provoked, each time elsewhere")
    parser.add_argument("scenes", nargs="*", metavar="NAME", help=", ".join(SCENES))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kotae-faults-") as folder, forks(Path(folder) / "logs") as made:
        place = Place(Path(folder), made)
        print("| fault | what kotae did | lost |\n| --- | --- | --- |", flush=True)
        for name in given.scenes or SCENES:
            began = time.monotonic()
            finding = SCENES[name](place, given.rounds)
            print(row(finding), f"<!-- {name}, {time.monotonic() - began:.0f} s -->", flush=True)
            for one in finding.wrong[:5]:
                print(f"<!-- WRONG {one} -->", flush=True)


def row(finding: Finding) -> str:
    """A finding as a row of the table."""
    did = "; ".join(f"{count} × {what}" for what, count in finding.did.most_common())
    return f"| {finding.fault} | {did} | {f'WRONG: {len(finding.wrong)}' if finding.wrong else 'nothing'} |"


if __name__ == "__main__":
    main()
