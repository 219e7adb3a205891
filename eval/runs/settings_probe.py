"""Notice settings that the model or its server cannot take, before they fail every question of a run."""

from __future__ import annotations

from collections.abc import Sequence

from eval.runs.answer_log import AnswerRecord
from eval.runs.circuit_breaker import is_unanswered
from rag.errors import KotaeError, SettingsError
from rag.generation.chain import GroundedChain
from rag.messages import Message


def model_answers(records: Sequence[AnswerRecord], chain: GroundedChain) -> bool:
    """Tell whether the model answers; if all of these failed, it is asked a question with nothing to object to.

    Raises SettingsError if that fails too.
    """
    if any(record.answer is not None for record in records):
        return True
    if any(record.unanswered for record in records):
        return False
    refusal = chain.refusal(records[0].language)
    if refusal is None or is_unanswered(refusal):
        return refusal is None
    where, do = (refusal.where, refusal.do) if isinstance(refusal, KotaeError) else (None, None)
    raise SettingsError(
        Message("The model cannot answer with these settings: {refusal}", refusal=getattr(refusal, "what", refusal)),
        where=where,
        do=do
        or "Change the setting that it names: --temperature, --max-tokens, --context, --prompt, --preset, --api or "
        "--model.",
    ) from refusal
