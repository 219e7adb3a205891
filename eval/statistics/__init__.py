"""Paired statistics, intervals and ranking measures."""
