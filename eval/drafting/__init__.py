"""Draft a verification set from documents: a model writes the questions, filters keep those that stand alone."""
