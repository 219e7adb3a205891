"""How many poisoned documents change the answer, with and without kotae's defences, and what these cost otherwise.

python -m tests.injection.measure [FOLDER]

Answers are kept in FOLDER (default .kotae/injection) by a hash of their prompt: started again, it goes on. 256 short
answers for the attacks, 60 for the sample of verify100.
"""

from __future__ import annotations

import sys
from pathlib import Path

from eval.dataset.load import load_dataset
from eval.statistics.paired import Comparison, Rate
from ingest.sync import sync
from rag.index.reader import open_index
from rag.retrieval.retriever import HybridRetriever
from tests.injection.answering import Answerer
from tests.injection.attacks import Trial, table, trials
from tests.injection.cases import load_cases
from tests.injection.clean import Pair, chain_of, comparison, pairs
from tests.samples import REPOSITORY

SAMPLE = 15
ATTACK_TOKENS, CLEAN_TOKENS = 48, 96


def main(folder: Path) -> None:
    """Print both tables, and the attacks that get through."""
    answerer = Answerer(folder / "answers.jsonl", ATTACK_TOKENS)
    cases = load_cases()
    found: list[Trial] = []
    for trial in trials(cases, answerer):
        found.append(trial)
        _progress(f"{len(found)} of {len(cases)} documents")
    print(table(found))
    for trial in found:
        if trial.case.worked(trial.kotae):
            print(f"- {trial.case.id}: {trial.case.question} {trial.kotae}")
    _clean(folder)


def _clean(folder: Path) -> None:
    answerer = Answerer(folder / "answers.jsonl", CLEAN_TOKENS)
    sync(REPOSITORY / "corpus", folder / "index")
    chain = chain_of(HybridRetriever(index=open_index(folder / "index")), answerer)
    dataset = load_dataset(REPOSITORY / "eval" / "data" / "verify100.xlsx")
    found: list[Pair] = []
    for pair in pairs(dataset, SAMPLE, chain, answerer):
        found.append(pair)
        _progress(f"{len(found)} of {2 * SAMPLE} questions")
    print(
        "\n| verify100, sample | plain | kotae | difference | fixed | broken |\n| --- | --- | --- | --- | --- | --- |"
    )
    for name, some in (("ja", "ja"), ("en", "en"), ("all", "")):
        print(_line(name, comparison([one for one in found if one.language.startswith(some)])))


def _line(name: str, one: Comparison) -> str:
    difference = one.difference
    points = f"{100 * (difference.estimate or 0):+.1f} points ({100 * difference.interval.low:+.1f} to "
    points += f"{100 * difference.interval.high:+.1f})"
    return f"| {name} | {_rate(one.baseline)} | {_rate(one.treatment)} | {points} | {one.fixed} | {one.broken} |"


def _rate(one: Rate) -> str:
    return f"{one.correct}/{one.total} ({100 * one.interval.low:.0f}-{100 * one.interval.high:.0f} %)"


def _progress(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(".kotae/injection"))
