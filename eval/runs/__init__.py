"""Runs: questions asked under conditions, answers stored."""
