"""The optional rungs below the grading ladder: a calibrated similarity and a judge, both measured before use."""
