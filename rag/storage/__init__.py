"""Atomic writes, locks, checksums and disk errors."""
