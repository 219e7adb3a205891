"""BM25 search in Japanese and English."""
