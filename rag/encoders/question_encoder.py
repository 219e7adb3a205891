"""The bundled encoder for questions, in NumPy: neither PyTorch nor sentence-transformers is imported for a short text.

The model is BERT with a Unigram tokenizer and mean pooling. Each text is encoded alone and in float32, so that its
vector depends on nothing else: not on the texts beside it, nor on the processor's number formats.
"""

from __future__ import annotations

import functools
import json
import math
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.encoders.question_tokenizer import QuestionTokenizer
from rag.errors import ModelUnavailable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from tokenizers import Tokenizer

    Array = NDArray[np.float32]


class QuestionEncoder:
    """The tokenizer and the weights in a folder that `rag.encoders.bundled.expand` made. Thread-safe."""

    def __init__(self, folder: Path) -> None:
        """Read the folder; of the word vectors, only those of the words that occur. Raises ModelUnavailable."""
        from safetensors import safe_open
        from threadpoolctl import ThreadpoolController

        try:
            config = json.loads((folder / "config.json").read_text("utf-8"))
            file: Any = safe_open(folder / "model.safetensors", framework="numpy")
            self._words = file.get_slice("embeddings.word_embeddings.weight")
            self._weights: dict[str, Array] = {
                name: file.get_tensor(name)
                for name in file.keys()  # noqa: SIM118
                if "word_embeddings" not in name
            }
            self._layers, self._heads = int(config["num_hidden_layers"]), int(config["num_attention_heads"])
            self._epsilon = float(config["layer_norm_eps"])
            self.window = int(config["max_position_embeddings"])
            """The most tokens of a vector, special tokens included."""
        except Exception as error:  # the libraries in Rust raise classes of their own, or bare exceptions
            raise _unreadable(folder, error) from error
        self._folder, self._tokenizer = folder, QuestionTokenizer()
        self._blas, self._lock = ThreadpoolController().select(user_api="blas"), threading.Lock()

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text, without special tokens."""
        return [
            len(tokens) for tokens in self._whole_tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        ]

    @functools.cached_property
    def _whole_tokenizer(self) -> Tokenizer:
        from tokenizers import Tokenizer

        try:
            return Tokenizer.from_str((self._folder / "tokenizer.json").read_text("utf-8"))
        except Exception as error:  # the library raises bare exceptions
            raise _unreadable(self._folder, error) from error

    def encode(self, text: str) -> Array:
        """Return the vector of a text, shape (dimensions,), of length 1. What exceeds the window is cut off."""
        import numpy as np

        ids = self._tokenizer.encode(text)
        if len(ids) > self.window:
            ids = [*ids[: self.window - 1], ids[-1]]
        with self._lock, self._blas.limit(limits=1):  # matrices this small keep a second thread waiting, not working
            mean = self._transform(ids).mean(axis=0)
        return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-12), dtype=np.float32)

    def _transform(self, ids: Sequence[int]) -> Array:
        """Return the last hidden vectors, shape (len(ids), dimensions)."""
        import numpy as np

        vectors = np.concatenate([self._words[token : token + 1] for token in ids])
        vectors = vectors + self._weights["embeddings.position_embeddings.weight"][: len(ids)]
        vectors = self._norm("embeddings", vectors + self._weights["embeddings.token_type_embeddings.weight"][0])
        for number in range(self._layers):
            layer = f"encoder.layer.{number}"
            attended = self._linear(f"{layer}.attention.output.dense", self._attend(f"{layer}.attention.self", vectors))
            vectors = self._norm(f"{layer}.attention.output", vectors + attended)
            inner = _gelu(self._linear(f"{layer}.intermediate.dense", vectors))
            vectors = self._norm(f"{layer}.output", vectors + self._linear(f"{layer}.output.dense", inner))
        return np.asarray(vectors)

    def _attend(self, name: str, vectors: Array) -> Array:
        import numpy as np

        queries, keys, values = (
            self._linear(f"{name}.{part}", vectors).reshape(len(vectors), self._heads, -1).transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        scores = queries @ keys.transpose(0, 2, 1) / np.float32(math.sqrt(queries.shape[-1]))
        weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
        weights /= weights.sum(axis=-1, keepdims=True)
        return np.asarray((weights @ values).transpose(1, 0, 2).reshape(len(vectors), -1))

    def _linear(self, name: str, vectors: Array) -> Array:
        return vectors @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]

    def _norm(self, name: str, vectors: Array) -> Array:
        import numpy as np

        centred = vectors - vectors.mean(axis=-1, keepdims=True)
        spread = np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + np.float32(self._epsilon))
        scale, shift = self._weights[f"{name}.LayerNorm.weight"], self._weights[f"{name}.LayerNorm.bias"]
        return np.asarray(centred / spread * scale + shift)


def _unreadable(folder: Path, error: Exception) -> ModelUnavailable:
    return ModelUnavailable(
        f"The bundled encoder cannot be read: {error}", where=str(folder), do="Delete this folder; it is made again."
    )


def _gelu(values: Array) -> Array:
    """Return x/2 (1 + erf(x/sqrt 2)); erf by Abramowitz and Stegun 7.1.26, whose error is at most 1.5e-7."""
    import numpy as np

    size = np.abs(values) / np.float32(math.sqrt(2))
    t = 1 / (1 + np.float32(0.3275911) * size)
    series = t * (
        0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * np.float32(1.061405429))))
    )
    return np.asarray(values * (1 + np.sign(values) * (1 - series * np.exp(-size * size))) / 2, dtype=np.float32)
