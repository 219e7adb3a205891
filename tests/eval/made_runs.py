"""Runs written as their files, without a model: any answer, a failure, or none, wherever a test wants it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from eval.dataset.conditions import Condition
from eval.dataset.load import load_dataset
from eval.runs.answer_log import AnswerLog, AnswerRecord, LoggedFailure
from rag.records import LANGUAGES, Answer, Attempt, Chunk, Hit, Language
from tests.eval.scripted import BOTH, identity

Place = tuple[str, Language, Condition]
MISSING, FAILED = "?", "!"
"""What `said` has for a question that was not asked yet, and for one that failed."""

_TEXT = "東京は日本の首都である。"
_HIT = Hit(Chunk("t0", _TEXT, "東京", "ja/t.md", "ja", 0, len(_TEXT), 0), 1, 0.5)


def make_run(
    folder: Path,
    verify: Path,
    said: Mapping[Place, str],
    *,
    languages: tuple[Language, ...] = LANGUAGES,
    conditions: Sequence[Condition] = tuple(BOTH),
    ended: bool = True,
    **changes: str,
) -> Path:
    """A run of every question of a set under every condition, which said this; what is not named is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    dataset = load_dataset(verify)
    (folder / "verification.csv").write_bytes(verify.read_bytes())
    description = {
        "format": 1,
        "identity": asdict(identity(dataset, **changes)),
        "scope": {
            "numbers": [item.number for item in dataset.items],
            "languages": languages,
            "conditions": list(conditions),
        },
        "began": "2026-01-01T00:00:00+00:00",
        "ended": "2026-01-01T01:00:00+00:00" if ended else None,
        "versions": {"python": "3.11"},
    }
    (folder / "run.json").write_text(json.dumps(description), encoding="utf-8")
    log = AnswerLog(folder)
    for (number, language, condition), text in said.items():
        if text == MISSING:
            continue
        failed = text == FAILED
        hits = (_HIT,) if condition is Condition.RAG else ()
        log.append(
            AnswerRecord(
                key=f"{number}-{language}-{condition}",
                number=number,
                language=language,
                condition=condition,
                repeat=0,
                prompt="",
                seconds=0.5,
                answer=None if failed else Answer("q", language, (Attempt(text, language_ok=True),), hits),
                failure=LoggedFailure("q", "ModelFailed", "down") if failed else None,
            )
        )
    return folder
