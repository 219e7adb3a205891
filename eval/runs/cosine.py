"""The historical score: the cosine similarity of an answer and its reference, stored with the answers of a run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from eval.dataset.load import Dataset
from eval.runs.answer_log import AnswerLog
from rag.encoders.embeddings import Encoder
from rag.errors import RunError
from rag.messages import Message
from rag.serialize import from_json
from rag.storage.atomic import write_text
from rag.storage.regular_files import read_stored

FILE = "cosines.json"

THRESHOLDS = (0.80, 0.85, 0.90, 0.95)
"""The thresholds that the report counts at. None is known to be valid: e5's cosines lie between 0.7 and 1.0."""


def compute_cosines(folder: Path, dataset: Dataset, log: AnswerLog, encoder: Encoder) -> None:
    """Compute the missing cosines, of each answer with the reference in its language, and write the file.

    An empty answer has the cosine 0. Both texts are encoded as queries, as e5 recommends for symmetric comparison.
    """
    cosines = dict(load_cosines(folder))
    items = {item.number: item for item in dataset.items}
    records = log.by_key.values()
    missing = [record for record in records if record.answer is not None and record.key not in cosines]
    answers = encoder.encode_queries([record.text or " " for record in missing])
    references = encoder.encode_queries([items[record.number].reference(record.language) for record in missing])
    for recorded, answer, reference in zip(missing, answers, references, strict=True):
        cosines[recorded.key] = round(float(answer @ reference), 4) if recorded.text else 0.0
    write_text(folder / FILE, json.dumps(cosines) + "\n")


def load_cosines(folder: Path) -> Mapping[str, float]:
    """Return the cosines of a run by answer key; empty if none were computed. Raises RunError."""
    path = folder / FILE

    def damaged(fault: str) -> RunError:
        return RunError(
            Message("The stored cosines of this run are damaged: {fault}", fault=fault),
            where=str(path),
            do="Delete the file; the next run computes them again.",
        )

    try:
        return from_json(dict[str, float], read_stored(path, follow=False), error=damaged)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise damaged(str(error.strerror)) from error
