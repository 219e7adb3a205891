"""Language models: one file an engine, and a registry that reads a model URI."""
