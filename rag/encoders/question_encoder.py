"""The bundled encoder for questions, in NumPy: neither PyTorch nor sentence-transformers is imported for a short text.

The model is BERT with a Unigram tokenizer and mean pooling, in float32. A text's vector depends on nothing else: not on
the processor's number formats, nor on the texts beside it. Texts that are encoded together share the products with the
weights, row by row, without padding; each row is summed in the same order as if it were alone.
"""

from __future__ import annotations

import functools
import itertools
import json
import math
import struct
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from rag.encoders.question_tokenizer import QuestionTokenizer
from rag.errors import ModelUnavailable
from rag.messages import Message
from rag.processors import count_processors, single_blas_thread

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from tokenizers import Tokenizer

    Array = NDArray[np.float32]

GROUP_TOKENS = 512
"""Tokens that read the weights together; more save nothing."""
CACHED_ROWS = 128
LEAST_ROWS = 16


class QuestionEncoder:
    """The tokenizer and the weights in a folder that `rag.encoders.bundled.expand` made. Thread-safe."""

    def __init__(self, folder: Path) -> None:
        """Open the folder; the weights are mapped into memory. Raises ModelUnavailable."""
        try:
            config = json.loads((folder / "config.json").read_text("utf-8"))
            self._weights = _map_weights(folder / "model.safetensors")
            self._words = self._weights["embeddings.word_embeddings.weight"]
            self._layers, self._heads = int(config["num_hidden_layers"]), int(config["num_attention_heads"])
            self._epsilon = float(config["layer_norm_eps"])
            self.window = int(config["max_position_embeddings"])
            """The most tokens of a vector, special tokens included."""
        except Exception as error:  # the libraries in Rust raise classes of their own, or bare exceptions
            raise _unreadable(folder, error) from error
        self._folder, self._tokenizer = folder, QuestionTokenizer()

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

    def encode(self, texts: Sequence[str]) -> Array:
        """Return the vectors of texts, shape (len(texts), dimensions), each of length 1 and as of its text alone.

        What exceeds the window is cut off. Texts of like length are computed together, several such groups at a time.
        """
        import numpy as np

        ids = [self._ids(text) for text in texts]
        vectors = np.empty((len(ids), self._weights["embeddings.position_embeddings.weight"].shape[1]), np.float32)
        groups = list(_groups([len(numbers) for numbers in ids]))

        def encode_group(group: Sequence[int]) -> None:
            for row, mean in zip(group, self._means([ids[row] for row in group]), strict=True):
                vectors[row] = mean / max(float(np.linalg.norm(mean)), 1e-12)

        with single_blas_thread(), ThreadPoolExecutor(count_processors()) as pool:
            list(map(encode_group, groups) if len(groups) == 1 else pool.map(encode_group, groups))
        return vectors

    def _ids(self, text: str) -> list[int]:
        ids = self._tokenizer.encode(text)
        return ids if len(ids) <= self.window else [*ids[: self.window - 1], ids[-1]]

    def _means(self, texts: Sequence[Sequence[int]]) -> list[Array]:
        """Return the means of the last hidden vectors of texts, shortest first, each of shape (dimensions,)."""
        ends = list(itertools.accumulate(map(len, texts)))
        vectors = self._transform(texts)
        return [vectors[end - len(ids) : end].mean(axis=0) for ids, end in zip(texts, ends, strict=True)]

    def _transform(self, texts: Sequence[Sequence[int]]) -> Array:
        """Return the last hidden vectors of texts, shortest first, one text after the other: (tokens, dimensions).

        There are at least `LEAST_ROWS` rows, as fewer are multiplied in another order, which shows in the last bits.
        """
        import numpy as np

        ids = [number for numbers in texts for number in numbers]
        positions = self._weights["embeddings.position_embeddings.weight"]
        vectors: Array = np.zeros((max(len(ids), LEAST_ROWS), positions.shape[1]), dtype=np.float32)
        vectors[: len(ids)] = self._words[ids]
        vectors[: len(ids)] += np.concatenate([positions[: len(numbers)] for numbers in texts])
        vectors = self._norm("embeddings", vectors + self._weights["embeddings.token_type_embeddings.weight"][0])
        lengths = Counter(map(len, texts))
        for number in range(self._layers):
            layer = f"encoder.layer.{number}"
            attended = self._attend(f"{layer}.attention.self", vectors, lengths)
            vectors += self._linear(f"{layer}.attention.output.dense", attended)
            vectors = self._norm(f"{layer}.attention.output", vectors)
            vectors += self._feed_forward(layer, vectors)
            vectors = self._norm(f"{layer}.output", vectors)
        return vectors

    def _attend(self, name: str, vectors: Array, lengths: Mapping[int, int]) -> Array:
        """Return what each token takes from those of its text; `lengths` counts the texts by length, shortest first."""
        import numpy as np

        parts = [self._linear(f"{name}.{part}", vectors) for part in ("query", "key", "value")]
        attended = np.zeros_like(vectors)
        start = 0
        for length, count in lengths.items():
            rows = slice(start, start := start + length * count)
            queries, keys, values = (
                part[rows].reshape(count, length, self._heads, -1).transpose(0, 2, 1, 3) for part in parts
            )
            scores = queries @ keys.transpose(0, 1, 3, 2) / np.float32(math.sqrt(queries.shape[-1]))
            weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
            weights /= weights.sum(axis=-1, keepdims=True)
            attended[rows] = (weights @ values).transpose(0, 2, 1, 3).reshape(length * count, -1)
        return attended

    def _feed_forward(self, layer: str, vectors: Array) -> Array:
        """Return the second half of a layer, computed for a few rows at a time, which stay in the processor's cache."""
        import numpy as np

        parts = np.array_split(vectors, max(1, len(vectors) // CACHED_ROWS))
        inner = (_gelu(self._linear(f"{layer}.intermediate.dense", part)) for part in parts)
        return np.concatenate([self._linear(f"{layer}.output.dense", part) for part in inner])

    def _linear(self, name: str, vectors: Array) -> Array:
        product: Array = vectors @ self._weights[f"{name}.weight"].T
        product += self._weights[f"{name}.bias"]
        return product

    def _norm(self, name: str, vectors: Array) -> Array:
        import numpy as np

        centred = vectors - vectors.mean(axis=-1, keepdims=True)
        centred /= np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + np.float32(self._epsilon))
        centred *= self._weights[f"{name}.LayerNorm.weight"]
        centred += self._weights[f"{name}.LayerNorm.bias"]
        return np.asarray(centred)


def _groups(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yield the places of texts of these lengths, shortest first, in groups of up to `GROUP_TOKENS` tokens."""
    group: list[int] = []
    tokens = 0
    for place in sorted(range(len(lengths)), key=lengths.__getitem__):
        if group and tokens + lengths[place] > GROUP_TOKENS:
            yield group
            group, tokens = [], 0
        group.append(place)
        tokens += lengths[place]
    if group:
        yield group


def _map_weights(path: Path) -> dict[str, Array]:
    """Return the float32 tensors of a safetensors file without copying them, as its library would.

    The file begins with the length of its header (8 bytes) and the header, which gives each tensor's place behind it.
    """
    import numpy as np

    data = np.memmap(path, np.uint8, "r")
    (length,) = struct.unpack("<Q", data[:8].tobytes())
    header = json.loads(data[8 : 8 + length].tobytes())
    weights = {}
    for name, tensor in header.items():
        if name != "__metadata__":
            start, end = (8 + length + offset for offset in tensor["data_offsets"])
            weights[name] = np.asarray(data[start:end]).view("<f4").reshape(tensor["shape"])
    return weights


def _unreadable(folder: Path, error: Exception) -> ModelUnavailable:
    return ModelUnavailable(
        Message("The bundled encoder cannot be read: {error}", error=error),
        where=str(folder),
        do="Delete this folder; it is made again.",
    )


def _gelu(values: Array) -> Array:
    """Return x/2 (1 + erf(x/sqrt 2)); erf by Abramowitz and Stegun 7.1.26, whose error is at most 1.5e-7."""
    import numpy as np

    size = np.abs(values)
    size /= np.float32(math.sqrt(2))
    t = size * np.float32(0.3275911)
    t += 1
    np.divide(1, t, out=t)
    erf = t * np.float32(1.061405429)
    for coefficient in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        erf += np.float32(coefficient)
        erf *= t
    size *= size
    erf *= np.exp(np.negative(size, out=size), out=size)
    np.subtract(1, erf, out=erf)
    erf *= np.sign(values, out=t)
    erf += 1
    erf *= values
    erf /= 2
    return erf
