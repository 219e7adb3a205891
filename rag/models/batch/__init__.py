"""Continuous batching of any transformers model: many prompts share the steps of one model and one static cache."""
