"""Vectors of texts, each text encoded once and kept in a file: experiments on retrieval encode the same text often."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from rag.encoders.embeddings import Encoder

_SAVE_EVERY = 1024


class VectorCache:
    """The vectors of an encoder, kept in `folder`; one process at a time may write there."""

    def __init__(self, encoder: Encoder, folder: Path) -> None:
        """Open the cache or begin one."""
        self._encoder = encoder
        self._folder = folder
        self._known: dict[bytes, np.ndarray] = {}
        folder.mkdir(parents=True, exist_ok=True)
        for file in sorted(folder.glob("*.npz")):
            stored = np.load(file)
            self._known.update(zip((bytes(key) for key in stored["keys"]), stored["vectors"], strict=True))

    def passages(self, texts: Sequence[str]) -> np.ndarray:
        """The vectors of passages, float32, shape (texts, dimensions)."""
        return self._vectors(texts, self._encoder.identity.document_prompt, self._encoder.encode)

    def questions(self, texts: Sequence[str]) -> np.ndarray:
        """The vectors of questions, float32, shape (texts, dimensions)."""
        return self._vectors(texts, self._encoder.identity.query_prompt, self._encoder.encode_queries)

    def _vectors(self, texts, prompt, encode):  # type: ignore[no-untyped-def]
        keys = [key_of(f"{self._encoder.identity}\0{prompt}\0{text}") for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._known}
        todo = sorted(missing.items(), key=lambda item: len(item[1]))
        for start in range(0, len(todo), _SAVE_EVERY):
            part = todo[start : start + _SAVE_EVERY]
            self.add([key for key, _ in part], encode([text for _, text in part]))
        return np.stack([self._known[key] for key in keys])

    def add(self, keys: Sequence[bytes], vectors: np.ndarray) -> None:
        """Keep vectors under their keys."""
        self._known.update(zip(keys, vectors, strict=True))
        stored = np.frombuffer(b"".join(keys), dtype=np.uint8).reshape(len(keys), -1)
        np.savez(self._folder / f"{len(self._known):08}-{keys[0].hex()[:8]}.npz", keys=stored, vectors=vectors)


def key_of(text: str) -> bytes:
    """The key of a text, 16 bytes."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:16]
