"""Language-aware hybrid retrieval and reranking."""
