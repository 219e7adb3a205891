"""Verification sets: questions with references."""
