"""The conditions of the experiment: the same questions to the same model, with more or less help."""

from __future__ import annotations

from enum import StrEnum


class Condition(StrEnum):
    """`no_rag` gives the model the question alone, `rag` what retrieval finds for it as well."""

    NO_RAG = "no_rag"
    RAG = "rag"
