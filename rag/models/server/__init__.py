"""Models on a server that speaks OpenAI's protocol: vLLM, llama-server, Ollama, SGLang, hosted ones."""
