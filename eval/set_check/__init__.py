"""Checks of a verification set before anything is asked."""
