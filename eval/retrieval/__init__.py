"""Evaluation of retrieval without a language model."""
