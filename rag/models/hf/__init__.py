"""Unquantised checkpoints, in continuous batches or, if their architecture does not allow it, by transformers."""
