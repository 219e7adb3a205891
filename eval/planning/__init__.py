"""Estimate what a verification set can show, and what a run of it costs, before anything is asked."""
