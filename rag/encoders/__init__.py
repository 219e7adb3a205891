"""Sentence encoders, among them the bundled one."""
