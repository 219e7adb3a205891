"""Count the verdicts that a phrasing changes: phrases x questions x contents x shapes, drawn from the grammar.

python -m tests.benchmarks.grading_phrases [NUMBER] [SEED]

Prints each changed verdict (at most 40), then how many changed of how many, by content and register, and the time.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter

from tests.eval.grading.phrasing import Phrased, draw

SHOWN = 40


def main() -> None:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    rng = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    began, changed = time.process_time(), []
    for _ in range(number):
        phrased = draw(rng)
        if phrased.asked.verdict(phrased.answer).correct != phrased.right:
            changed.append(phrased)
    seconds = time.process_time() - began
    for phrased in changed[:SHOWN]:
        sys.stdout.write(f"{'rejected' if phrased.right else 'ACCEPTED'} {phrased.asked.question} {phrased.answer!r}\n")
    sys.stdout.write(
        f"{len(changed)} of {number} verdicts changed, {seconds:.0f} s of processor time; {_counts(changed)}\n"
    )


def _counts(changed: list[Phrased]) -> dict[str, int]:
    return dict(Counter(f"{'right' if phrased.right else 'wrong'} {phrased.shape}" for phrased in changed))


if __name__ == "__main__":
    main()
