"""Unquantised checkpoints: run in continuous batches, or by transformers where their architecture does not allow it."""
