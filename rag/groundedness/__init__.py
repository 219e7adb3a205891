"""Groundedness: look up what an answer says in its passages, in either language, without asking a model."""
