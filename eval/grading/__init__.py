"""Grading of one answer: its claim, its language, and whether the claim agrees with a reference."""
