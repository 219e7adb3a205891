"""A run as JSON Lines: one object an answer, with its question, verdict, passages and cost, readable without kotae."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from eval.fallback.graded_run import GradedRun
from eval.runs.graded import RunAnswer


def jsonl_lines(run: GradedRun) -> Iterator[str]:
    """Yield a line for every question, language, condition and repeat; answers that are missing have none."""
    for repeat, answers in enumerate(run.times):
        for answer in answers:
            if answer.recorded is not None:
                yield json.dumps(answer_fields(run, answer, repeat), ensure_ascii=False) + "\n"


def answer_fields(run: GradedRun, answer: RunAnswer, repeat: int) -> Mapping[str, Any]:
    """Return the fields of an answer; `answer` is null where it failed, and `failure` then says why."""
    recorded = answer.recorded
    given = None if recorded is None else recorded.answer
    attempts = () if given is None else given.attempts
    verdict = answer.verdict
    return {
        "run": run.stored.name,
        "model": run.stored.identity.model_identity,
        "number": answer.item.number,
        "type": answer.item.kind,
        "language": answer.language,
        "condition": str(answer.condition),
        "repeat": repeat,
        "question": answer.question,
        "references": [reference.text for reference in answer.item.references],
        "answerable": answer.item.answerable,
        "answer": None if given is None else given.text,
        "failure": answer.error or None,
        "correct": verdict.correct,
        "outcome": str(verdict.content),
        "language_correct": verdict.language_correct,
        "rule": str(verdict.rule),
        "read": verdict.extracted,
        "reason": verdict.reason,
        "cosine": answer.cosine,
        "evidence_in_prompt": answer.evidence_given if answer.item.gold else None,
        "passages": [] if given is None else [_passage(hit) for hit in given.hits],
        "attempts": len(attempts),
        "prompt_tokens": sum(attempt.prompt_tokens for attempt in attempts),
        "completion_tokens": sum(attempt.completion_tokens for attempt in attempts),
        "seconds": None if recorded is None else recorded.seconds,
    }


def _passage(hit: Any) -> Mapping[str, Any]:
    chunk = hit.chunk
    place = {"source": chunk.source, "start": chunk.start, "end": chunk.end, "title": chunk.title}
    return {"rank": hit.rank, "score": hit.score, **place, "text": chunk.text}


def joined(lines: Iterable[str]) -> bytes:
    """Return lines as a file in UTF-8."""
    return "".join(lines).encode("utf-8", "replace")
