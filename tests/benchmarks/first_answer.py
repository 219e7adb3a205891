"""Processor seconds that `kotae ask` uses until the language model is asked; of five runs each, the median.

python tests/benchmarks/first_answer.py INDEX            # PYTHONPATH chooses the version of kotae
python tests/benchmarks/first_answer.py INDEX --answer   # until the answer is there
python tests/benchmarks/first_answer.py INDEX --search   # until the passages are found, before the model is loaded
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

QUESTION = "日本の首都はどこですか？"
RUNS = 5


def ask(index: str, until: str = "") -> None:
    """Ask in this process; print its processor seconds."""
    from kotae.commands import main
    from rag.models.gguf import GgufEngine

    def stop(*_: object, **__: object) -> None:
        raise SystemExit

    if until == "--search":
        GgufEngine.__init__ = stop  # type: ignore[method-assign]
    elif until != "--answer":
        GgufEngine.stream = stop  # type: ignore[method-assign, assignment]
    try:
        main(["ask", QUESTION, "--index", index], standalone_mode=False)
    finally:
        print(f"\n{time.process_time():.2f}")


def measure(index: str, *options: str) -> None:
    """Ask in processes of their own."""
    command = [sys.executable, __file__, index, *options, "--child"]
    runs = [subprocess.run(command, capture_output=True, text=True, check=True) for _ in range(RUNS)]
    seconds = [float(run.stdout.split()[-1]) for run in runs]
    print(f"median {statistics.median(seconds):.1f} s of {sorted(seconds)}")


if __name__ == "__main__":
    arguments = [argument for argument in sys.argv[1:] if argument != "--child"]
    if "--child" in sys.argv:
        ask(*arguments)
    else:
        measure(*arguments)
