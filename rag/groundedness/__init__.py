"""Whether what an answer says stands in the passages that it was given, in either language, without asking a model."""
