"""Shared by ingest and eval: records, errors, models, index, retrieval, prompt and chain."""
