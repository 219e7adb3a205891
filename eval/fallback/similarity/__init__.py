"""A calibrated similarity threshold."""
