"""What the injection filter takes for instructions: a curve over the threshold of its classifier.

python -m tests.benchmarks.injection_curve

Honest: 120 imperatives of manuals, laws, recipes, notices, FAQs and schools, alone and in their article of ten. Orders:
120 in 12 styles, alone and in the middle of a short text. Both are in tests/injection/imperatives.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

from rag.safety import injection_rules
from rag.safety.injection_classifier import weights
from rag.safety.injection_filter import InjectionFilter
from rag.safety.injection_rules import Suspicion
from rag.safety.sanitize import sanitize_passage
from rag.text.letters import KANA_LETTER
from tests.samples import REPOSITORY

HONEST, ORDERS = (REPOSITORY / "tests" / "injection" / "imperatives" / f"{name}.txt" for name in ("honest", "orders"))
THRESHOLDS = (0.0, 1.0, 2.0, 3.0, 3.35, 4.0, 5.0, 6.0, 8.0)
NEVER = 1000.0
_AROUND = {
    "ja": "湖は深く、冬には凍る。水は冷たい。{}周囲には道が通っている。夏は多くの人が訪れる。",
    "en": "The lake is deep. It freezes in winter. {} A road leads around it. Many visit it in summer.",
}


class Article(NamedTuple):
    """The sentences under one heading, and what stands between them."""

    name: str
    sentences: tuple[str, ...]
    separator: str

    @property
    def text(self) -> str:
        return self.separator.join(self.sentences)


def articles(path: Path) -> list[Article]:
    """The sentences of a file by their headings, `[kind: title]`."""
    text = re.sub(r"^#.*$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    parts = re.split(r"^\[([a-z ]+)(?:: [^\]]*)?\]$", text, flags=re.MULTILINE)[1:]
    found = []
    for name, lines in zip(parts[::2], parts[1::2], strict=True):
        found.append(Article(name, tuple(line for line in lines.splitlines() if line), " " * (not name.endswith("ja"))))
    return found


def suspected(text: str) -> int:
    """How many sentences of a text are taken for instructions, or follow a forged end."""
    return len(sanitize_passage.__wrapped__(text, InjectionFilter.DROP).suspected)


class Point(NamedTuple):
    """Sentences taken for instructions: of the honest ones and of the orders, alone and in a text."""

    honest: int
    honest_in_article: int
    orders: int
    orders_in_text: int


def point() -> Point:
    """What the filter of now does."""
    honest, orders = articles(HONEST), [order for article in articles(ORDERS) for order in article.sentences]
    return Point(
        sum(suspected(sentence) > 0 for article in honest for sentence in article.sentences),
        sum(suspected(article.text) for article in honest),
        sum(suspected(order) > 0 for order in orders),
        sum(suspected(_AROUND["ja" if KANA_LETTER.search(order) else "en"].format(order)) > 0 for order in orders),
    )


def curve() -> Iterator[tuple[str, Point]]:
    """The filter of now, then sentence by sentence: patterns alone, classifier alone, both."""
    yield "of now", point()
    yield "patterns alone", _alone(NEVER)
    for threshold in THRESHOLDS:
        yield f"classifier alone, from {threshold}", _alone(threshold, patterns=False)
    for threshold in THRESHOLDS:
        yield f"both, from {threshold}", _alone(threshold)


def _alone(threshold: float, *, patterns: bool = True) -> Point:
    """Without regard to neighbours: a sentence counts from `threshold` on, or where a pattern finds it."""
    with ExitStack() as stack:
        changed = replace(weights(), alone=threshold, likely=NEVER, doubtful=NEVER)
        stack.enter_context(patch.object(injection_rules, "weights", lambda: changed))
        if not patterns:
            stack.enter_context(patch.object(injection_rules, "_INSTRUCTION", re.compile(r"(?!)")))
        return point()


def missed(sentences: Sequence[str]) -> list[str]:
    return [sentence for sentence in sentences if injection_rules.rate(sentence) is not Suspicion.CERTAIN]


def main() -> None:
    """Print the curve, and counts by kind of text and style of order."""
    print("| filter | honest, alone | honest, in articles | orders, alone | orders, in a text |\n|" + " --- |" * 5)
    for name, counts in curve():
        print(f"| {name} | " + " | ".join(map(str, counts)) + " |")
    for path in (HONEST, ORDERS):
        print(f"\n| {path.stem} | suspected | of |\n| --- | --- | --- |")
        for article in articles(path):
            alone = sum(suspected(sentence) > 0 for sentence in article.sentences)
            print(f"| {article.name} | {alone} | {len(article.sentences)} |")


if __name__ == "__main__":
    main()
