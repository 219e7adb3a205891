"""The most memory that a command has at once, with every process that it starts.

python -m tests.benchmarks.process_memory [--every SECONDS] COMMAND...

Every so many seconds the proportional set sizes of all processes are added: a page that two of them map counts half for
each, so that a model that is mapped twice, and what a forked process shares, count once. Files in the page cache that
no process maps do not count. Linux only.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_ADOPT_ORPHANS = 36  # PR_SET_CHILD_SUBREAPER: what a process leaves running stays below this one


@dataclass(frozen=True, order=True)
class Share:
    """The memory of a process, in MB: all of it, and what is mapped from files."""

    all: float
    files: float
    command: str


def below(root: int) -> Iterator[int]:
    """Yield the processes that `root` started, and those that these started."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:  # it has ended
            continue
        children.setdefault(parent, []).append(int(stat.parent.name))
    left = list(children.get(root, ()))
    while left:
        yield (process := left.pop())
        left += children.get(process, ())


def share(process: int) -> Share:
    """Return what a process has; nothing if it has ended."""
    folder = Path("/proc", str(process))
    try:
        lines = (folder / "smaps_rollup").read_text().splitlines()[1:]
        command = (folder / "cmdline").read_text(errors="replace").replace("\0", " ")
    except OSError:
        return Share(0, 0, "")
    sizes = {name: int(value.split()[0]) / 1024 for name, _, value in (line.partition(":") for line in lines)}
    return Share(sizes["Pss"], sizes.get("Pss_File", 0.0), command[:100])


def main() -> int:
    """Run the command and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=float, default=2, help="seconds between two looks")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    given = parser.parse_args()
    ctypes.CDLL(None).prctl(_ADOPT_ORPHANS, 1, 0, 0, 0)
    began, peak, when = time.monotonic(), [Share(0, 0, "")], 0.0
    with subprocess.Popen(given.command) as running:
        while running.poll() is None:
            shares = [share(process) for process in below(os.getpid())]
            if sum(each.all for each in shares) > sum(each.all for each in peak):
                peak, when = shares, time.monotonic() - began
            time.sleep(given.every)
    times = os.times()
    seconds, processor = time.monotonic() - began, times.children_user + times.children_system
    print(f"{seconds:.0f} s, {processor:.0f} s of processors; at most {sum(each.all for each in peak):.0f} MB,")
    print(f"of which {sum(each.files for each in peak):.0f} MB from files, {when:.0f} s after the beginning:")
    for each in sorted(peak, reverse=True)[:12]:
        print(f"{each.all:8.0f} MB ({each.files:.0f} from files)  {each.command}")
    return running.returncode


if __name__ == "__main__":
    sys.exit(main())
