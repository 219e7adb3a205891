"""The prompt, the context budget and the chain."""
