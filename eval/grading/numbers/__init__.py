"""The numbers and dates of an answer against those of a reference."""
