"""The Chroma index: where it lives, what it holds, and who may write to it."""
