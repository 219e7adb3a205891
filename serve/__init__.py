"""The local web page, and the same answers for OpenAI clients."""
