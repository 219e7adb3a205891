"""Does retrieval help a quantised language model, in Japanese and in English, and on which questions?"""
