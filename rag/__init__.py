"""Shared by ingest and eval: records, errors, models, index, retrieval, prompt and chain."""

from rag.processors import set_up_threads

set_up_threads()  # before any engine is imported
