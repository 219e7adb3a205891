"""Continuous batching of any transformers model: many prompts share the steps of one model over one static cache."""
