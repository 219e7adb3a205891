"""Sanitise retrieved text before it enters a prompt."""
