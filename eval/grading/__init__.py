"""Reading one answer: what it claims, in which language, and whether a reference is what it says."""
