"""Retrieval measured by itself."""
