"""The conditions of an experiment: the same questions to the same model, with more or less context."""

from __future__ import annotations

from enum import StrEnum


class Condition(StrEnum):
    """A condition: `no_rag` gives the model the question alone, `rag` the retrieved passages too.

    `oracle` gives it passages of the documents that the verification set names as evidence, as if retrieval never
    missed. It asks only questions with such evidence.
    """

    NO_RAG = "no_rag"
    RAG = "rag"
    ORACLE = "oracle"
