"""Models on a server with an OpenAI-compatible API: vLLM, llama-server, Ollama, SGLang, hosted services."""
