"""Languages, encodings, sentences and lines of text."""
