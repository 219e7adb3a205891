"""Makes rag/safety/injection_classifier.json: weighs its topics by orders and honest sentences, and sets thresholds.

python -m tests.injection.fit FOLDER... [--held-back FOLDER...] [--messages LOCALE/LC_MESSAGES]

Orders: training/orders.txt, and the sentences of dev.toml and held_out.toml in training/seen.txt. Never fresh.toml.
Honest: training/honest.txt, the corpus, the documents.jsonl of each FOLDER, the descriptions of the Python packages
that are installed, and Japanese messages of programs (gettext catalogues). Nothing of these is kept but the weights.
The thresholds are quantiles of the scores of documents held back from the weighing.
"""

from __future__ import annotations

import argparse
import gettext
import itertools
import json
import random
import re
from collections.abc import Iterable
from dataclasses import asdict, replace
from importlib.metadata import distributions
from pathlib import Path

from rag.safety import injection_classifier as classifier
from rag.safety.hidden_markup import as_rendered
from rag.text.letters import JAPANESE_LETTER
from tests.injection.honest import sentences, texts
from tests.samples import REPOSITORY

_HERE = Path(__file__).parent / "training"
_CHOICE = re.compile(r"\{([^{}]*)\}")
_WORDS = {
    "en": [
        "yes",
        "no",
        "404",
        "Bob",
        "Atlantis",
        "under repair",
        "see you soon",
        "blue cheese",
        "the moon",
        "7",
        "Paris",
    ],
    "ja": ["はい", "いいえ", "404", "花子", "竜宮", "準備中", "またね", "青いチーズ", "月", "7", "売り切れ"],
}
EACH, LONGEST, MOST = 14, 600, 8000
"""Sentences made of a pattern; characters of a sentence; sentences of one source."""
STRENGTH, WEIGHT_OF_ORDERS, LEAST = 0.1, 3.0, 0.02
"""Inverse of the regularisation; how much an order weighs against an honest sentence; weights below are left out."""
ALONE, DOUBTFUL = 0.999, 0.97
"""Shares of sentences that score less: of honest.txt and the documents held back; of these documents."""
LIKELY = 1.0
"""Log odds. With 1 a page of the honest sentences of test_directives.py or honest.txt loses no more than without it."""


def patterned(file: str) -> list[str]:
    """The sentences that the patterns of a file stand for, `EACH` of a pattern."""
    lines = [line for line in (_HERE / file).read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    return [made for at, line in enumerate(lines) for made in _made(line, random.Random(at))]


def _made(line: str, rng: random.Random) -> list[str]:
    made: dict[str, None] = {}
    for _ in range(3 * EACH):
        text = line
        while _CHOICE.search(text):
            text = _CHOICE.sub(lambda match: rng.choice(match[1].split("|")), text, count=1)
        words = _WORDS["ja" if JAPANESE_LETTER.search(text) else "en"]
        made[" ".join(re.sub("_", lambda _, words=words: rng.choice(words), text).split())] = None
    return list(made)[:EACH]


def installed() -> Iterable[str]:
    """The descriptions of the installed packages, without code."""
    for one in sorted(distributions(), key=lambda one: one.name):
        text = str(one.metadata.get_payload() or one.metadata.get("Description") or "")
        yield as_rendered(re.sub(r"```.*?```", "", text, flags=re.DOTALL))


def messages(folder: Path) -> Iterable[str]:
    """The Japanese messages of the catalogues in a folder."""
    for path in sorted(folder.glob("*.mo")):
        with path.open("rb") as file:
            said = gettext.GNUTranslations(file)._catalog.values()  # type: ignore[attr-defined]
        yield from (one for one in said if isinstance(one, str) and JAPANESE_LETTER.search(one))


def _some(found: Iterable[str]) -> list[str]:
    every = list(dict.fromkeys(s for text in found for s in sentences(text) if 4 < len(s) < LONGEST))
    random.Random(0).shuffle(every)
    return every[:MOST]


def fit(bad: list[str], hard: list[str], good: list[str], held_back: list[str]) -> classifier.ClassifierWeights:
    """The weights that tell `bad` from `hard` and `good`, with the thresholds from `hard` and `held_back`."""
    import numpy as np
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    names = list(classifier.TOPICS)
    columns = {name: at for at, name in enumerate([*names, *map(" ".join, itertools.combinations(names, 2))])}
    rows, cols = [], []
    for at, sentence in enumerate([*bad, *hard, *good]):
        found = classifier.topics(sentence)
        for name in [*found, *map(" ".join, itertools.combinations(found, 2))]:
            rows.append(at)
            cols.append(columns[name])
    total = len(bad) + len(hard) + len(good)
    matrix = csr_matrix((np.ones(len(rows)), (rows, cols)), shape=(total, len(columns)))
    known = np.arange(total) < len(bad)
    model = LogisticRegression(C=STRENGTH, solver="liblinear", max_iter=2000)
    model.fit(matrix, known, sample_weight=np.where(known, WEIGHT_OF_ORDERS, 1.0))
    kept = {name: round(float(model.coef_[0][at]), 3) for name, at in columns.items()}
    found = classifier.ClassifierWeights(
        round(float(model.intercept_[0]), 3),
        0.0,
        LIKELY,
        0.0,
        {name: one for name, one in kept.items() if abs(one) >= LEAST},
    )
    of_hard, of_held_back = ([classifier.score(sentence, found) for sentence in some] for some in (hard, held_back))
    alone = round(float(np.quantile([*of_hard, *of_held_back], ALONE)), 2)
    doubtful = round(float(np.quantile(of_held_back, DOUBTFUL)), 2)
    return replace(found, alone=alone, doubtful=doubtful)


def main() -> None:
    """Write rag/safety/injection_classifier.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--held-back", nargs="*", type=Path, default=[])
    parser.add_argument("--messages", type=Path)
    asked = parser.parse_args()
    seen = (_HERE / "seen.txt").read_text(encoding="utf-8").splitlines()
    sources = [texts(None), *map(texts, asked.folders), installed(), messages(asked.messages) if asked.messages else []]
    good = [one for source in sources for one in _some(source)]
    held_back = [one for folder in asked.held_back for one in _some(texts(folder))]
    made = fit([*patterned("orders.txt"), *seen], patterned("honest.txt"), good, held_back)
    text = json.dumps(asdict(made), indent=0, ensure_ascii=False)
    (REPOSITORY / "rag" / "safety" / "injection_classifier.json").write_text(text + "\n", encoding="utf-8")
    print(
        f"{len(good)} honest sentences, {len(held_back)} held back, {len(made.topics)} weights",
        made.alone,
        made.doubtful,
    )


if __name__ == "__main__":
    main()
