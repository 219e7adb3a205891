"""Compare builds of llama.cpp on prompts of verify100: seconds, processor seconds, and how many answers are the same.

python -m tests.benchmarks.llama_builds INDEX EXECUTABLE ...            # the built-in one, then these, turn by turn
python -m tests.benchmarks.llama_builds INDEX EXECUTABLE ... --without-built-in --questions 40
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from dataclasses import dataclass, field
from pathlib import Path

from eval.dataset.load import load_dataset
from eval.dataset.sample import stratified_sample
from rag.factory import IndexSettings, open_retriever
from rag.generation.chain import Question, build_chain
from rag.models.engine import TextEngine
from rag.models.gguf import GgufEngine
from rag.models.local import LocalChatModel
from rag.models.messages import turns_of
from rag.records import Decoding
from tests.samples import REPOSITORY

LANGUAGES = ("ja", "en")


@dataclass
class Measured:
    """One build: for each prompt its wall seconds, processor seconds and those of reading, tokens, and answer."""

    name: str
    engine: TextEngine
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    reading: list[float] = field(default_factory=list)
    read: list[int] = field(default_factory=list)
    written: list[int] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)

    def ask(self, prompt: str) -> None:
        began, cpu = time.perf_counter(), self._cpu()
        pieces = self.engine.stream(prompt, Decoding())
        piece = next(pieces)
        self.reading.append(self._cpu() - cpu)
        for piece in pieces:  # noqa: B007
            pass
        completion = piece.end
        assert completion is not None
        self.wall.append(time.perf_counter() - began)
        self.cpu.append(self._cpu() - cpu)
        self.read.append(completion.prompt_tokens)
        self.written.append(completion.completion_tokens)
        self.answers.append(completion.text)

    def _cpu(self) -> float:
        return time.process_time() + sum(_seconds(process) for process in self._processes())

    def _processes(self) -> list[int]:
        assert isinstance(self.engine, GgufEngine)
        process = getattr(self.engine._server, "_process", None)
        if process is None:
            return []
        return [int(n) for n in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


def _seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def prompts(index: Path, questions: int, engine: TextEngine) -> dict[str, list[str]]:
    """Return prompts of a sample of verify100 with and without passages, the languages in turn."""
    items = stratified_sample(load_dataset(REPOSITORY / "eval/data/verify100.xlsx").items, questions)
    model = LocalChatModel()
    made = {}
    for name, retriever in (("with passages", open_retriever(IndexSettings(index))), ("without", None)):
        chain = build_chain(model, retriever)
        asked = [Question(item.questions[LANGUAGES[i % 2]], LANGUAGES[i % 2]) for i, item in enumerate(items)]
        made[name] = [engine.render(turns_of(chain.prepare(question).prompt.to_messages())) for question in asked]
    return made


def show(kind: str, builds: list[Measured], part: slice) -> None:
    """Print the medians of one kind of prompt."""
    first = builds[0]
    print(
        f"\n{kind}: {len(first.answers[part])} prompts, median {statistics.median(first.read[part])} tokens, ", end=""
    )
    print(f"answers of {statistics.median(first.written[part])}")
    for build in builds:
        rates = [seconds / tokens for seconds, tokens in zip(build.reading[part], build.read[part], strict=True)]
        writing = 1 - sum(build.reading[part]) / sum(build.cpu[part])
        ratios = [b / a for a, b in zip(first.cpu[part], build.cpu[part], strict=True)]
        walls = [b / a for a, b in zip(first.wall[part], build.wall[part], strict=True)]
        same = sum(a == b for a, b in zip(first.answers[part], build.answers[part], strict=True))
        print(
            f"  {build.name}: {statistics.median(build.wall[part]):.2f} s an answer, "
            f"{statistics.median(build.cpu[part]):.2f} processor seconds, "
            f"{1000 * statistics.median(rates):.1f} ms of a processor for each token of the prompt, "
            f"{writing:.1%} of the time for writing; "
            f"of the first build's {statistics.median(ratios):.2f} (wall {statistics.median(walls):.2f}), "
            f"{same} answers the same"
        )


def main() -> None:
    """Ask every build every prompt, turn by turn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("index", type=Path)
    parser.add_argument("executables", nargs="+")
    parser.add_argument("--questions", type=int, default=20)
    parser.add_argument("--without-built-in", action="store_true")
    options = parser.parse_args()
    names = ([] if options.without_built_in else [None]) + options.executables
    builds = [Measured(name or "built-in", LocalChatModel(llama_server=name).engine) for name in names]
    for build in builds:
        print(f"{build.name}: {build.engine.build}")
    for kind, texts in prompts(options.index, options.questions, builds[0].engine).items():
        start = len(builds[0].answers)
        for number, prompt in enumerate(texts):
            for build in builds if number % 2 else builds[::-1]:
                build.ask(prompt)
        show(kind, builds, slice(start, None))
    for build in builds:
        build.engine.close()


if __name__ == "__main__":
    main()
