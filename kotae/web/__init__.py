"""The local web page, and an OpenAI-compatible API."""
