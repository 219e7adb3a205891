"""The conditions of the experiment: the same questions to the same model, with more or less help."""

from __future__ import annotations

from enum import StrEnum


class Condition(StrEnum):
    """`no_rag` gives the model the question alone, `rag` what retrieval finds for it as well.

    `oracle` gives it passages of the documents that the verification set names as evidence: what it could say if
    retrieval never missed. Only questions with named evidence are asked under it.
    """

    NO_RAG = "no_rag"
    RAG = "rag"
    ORACLE = "oracle"
